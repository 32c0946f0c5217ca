"""The programs in docs/findings: short, listed, and there where a row names them."""

from __future__ import annotations

from pathlib import Path

from mpspec.adapters import adapters
from mpspec.differences import shipped

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "findings"
PROGRAMS = sorted(FOLDER.glob("*.py"))

LONGEST = 20
"""Lines that whoever gets the report of a bug will read."""


def test_each_program_is_short() -> None:
    lengths = {path.name: len(path.read_text().splitlines()) for path in PROGRAMS}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_each_program_is_listed() -> None:
    listed = (FOLDER / "README.md").read_text()
    assert [path.name for path in PROGRAMS if f"[{path.name}]({path.name})" not in listed] == []


def test_each_link_of_a_known_difference_leads_to_a_program() -> None:
    tables = [shipped(adapter.library) for adapter in adapters()]
    links = {row.link for table in tables for rows in table.values() for row in rows}
    own = {link for link in links if link and not link.startswith("https://")}
    assert own, "no row names a program"
    assert [link for link in sorted(own) if not (ROOT / link).is_file()] == []
