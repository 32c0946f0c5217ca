"""Verdicts as a badge: one line of SVG for a README."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from mpspec.report.words import Words
from mpspec.report.xml import escaped
from mpspec.verdicts import Run, Status

LABEL = "mpspec"
# With white letters each has a contrast of more than 4.5 to 1.
GREEN, YELLOW, RED, GREY = "#2e7d32", "#8a6100", "#b3261e", "#444"
HEIGHT, LETTER, MARGIN = 20, 6.6, 8


def badge(runs: Sequence[Run], words: Words) -> str:
    """Return an SVG that says how many verdicts are as the note says."""
    said, colour = _said(runs, words)
    left, right = _width(LABEL), _width(said)
    whole = left + right
    name = escaped(f"{LABEL}: {said}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole:g}" height="{HEIGHT}" '
        f'viewBox="0 0 {whole:g} {HEIGHT}" role="img" aria-label="{name}"><title>{name}</title>'
        f'<rect width="{whole:g}" height="{HEIGHT}" rx="3" fill="{GREY}"/>'
        f'<rect x="{left:g}" width="{right:g}" height="{HEIGHT}" rx="3" fill="{colour}"/>'
        f'<rect x="{left:g}" width="4" height="{HEIGHT}" fill="{colour}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" '
        f'text-anchor="middle">{_text(left / 2, LABEL)}{_text(left + right / 2, said)}</g></svg>\n'
    )


def _said(runs: Sequence[Run], words: Words) -> tuple[str, str]:
    found = [status for run in runs for _, _, status in run.statuses()]
    red = sum(status.red for status in found)
    green = sum(status.green for status in found)
    missing = found.count(Status.NOT_RUN)
    if red:
        return words.badge.red.format(count=red), RED
    if missing:
        return words.badge.missing.format(count=missing), YELLOW
    if not green:
        return words.badge.nothing, YELLOW
    return words.badge.green.format(count=green), GREEN


def _width(text: str) -> float:
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return round(LETTER * len(text) + 5 * wide + 2 * MARGIN)


def _text(x: float, text: str) -> str:
    # The length is given, so that another font fits as well.
    length = _width(text) - 2 * MARGIN
    return f'<text x="{x:g}" y="14" textLength="{length:g}">{escaped(text)}</text>'
