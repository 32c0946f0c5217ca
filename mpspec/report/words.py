"""What the reports say, in the note's languages."""

from __future__ import annotations

from dataclasses import dataclass

from mpspec.report import changes_words, page_words, timeline_words
from mpspec.report.changes_words import ChangesWords
from mpspec.report.page_words import PageWords
from mpspec.report.timeline_words import TimelineWords
from mpspec.verdicts import Status


@dataclass(frozen=True)
class ExplainWords:
    """The headings over what is known of one claim."""

    test: str
    seen_to_fail: str


@dataclass(frozen=True)
class AskWords:
    """What is said beside an answer; braces stand for what is filled in."""

    shown_by: str
    more: str
    nothing: str
    left_out: str


@dataclass(frozen=True)
class BadgeWords:
    """What a badge says; braces stand for how many."""

    green: str
    red: str
    missing: str
    nothing: str


@dataclass(frozen=True)
class Words:
    """The words of one language; braces stand for what is filled in."""

    statuses: dict[Status, str]
    meanings: dict[Status, str]
    claim: str
    columns: str
    cell: str
    expected: str
    holds: str
    refuted: str
    seen: str
    history: str
    repeat: str
    more_lines: str
    on: str
    everywhere: str
    summary: str
    not_run: str
    no_verdicts: str
    badge: BadgeWords
    explain: ExplainWords
    ask: AskWords
    timeline: TimelineWords
    page: PageWords
    changes: ChangesWords

    def mark(self, status: Status) -> str:
        """Return a verdict as sign and word."""
        return f"{status.glyph} {self.statuses[status]}"


ENGLISH = Words(
    statuses={status: status.value for status in Status},
    meanings={
        Status.HOLDS: "the claim is true there",
        Status.REFUTED: "false there, as the note says, and the test showed it",
        Status.NOT_APPLICABLE: "the claim does not speak of this cell",
        Status.NOT_OFFERED: "the implementation lacks what the claim needs",
        Status.NOT_RUN: "no verdict: nothing was tried",
        Status.FAILS: "not as the note says",
        Status.ERROR: "the test broke, which says nothing of the claim",
        Status.HANGS: "what was waited for never came",
        Status.CRASHES: "the process that ran the test died",
    },
    claim="claim",
    columns="Each column shows, from left to right: {pythons}.",
    cell="cell",
    expected="expected",
    holds="it holds",
    refuted="it is refuted, by assertion",
    seen="seen",
    history="history",
    repeat="repeat",
    more_lines="... {count} lines more",
    on="{cell} on {python}",
    everywhere="everywhere",
    summary="{green} verdicts as the note says, {red} not",
    not_run=", {count} not run",
    no_verdicts="(no verdicts yet: `mpspec check` gives them)",
    badge=BadgeWords(
        green="all {count} as noted",
        red="{count} not as noted",
        missing="{count} not run",
        nothing="nothing tested",
    ),
    explain=ExplainWords(test="Its test", seen_to_fail="It has been seen to fail when"),
    ask=AskWords(
        shown_by="Claims that show it:",
        more="mpspec explain {claim}",
        nothing="nothing in the note matches: {words}",
        left_out="{count} more match, less well; -n shows as many as you like.",
    ),
    timeline=timeline_words.ENGLISH,
    page=page_words.ENGLISH,
    changes=changes_words.ENGLISH,
)

CHINESE = Words(
    statuses={
        Status.HOLDS: "成立",
        Status.REFUTED: "被反驳",
        Status.NOT_APPLICABLE: "不适用",
        Status.NOT_OFFERED: "未提供",
        Status.NOT_RUN: "未运行",
        Status.FAILS: "不符",
        Status.ERROR: "出错",
        Status.HANGS: "卡死",
        Status.CRASHES: "崩溃",
    },
    meanings={
        Status.HOLDS: "论断在这里为真",
        Status.REFUTED: "正如笔记所说，在这里不成立，测试也证明了这一点",
        Status.NOT_APPLICABLE: "论断没有谈到这种情形",
        Status.NOT_OFFERED: "该实现缺少论断所需的功能",
        Status.NOT_RUN: "没有判定：什么也没有试过",
        Status.FAILS: "与笔记所说不一致",
        Status.ERROR: "测试本身出了错，不能说明论断如何",
        Status.HANGS: "等待的事一直没有发生",
        Status.CRASHES: "运行测试的进程死掉了",
    },
    claim="论断",
    columns="每一列从左到右依次是：{pythons}。",
    cell="情形",
    expected="预期",
    holds="成立",
    refuted="因断言失败而被反驳",
    seen="所见",
    history="经过",
    repeat="重现",
    more_lines="……还有 {count} 行",
    on="{python} 上的 {cell}",
    everywhere="全部",
    summary="{green} 个判定与笔记相符，{red} 个不符",
    not_run="，{count} 个未运行",
    no_verdicts="（还没有判定：运行 `mpspec check` 即可得到）",
    badge=BadgeWords(
        green="{count} 个全部相符",
        red="{count} 个不符",
        missing="{count} 个未运行",
        nothing="什么也没有测试",
    ),
    explain=ExplainWords(test="它的测试", seen_to_fail="在下列故障之下，已见过它失败"),
    ask=AskWords(
        shown_by="证明它的论断：",
        more="mpspec explain {claim} --lang zh",
        nothing="笔记里没有与此相符的内容：{words}",
        left_out="还有 {count} 条也相符，但差一些；用 -n 可以多看几条。",
    ),
    timeline=timeline_words.CHINESE,
    page=page_words.CHINESE,
    changes=changes_words.CHINESE,
)

WORDS = {"en": ENGLISH, "zh": CHINESE}
