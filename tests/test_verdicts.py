"""Verdicts and their files: written, read, merged; and what is said of one that is wrong."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mpspec.leftovers import limited_files
from mpspec.verdicts import (
    Cell,
    CellTwiceError,
    ForeignFileError,
    GarbledLineError,
    MissingFooterError,
    OtherClaimsError,
    Reader,
    Run,
    Status,
    UnreadableFileError,
    Verdict,
    VerdictFileError,
    Writer,
    combine,
    count,
    read,
    this_python,
    write,
)

FORK = Cell("CPython 3.11.7", "multiprocessing", "fork", default=True)
SPAWN = Cell("CPython 3.11.7", "multiprocessing", "spawn")
THREADS = Cell("PyPy 3.11.17", "multiprocessing.dummy", "threads")
CLAIMS = ["cats-purr", "cats-sleep"]


def run(*cells: Cell, claims: Sequence[str] = CLAIMS) -> Run:
    """Return a run in which the first claim holds everywhere, and the second was not run."""
    made = Run(list(cells), list(claims), platform="Linux", started="2030-01-01T00:00:00+00:00")
    for cell in cells:
        made.add(Verdict(claims[0], cell.name, Status.HOLDS))
    return made


def lines_of(*runs: Run) -> list[Any]:
    """Return the records of a file that holds `runs`."""
    write(runs, Path("whole"))
    return [json.loads(line) for line in Path("whole").read_text().splitlines()]


def file_of(records: Sequence[Any]) -> Path:
    """Return a file of these records, or of these lines where they are text."""
    lines = [line if isinstance(line, str) else json.dumps(line) for line in records]
    Path("some").write_text("".join(f"{line}\n" for line in lines))
    return Path("some")


def problem(error: type[VerdictFileError], path: Path) -> str:
    """Return what is said of the file, which is to be wrong in this way."""
    with pytest.raises(VerdictFileError) as raised:
        read(path)
    assert type(raised.value) is error
    return str(raised.value)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# Verdicts


def test_of_several_verdicts_the_worst_is_the_severest() -> None:
    order = sorted(Status, key=lambda status: status.severity)
    assert order[0] is Status.HOLDS
    assert order[-1] is Status.CRASHES
    assert Status.NOT_RUN.severity < Status.FAILS.severity < Status.HANGS.severity


def test_nothing_is_green_that_was_not_tested_and_nothing_red() -> None:
    assert {status for status in Status if status.green} == {Status.HOLDS, Status.REFUTED}
    red = {Status.FAILS, Status.ERROR, Status.HANGS, Status.CRASHES}
    assert {status for status in Status if status.red} == red


def test_every_verdict_has_a_sign_of_its_own() -> None:
    assert len({status.glyph for status in Status}) == len(Status)


@pytest.mark.parametrize(
    ("cell", "name", "label"),
    [
        (FORK, "fork", "3.11"),
        (THREADS, "threads", "pypy3.11"),
        (Cell("CPython 3.15.0b2", "billiard", "spawn"), "billiard/spawn", "3.15"),
    ],
)
def test_a_cell_has_short_names(cell: Cell, name: str, label: str) -> None:
    assert (cell.name, cell.python_label) == (name, label)


def test_this_python_is_a_cells() -> None:
    assert Cell(this_python(), "multiprocessing", "fork").python_label


@pytest.mark.parametrize("python", ["", "CPython", "3.11", "CPython x.y", "CPython 3"])
def test_a_cell_is_of_some_python(python: str) -> None:
    with pytest.raises(ValueError, match="is no Python"):
        Cell(python, "multiprocessing", "fork")


def test_what_has_no_verdict_was_not_run() -> None:
    made = run(FORK)
    assert made.status("cats-purr", "fork") is Status.HOLDS
    assert made.status("cats-sleep", "fork") is Status.NOT_RUN
    assert count([made]) == {"holds": 1, "not run": 1}


def test_counts_go_from_the_best_to_the_worst() -> None:
    made = Run([FORK, SPAWN], ["a"])
    made.add(Verdict("a", "spawn", Status.HOLDS))
    made.add(Verdict("a", "fork", Status.CRASHES))
    assert list(count([made]).items()) == [("holds", 1), ("crashes", 1)]


@pytest.mark.parametrize("place", [("cats-bark", "fork"), ("cats-purr", "spawn")])
def test_a_run_takes_only_what_its_header_announces(place: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="is not announced by the header"):
        run(FORK).add(Verdict(*place, Status.HOLDS))


def test_a_run_takes_each_verdict_once() -> None:
    with pytest.raises(ValueError, match="cats-purr in fork a second time"):
        run(FORK).add(Verdict("cats-purr", "fork", Status.FAILS))


# Files


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    made = run(FORK, SPAWN)
    seen = "信号量\n\tünï \xa0 \u3000"
    history = [[1, "test", "note", "x", {"a": [1.5, None]}]]
    made.add(Verdict("cats-sleep", "fork", Status.FAILS, "refuted", seen, "a", 0.1235, history))
    made.seed = 7
    write([made], tmp_path / "verdicts")
    [again] = read(tmp_path / "verdicts")
    assert again.source == f"{tmp_path / 'verdicts'}:1"
    again.source = ""
    assert again == made


def test_a_file_may_hold_several_runs() -> None:
    write([run(FORK), run(THREADS)], Path("verdicts"))
    assert [again.source for again in read(Path("verdicts"))] == ["verdicts:1", "verdicts:4"]


def test_files_behind_one_another_are_a_file() -> None:
    write([run(FORK)], Path("one"))
    write([run(SPAWN)], Path("other"))
    Path("both").write_bytes(Path("one").read_bytes() + Path("other").read_bytes())
    assert [again.cells for again in read(Path("both"))] == [[FORK], [SPAWN]]


def test_writing_leaves_nothing_else_in_the_folder() -> None:
    write([run(FORK)], Path("verdicts"))
    assert [path.name for path in Path().iterdir()] == ["verdicts"]


def test_a_file_can_be_read_while_it_is_written() -> None:
    header, verdict, footer = map(json.dumps, lines_of(run(FORK)))
    reader = Reader("verdicts")
    assert reader.take(header) is None
    assert reader.take(verdict) == Verdict("cats-purr", "fork", Status.HOLDS)
    with pytest.raises(MissingFooterError, match="verdicts:2: "):
        reader.end()
    assert reader.take(footer) is None
    assert reader.current is None
    assert len(reader.end()) == 1


# What is wrong with a file


@pytest.mark.parametrize("left", [1, 2])
def test_a_run_that_was_cut_short(left: int) -> None:
    path = file_of(lines_of(run(FORK))[:left])
    expected = f"some:{left}: MissingFooterError: the run was cut short; run it again to its end"
    assert problem(MissingFooterError, path) == expected


def test_a_run_that_was_cut_short_before_another() -> None:
    records = lines_of(run(FORK))
    path = file_of([*records[:2], *records])
    expected = "some:3: MissingFooterError: the run before this one was cut short"
    assert problem(MissingFooterError, path) == expected


def test_a_line_that_was_cut_short_is_the_end_of_a_run_cut_short() -> None:
    whole = "".join(json.dumps(record) + "\n" for record in lines_of(run(FORK)))
    Path("some").write_text(whole[:-20])
    expected = "some:3: MissingFooterError: the run was cut short; run it again to its end"
    assert problem(MissingFooterError, Path("some")) == expected


def test_a_header_that_was_cut_short_is_no_header() -> None:
    Path("some").write_text('{"kind": "hea')
    assert problem(ForeignFileError, Path("some")).startswith("some:1: ForeignFileError: no header")


def test_an_empty_file() -> None:
    assert problem(ForeignFileError, file_of([])) == "some:1: ForeignFileError: the file is empty"


@pytest.mark.parametrize(
    "text", ["hello", "", "[1]", "{}", '{"kind": "verdict"}', "[" * 100_000, "null"]
)
def test_a_file_of_something_else(text: str) -> None:
    expected = "some:1: ForeignFileError: no header: mpspec did not write this"
    assert problem(ForeignFileError, file_of([text])) == expected


def test_a_file_that_is_no_text() -> None:
    Path("some").write_bytes(b"\x89PNG\xff")
    expected = "some:1: ForeignFileError: this is no text"
    assert problem(ForeignFileError, Path("some")) == expected


def test_a_file_of_another_format() -> None:
    header, *rest = lines_of(run(FORK))
    path = file_of([header | {"format": 2}, *rest])
    assert problem(ForeignFileError, path) == "some:1: ForeignFileError: format 2, not 1"


def test_a_file_that_is_not_there() -> None:
    expected = "none: UnreadableFileError: No such file or directory"
    assert problem(UnreadableFileError, Path("none")) == expected


def test_a_folder() -> None:
    expected = "..: UnreadableFileError: Is a directory"
    assert problem(UnreadableFileError, Path("..")) == expected


@pytest.mark.parametrize("line", ["oops", "", "7", "[]", "[" * 100_000])
def test_a_line_that_is_no_record(line: str) -> None:
    header, *rest = lines_of(run(FORK))
    said = problem(GarbledLineError, file_of([header, line, *rest]))
    assert said == f"some:2: GarbledLineError: no JSON object: {line[:60]!r}"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"status": "perhaps"}, "verdict: 'perhaps' is not a valid Status"),
        ({"claim": "cats-bark"}, "verdict: cats-bark in fork is not announced by the header"),
        ({"cell": "spawn"}, "verdict: cats-purr in spawn is not announced by the header"),
        ({"claim": ["cats-purr"]}, "verdict: ['cats-purr'] in fork is not announced by the header"),
        ({"mood": "good"}, "verdict: "),
        ({"seen": 7}, "verdict: what was seen or expected is no text"),
        ({"instead": ["x"]}, "verdict: what was seen or expected is no text"),
        ({"seconds": "1"}, "verdict: '1' is no number of seconds"),
        ({"seconds": float("nan")}, "verdict: nan is no number of seconds"),
        ({"history": [[1, "test"]]}, "verdict: a report has not its five parts"),
        ({"history": [["1", "test", "note", "x", 1]]}, "verdict: a report has not its five parts"),
        ({"history": [1]}, "verdict: a report has not its five parts"),
        ({"history": 1}, "verdict: "),
        ({"kind": "guess"}, "guess: this has no place here"),
        ({"kind": None}, "None: this has no place here"),
    ],
)
def test_a_verdict_that_is_none(changed: dict[str, Any], why: str) -> None:
    header, verdict, footer = lines_of(run(FORK))
    said = problem(GarbledLineError, file_of([header, verdict | changed, footer]))
    assert said.startswith(f"some:2: GarbledLineError: {why}")


def test_a_verdict_that_lacks_its_status() -> None:
    header, verdict, footer = lines_of(run(FORK))
    del verdict["status"]
    said = problem(GarbledLineError, file_of([header, verdict, footer]))
    assert said == "some:2: GarbledLineError: verdict: 'status'"


@pytest.mark.parametrize(
    "changed",
    [
        {"cells": [{"python": "CPython 3.11"}]},
        {"cells": [{"python": "x", "library": "multiprocessing", "start_method": "fork"}]},
        {"cells": [{"python": 3, "library": "multiprocessing", "start_method": "fork"}]},
        {"cells": [{"python": "CPython 3.11", "library": 1, "start_method": "fork"}]},
        {"cells": 7},
        {"claims": None},
    ],
)
def test_a_header_that_is_none(changed: dict[str, Any]) -> None:
    header, *rest = lines_of(run(FORK))
    said = problem(GarbledLineError, file_of([header | changed, *rest]))
    assert said.startswith("some:1: GarbledLineError: header: ")


def test_a_verdict_that_is_there_twice() -> None:
    header, verdict, footer = lines_of(run(FORK))
    said = problem(GarbledLineError, file_of([header, verdict, verdict, footer]))
    assert said == "some:3: GarbledLineError: verdict: cats-purr in fork a second time"


def test_a_verdict_behind_the_footer() -> None:
    header, verdict, footer = lines_of(run(FORK))
    said = problem(GarbledLineError, file_of([header, verdict, footer, verdict]))
    assert said == "some:4: GarbledLineError: verdict: this has no place here"


@pytest.mark.parametrize(
    "changed", [{"verdicts": 2}, {"counts": {"holds": 2}}, {"counts": {"fails": 1, "not run": 1}}]
)
def test_a_footer_that_counts_otherwise(changed: dict[str, Any]) -> None:
    header, verdict, footer = lines_of(run(FORK))
    said = problem(GarbledLineError, file_of([header, verdict, footer | changed]))
    assert said.startswith("some:3: GarbledLineError: footer: it counts ")


def test_a_footer_without_counts() -> None:
    header, verdict, _ = lines_of(run(FORK))
    said = problem(GarbledLineError, file_of([header, verdict, {"kind": "footer"}]))
    assert said == "some:3: GarbledLineError: footer: 'verdicts'"


# Merged


def test_runs_of_the_same_claims_in_other_cells_are_merged() -> None:
    runs = [run(FORK), run(SPAWN), run(THREADS)]
    assert combine(runs) == runs


def test_a_cell_cannot_be_there_twice() -> None:
    write([run(FORK), run(SPAWN)], Path("one"))
    write([run(SPAWN)], Path("other"))
    with pytest.raises(CellTwiceError) as raised:
        combine([*read(Path("one")), *read(Path("other"))])
    assert str(raised.value) == (
        "other:1: CellTwiceError: spawn on CPython 3.11.7 is in one:4 already"
    )


def test_the_same_start_method_of_another_python_is_another_cell() -> None:
    other = Cell("CPython 3.12.1", "multiprocessing", "fork")
    assert len(combine([run(FORK), run(other)])) == 2


@pytest.mark.parametrize(
    ("claims", "odd"),
    [
        (["cats-purr"], "cats-sleep"),
        (["cats-purr", "cats-sleep", "dogs-bark"], "dogs-bark"),
        (["cats-sleep", "cats-purr"], "the same ones in another order"),
    ],
)
def test_runs_of_other_claims_do_not_fit_together(claims: list[str], odd: str) -> None:
    write([run(FORK)], Path("one"))
    write([run(SPAWN, claims=claims)], Path("other"))
    with pytest.raises(OtherClaimsError) as raised:
        combine([*read(Path("one")), *read(Path("other"))])
    assert str(raised.value) == f"other:1: OtherClaimsError: not the claims of one:1: {odd}"


# Written as a run goes


def test_a_file_is_written_by_one_run_only() -> None:
    first = Writer(Path("some"))
    first.write({"kind": "header"})
    with pytest.raises(OSError, match="another run is writing this file"):
        Writer(Path("some"))
    first.close()
    assert Path("some").read_text() == '{"kind": "header"}\n'
    Writer(Path("some")).close()
    assert not Path("some").read_text()


def test_what_is_no_file_is_not_written() -> None:
    os.mkfifo("pipe")
    for path in (Path("pipe"), Path(os.devnull)):
        with pytest.raises(OSError, match="this is no regular file"):
            Writer(path)


def test_a_line_that_cannot_be_written_whole_is_not_written_at_all() -> None:
    writer = Writer(Path("some"))
    writer.write({"kind": "header"})
    with limited_files(100), pytest.raises(OSError, match="File too large"):
        writer.write({"kind": "x" * 200})
    writer.close()
    assert Path("some").read_text() == '{"kind": "header"}\n'
