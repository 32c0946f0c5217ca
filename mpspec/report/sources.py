"""The source of the claims' tests."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

from mpspec.claims import claim_of, read_text


def test_sources(folder: Path) -> dict[str, str]:
    """Return, by claim, the source of its test, with its decorators. Raises `NoteError`."""
    files = sorted(folder.glob("test_[0-9][0-9]_*.py"))
    return {claim: source for file in files for claim, source in _functions(read_text(file))}


def _functions(text: str) -> Iterable[tuple[str, str]]:
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            yield claim_of(node.name), "\n".join(lines[first - 1 : node.end_lineno])
