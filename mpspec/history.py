"""What the processes of a test reported, in order, and what can be read from it.

A history is recorded first and judged afterwards: each check here is a pure function of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, overload

REPORTED = frozenset({"note", "checkpoint", "begin", "end"})
"""The kinds of what processes report themselves."""

MOST_LINES = 100
"""Lines of a history that a message shows."""


@dataclass(frozen=True)
class Report:
    """One line of a history.

    - `kind`: `note`, `checkpoint`, `begin` or `end` (of a span), as the process reported it;
      `ended`, `blocked`, `proceed`, as the observer saw or did it;
    - `time`: nanoseconds of the system-wide monotonic clock, which all processes of one machine
      share. It puts reports that arrive side by side into the order in which they were made:
      one that was made because of another is never earlier.
    """

    time: int
    probe: str
    kind: str
    event: str
    value: Any = None
    pid: int = 0


class History(Sequence[Report]):
    """Reports in the order in which they were made."""

    def __init__(self, reports: Iterable[Report] = ()) -> None:
        self._reports = sorted(reports, key=_order)

    @overload
    def __getitem__(self, index: int) -> Report: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Report]: ...
    def __getitem__(self, index: int | slice) -> Report | Sequence[Report]:
        return self._reports[index]

    def __len__(self) -> int:
        return len(self._reports)

    def __str__(self) -> str:
        """Return a line a report, with milliseconds since the first; of very many the last ones."""
        if not self._reports:
            return "(nothing was reported)"
        shown = self._reports[-MOST_LINES:]
        start = self._reports[0].time
        width = max(len(report.probe) for report in shown)
        lines = [_line(report, start, width) for report in shown]
        left_out = len(self) - len(shown)
        return "\n".join([f"({left_out} reports before these)"] * bool(left_out) + lines)

    def of(self, probe: str) -> History:
        """Return what `probe` reported, and what was seen of it."""
        return History(report for report in self if report.probe == probe)

    def named(self, event: str) -> list[Report]:
        """Return the reports called `event`, whoever made them; not what the observer did."""
        return [report for report in self if report.event == event and report.kind in REPORTED]

    def values(self, event: str) -> list[Any]:
        """Return the values that came with the reports called `event`."""
        return [report.value for report in self.named(event)]

    def peak(self, span: str) -> int:
        """Return how many were inside a span called `span` at the same moment, at the most."""
        inside = peak = 0
        for report in self.named(span):
            inside += {"begin": 1, "end": -1}.get(report.kind, 0)
            peak = max(peak, inside)
        return peak

    def before(self, first: str, second: str) -> bool:
        """Return whether every report called `first` was made before any called `second`.

        Raises `ValueError` where there is none of either: nothing comes before nothing.
        """
        earlier, later = self.named(first), self.named(second)
        if not earlier or not later:
            missing = first if not earlier else second
            raise ValueError(f"nothing called {missing!r} was reported:\n{self}")
        return _order(earlier[-1]) < _order(later[0])


def _order(report: Report) -> tuple[int, bool]:
    # At one and the same nanosecond an end comes first: it may be what let the other begin.
    return report.time, report.kind != "end"


def _line(report: Report, start: int, width: int) -> str:
    milliseconds = (report.time - start) / 1e6
    what = report.event if report.kind == "note" else f"{report.kind} {report.event}".rstrip()
    value = "" if report.value is None else f": {report.value!r}"
    return f"{milliseconds:9.2f} ms  {report.probe:<{width}}  {what}{value}"
