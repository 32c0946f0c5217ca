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
    tagline: str
    kinds: str
    compared_before: str
    compared_after: str
    not_compared: str
    to_do: str
    what_happens: str
    why: str
    referred: str
    referred_lead: str
    nothing: str
    arising: str
    arising_lead: str
    settled: str
    settled_lead: str
    told_above: str
    chapters: str
    silent: str
    silent_lead: str


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
    tagline="What changes for whoever moves, and what to do about it.",
    kinds="How many claims change, and how",
    compared_before="Before",
    compared_after="After",
    not_compared="Not compared",
    to_do="What to do",
    what_happens="What happens instead",
    why="The explanation",
    referred="What these claims refer to",
    referred_lead="Other claims of the note, whose verdicts do not differ.",
    nothing="There is nothing to do.",
    arising="What comes up now",
    arising_lead="Questions that the move brings: how it shows, and the change that mends it. What "
    "stops a program comes first, and then what gives other results without a word.",
    settled="What does not come up any more",
    settled_lead="The claims below do not hold any more, or have nothing to speak of. What was "
    "done about it may stay as it is.",
    told_above="told above: {claim}",
    chapters="Other differences",
    silent="What the note does not speak of there",
    silent_lead="Claims that held before the move. What they speak of is not there after it.",
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
    tagline="换过去会有哪些变化，该怎么办。",
    kinds="各种变化涉及多少条论断",
    compared_before="之前",
    compared_after="之后",
    not_compared="未作比较",
    to_do="怎么办",
    what_happens="实际发生的是",
    why="解释",
    referred="这些论断提到的其他论断",
    referred_lead="笔记里的其他论断，它们的判定没有不同。",
    nothing="什么也不用做。",
    arising="现在会遇到什么",
    arising_lead="换过去之后才会出现的问题：表现是什么，怎样改才行。会让程序停下的在前，"
    "不声不响改变结果的在后。",
    settled="不会再遇到什么",
    settled_lead="下面的论断不再成立，或者已经没有它们所说的情形。以前为此所做的，可以保持原样。",
    told_above="见上文：{claim}",
    chapters="其他不同",
    silent="换过去之后不再谈到的",
    silent_lead="这些论断原来成立；换过去之后，没有它们所说的情形。",
)
