"""The source of the claims' tests, as it stands in the spec."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

from mpspec.claims import claim_of, parse_tests, read_text


def sources_of_tests(folder: Path) -> dict[str, str]:
    """Return, by claim, the source of its test, with its decorators. Raises `NoteError`."""
    files = sorted(folder.glob("test_[0-9][0-9]_*.py"))
    return {claim: source for file in files for claim, source in _functions(file)}


def _functions(path: Path) -> Iterable[tuple[str, str]]:
    lines = read_text(path).splitlines()
    for node in parse_tests(path).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            yield claim_of(node.name), "\n".join(lines[first - 1 : node.end_lineno])
