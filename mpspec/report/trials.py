"""What came of the faults: which claims caught which, and what nothing has tripped."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mpspec.claims import Claim
from mpspec.trial import Trial


def trials(
    tried: Sequence[Trial],
    missed: Sequence[Claim],
    silent: Collection[str],
    *,
    everything: bool = False,
) -> Iterator[RenderableType]:
    """Return the table of faults and claims, what escaped, what is untripped, and the sum."""
    yield _table([trial for trial in tried if trial.tested], everything=everything)
    unheard = [trial.fault.name for trial in tried if not trial.tested]
    if unheard:
        yield Text(f"\nof other Pythons or cells only: {', '.join(unheard)}", style="dim")
    for trial in tried:
        yield from _escaped(trial)
    for claim in missed:
        yield Text(f"✗ no fault has tripped {claim.id}", style="bold red")
    yield Text("")
    yield _sum(tried, missed, silent)


def _table(tried: Sequence[Trial], *, everything: bool) -> Table:
    table = Table(box=box.SIMPLE, show_edge=False)
    table.add_column("fault", ratio=2, overflow="fold")
    table.add_column("caught by", ratio=2, overflow="fold")
    table.add_column("under", overflow="fold")
    for trial in tried:
        caught = trial.claims if everything else [c for c in trial.claims if c in trial.named]
        cells = dict.fromkeys(cell for _, cell in trial.tested)
        table.add_row(
            Text(f"{trial.fault.name}\n").append(trial.fault.sentence, style="dim"),
            Text("\n".join(f"✓ {claim}" for claim in caught) or "✗ nothing"),
            "\n".join(cells),
        )
    return table


def _escaped(trial: Trial) -> Iterator[RenderableType]:
    for claim, cell in trial.escaped:
        status = trial.verdicts[claim, cell]
        line = f"✗ {trial.fault.name} escaped {claim} under {cell}: {status.glyph} {status.value}"
        yield Text(line, style="bold red")


def _sum(tried: Sequence[Trial], missed: Sequence[Claim], silent: Collection[str]) -> Text:
    caught = sum(1 for trial in tried if trial.tested and not trial.escaped)
    tested = sum(1 for trial in tried if trial.tested)
    tripped = {claim for trial in tried for claim in trial.claims}
    line = f"{caught} of {tested} faults caught; {len(tripped)} claims have been seen to fail"
    if missed:
        line += f", {len(missed)} have not"
    if silent:
        line += f"; {len(silent)} speak of other Pythons or cells"
    wrong = missed or caught < tested
    return Text(line, style="bold red" if wrong else "bold green")
