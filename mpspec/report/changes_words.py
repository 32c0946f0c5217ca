"""What a comparison says, in the note's languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ChangesWords:
    """The words of one language; braces stand for what is filled in."""

    title: str
    default: str
    move: str
    where: str
    unknown_claim: str
    instead: str
    advice: str
    only: str
    not_in_note: str
    same: str
    summary: str


ENGLISH = ChangesWords(
    title="From {before} to {after}",
    default="{side} by default ({cells})",
    move="{before} → {after}",
    where="on {where}",
    unknown_claim="no such claim",
    instead="instead: {claim}",
    advice="what to do: {advice}",
    only="only in {side}, and not compared: {cells}",
    not_in_note="No longer in the note",
    same="No verdict differs ({compared} claims compared).",
    summary="{count} of {compared} claims differ.",
)

CHINESE = ChangesWords(
    title="从 {before} 到 {after}",
    default="{side} 的默认方式（{cells}）",
    move="{before} → {after}",
    where="在 {where} 上",
    unknown_claim="没有这条论断",
    instead="取而代之：{claim}",
    advice="怎么办：{advice}",
    only="只在 {side} 中有，未作比较：{cells}",
    not_in_note="笔记中已不存在",
    same="没有判定不同（比较了 {compared} 条论断）。",
    summary="{compared} 条论断中有 {count} 条不同。",
)
