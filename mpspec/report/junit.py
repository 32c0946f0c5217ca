"""Verdicts as JUnit XML, which CI systems read: a suite for each cell, a case for each claim.

A claim that is refuted where the note says so has passed, and bears its verdict as a property. What
was not offered, not applicable or not run is skipped, with the reason.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Sequence

from mpspec.claims import Chapter
from mpspec.history import History, Report
from mpspec.recorder import repeating
from mpspec.report.xml import legal
from mpspec.verdicts import Cell, Run, Status, Verdict

PASSED = {Status.HOLDS, Status.REFUTED}
SKIPPED = {Status.NOT_APPLICABLE, Status.NOT_OFFERED, Status.NOT_RUN}


def junit(runs: Iterable[Run], chapters: Sequence[Chapter]) -> str:
    """Return the verdicts of `runs` as one XML document."""
    root = ET.Element("testsuites", name="mpspec")
    homes = {claim.id: chapter.name for chapter in chapters for claim in chapter.claims}
    for run in runs:
        for cell in run.cells:
            root.append(_suite(run, cell, homes))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, 0)) for suite in root)))
    ET.indent(root)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ET.tostring(root, encoding='unicode')}\n"


def _suite(run: Run, cell: Cell, homes: dict[str, str]) -> ET.Element:
    found = {claim: run.verdicts.get((claim, cell.name)) for claim in run.claims}
    counts = Counter(_outcome(run.status(claim, cell.name)) for claim in run.claims)
    seconds = sum(verdict.seconds for verdict in found.values() if verdict)
    suite = _element(
        "testsuite",
        name=str(cell),
        tests=str(len(run.claims)),
        failures=str(counts["failure"]),
        errors=str(counts["error"]),
        skipped=str(counts["skipped"]),
        time=f"{seconds:.3f}",
        timestamp=run.started,
    )
    _properties(suite, python=cell.python, platform=run.platform, mpspec=run.mpspec)
    for claim, verdict in found.items():
        home = ".".join(filter(None, ["mpspec", homes.get(claim)]))
        # A CI system tells cases apart by class and name alone, whatever their suite.
        name = f"{claim} [{cell.name}@{cell.python_label}]"
        suite.append(_case(verdict or Verdict(claim, cell.name, Status.NOT_RUN), home, name))
    return suite


def _case(verdict: Verdict, home: str, name: str) -> ET.Element:
    case = _element("testcase", classname=home, name=name, time=f"{verdict.seconds:.3f}")
    _properties(case, verdict=verdict.status.value, instead=verdict.instead)
    outcome = _outcome(verdict.status)
    first = verdict.seen.partition("\n")[0]
    if outcome == "skipped":
        reason = ": ".join(filter(None, [verdict.status.value, first]))
        case.append(_element("skipped", message=reason))
    elif outcome:
        problem = _element(outcome, type=verdict.status.value, message=first)
        problem.text = legal(_told(verdict))
        case.append(problem)
    return case


def _told(verdict: Verdict) -> str:
    """Return what was seen, what the processes reported, and how to repeat it."""
    parts = [verdict.seen]
    if verdict.history and "history so far:" not in verdict.seen:
        parts.append(str(History(Report(*row) for row in verdict.history)))
    return "\n\n".join([*parts, f"repeat: {repeating(verdict.claim, verdict.cell)}"])


def _outcome(status: Status) -> str:
    """Return the name of the element that says so, nothing for what has passed."""
    if status in PASSED:
        return ""
    if status in SKIPPED:
        return "skipped"
    return "failure" if status is Status.FAILS else "error"


def _properties(parent: ET.Element, **values: str) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in values.items():
        if value:
            properties.append(_element("property", name=name, value=value))


def _element(tag: str, **attributes: str) -> ET.Element:
    return ET.Element(tag, {name: legal(value) for name, value in attributes.items()})
