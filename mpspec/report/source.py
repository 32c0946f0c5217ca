"""The source of a claim's test, as it stands in the spec."""

from __future__ import annotations

import ast
from pathlib import Path

from mpspec.claims import Claim, spec_folder


def source_of_test(claim: Claim, folder: Path | None = None) -> tuple[str, int]:
    """Return the source of a claim's test, with its decorators, and the line where it begins.

    Empty, and 0, where there is no such test.
    """
    path = (folder or spec_folder()) / f"test_{claim.chapter.replace('-', '_')}.py"
    if not path.is_file():
        return "", 0
    text = path.read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == claim.test:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            return "\n".join(text.splitlines()[first - 1 : node.end_lineno]), first
    return "", 0
