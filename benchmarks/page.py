"""How long the page of many claims in many cells takes to build, and to answer a filter.

    tox -e page-benchmark [-- --claims 500 --pythons 10 --keep page.html]

The note, the verdicts and what was seen are made up. A filter is answered when the browser has
painted what it leaves. Needs chromium; says how long each took, and ends with 1 above a limit.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from playwright.sync_api import CDPSession, Page, sync_playwright

from mpspec.claims import LANGUAGES, Chapter, read_note
from mpspec.report.page import page
from mpspec.verdicts import Cell, Run, Status, Verdict

METHODS = ("fork", "spawn", "forkserver", "threads")
BUILD_LIMIT, FILTER_LIMIT = 5.0, 100.0
"""Seconds to build the page, and milliseconds to answer a filter."""

ROUNDS = range(5)
CLAIMS_OF_A_CHAPTER = 50

SENTENCE = "A process that waits for another is `blocked` until [it ends](#claim-0), then goes on. "
CODE = "\n\n```python\nfor worker in workers:\n    worker.join()  # one after another\n```\n"
SOURCE = """\
def test_{name}(mp, observer):
    workers = [mp.Process(target=work.hold, args=(probe,)) for probe in observer.probes("w", 5)]
    for worker in workers:
        worker.start()
    observer.expect("inside", count=5)
    observer.open("inside")
    assert observer.history.peak("holding") == 5
"""

# What is chosen, and how: a filter by its name and value, or a text.
FILTERS = (
    ("verdict", "refuted"),
    ("python", "3.12"),
    ("cells", "differ"),
    ("method", "spawn"),
    ("chapter", "03-chapter"),
    ("text", "blocked until"),
    ("text", "no such text"),
)

PAINTED = "await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));"
CHOOSE = f"""async ([name, value]) => {{
  const field = document.querySelector(`.side form [name=${{name}}]`);
  const begin = performance.now();
  field.value = value;
  field.dispatchEvent(new Event("input", {{ bubbles: true }}));
  {PAINTED}
  return performance.now() - begin;
}}"""
RESET = f"""async () => {{
  document.getElementById("ui-reset").click();
  {PAINTED}
}}"""

Times = tuple[float, float]
"""Milliseconds of the page's thread, and by the clock, which a busy machine lengthens."""


def main() -> None:
    """Build the page, try the filters, and print how long each took."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        note = _note(Path(folder), options.claims)
        runs = _runs([f"claim-{number}" for number in range(options.claims)], options.pythons)
        path = options.keep or Path(folder) / "page.html"
        built = _build(note, runs, path)
        answered = _answers(path)
    cells = sum(len(run.cells) for run in runs)
    print(f"{options.claims} claims x {cells} cells, {path.name}")
    print(f"built in {built:.2f} s (limit {BUILD_LIMIT:g} s)")
    for (name, value), (thread, clock) in answered.items():
        print(f"{thread:6.1f} ms, {clock:6.1f} by the clock  {name}: {value}")
    slowest, _ = max(answered.values())
    print(f"slowest {slowest:.1f} ms (limit {FILTER_LIMIT:g} ms)")
    sys.exit(built > BUILD_LIMIT or slowest > FILTER_LIMIT)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=500)
    parser.add_argument("--pythons", type=int, default=10, help="each with four start methods")
    parser.add_argument("--keep", type=Path, help="keep the page there")
    return parser.parse_args()


def _note(folder: Path, claims: int) -> dict[str, Sequence[Chapter]]:
    """Return a note of this many claims, written into `folder`."""
    for language in LANGUAGES:
        (folder / language).mkdir()
        for first in range(0, claims, CLAIMS_OF_A_CHAPTER):
            number = first // CLAIMS_OF_A_CHAPTER + 1
            numbers = range(first, min(first + CLAIMS_OF_A_CHAPTER, claims))
            body = "".join(
                f"### Claim {n} {{#claim-{n}}}\n\n{SENTENCE * 5}{CODE}\n" for n in numbers
            )
            text = f"# Chapter {number}\n\n{SENTENCE}\n\n## Section\n\n{body}"
            (folder / language / f"{number:02}-chapter.md").write_text(text, encoding="utf-8")
    return {language: read_note(language, folder) for language in LANGUAGES}


def _runs(claims: Sequence[str], pythons: int) -> list[Run]:
    chance = random.Random(0)
    return [_run(f"CPython 3.{minor}.0", claims, chance) for minor in range(10, 10 + pythons)]


def _run(python: str, claims: Sequence[str], chance: random.Random) -> Run:
    cells = [Cell(python, "multiprocessing", method) for method in METHODS]
    run = Run(cells, list(claims))
    statuses, weights = list(Status), [80, 12, 5, 2, 1, 1, 1, 1, 1]
    for claim in claims:
        for cell in cells:
            [status] = chance.choices(statuses, weights)
            seen = "" if status is Status.HOLDS else f"AssertionError: {chance.random()} != 1"
            history = _history() if status.green else []
            run.add(Verdict(claim, cell.name, status, seen=seen, seconds=0.01, history=history))
    return run


def _history() -> list[list[object]]:
    return [
        [time_, f"worker {time_ % 5}", kind, "holding", None]
        for time_ in range(10)
        for kind in ("begin", "end")
    ]


def _build(note: Mapping[str, Sequence[Chapter]], runs: Sequence[Run], path: Path) -> float:
    """Write the page, and return how many seconds of processor time that took."""
    claims = runs[0].claims
    sources = {claim: SOURCE.format(name=claim.replace("-", "_")) for claim in claims}
    faults = {claim: {"en": ["Nothing waits."], "zh": ["谁也不等。"]} for claim in claims}
    begin = time.process_time()
    text = page(runs, note, sources, faults)
    took = time.process_time() - begin
    path.write_text(text, encoding="utf-8")
    print(f"{len(text.encode()) / 1e6:.1f} MB")
    return took


def _answers(path: Path) -> dict[tuple[str, str], Times]:
    """Return how long each filter took, at its best."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        sys.exit("no chromium: `apt-get install chromium`, or say in CHROMIUM where one is")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--disable-gpu", "--disable-quic", "--disable-background-networking"],
            chromium_sandbox=os.geteuid() != 0,
        )
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        tab.goto(path.resolve().as_uri())
        session = tab.context.new_cdp_session(tab)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        rounds = [{chosen: _answer(tab, session, chosen) for chosen in FILTERS} for _ in ROUNDS]
        browser.close()
    return {chosen: min(each[chosen] for each in rounds) for chosen in FILTERS}


def _answer(tab: Page, session: CDPSession, chosen: tuple[str, str]) -> Times:
    begin = _busy(session)
    clock = float(tab.evaluate(CHOOSE, list(chosen)))
    thread = _busy(session) - begin
    tab.evaluate(RESET)
    return thread, clock


def _busy(session: CDPSession) -> float:
    """Return for how many milliseconds the page's thread has been busy so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(1000 * float(each["value"]) for each in metrics if each["name"] == "TaskDuration")


if __name__ == "__main__":
    main()
