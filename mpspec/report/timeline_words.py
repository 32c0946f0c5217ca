"""What a timeline says, in the note's languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TimelineWords:
    """The words of one language; braces stand for what is filled in."""

    title: str
    order: str
    legend: dict[str, str]  # by the kind of what is drawn
    signs: dict[str, str]  # the same for the terminal
    taking_part: str
    at_most: str
    sentences: dict[str, str]  # by the kind of a report
    with_value: str
    and_between: str
    test: str
    blocked: str
    left_out: str
    in_words: str


ENGLISH = TimelineWords(
    title="Timeline",
    order="Left to right is the order of events; distances are no times.",
    legend={
        "span": "box: a stretch of work, as the process reported it",
        "call": "box in the first lane: a call by the test",
        "blocked": "dashed box: blocked, as was proved",
        "held": "dotted line: held by the test at a checkpoint",
        "proceed": "arrow: the test lets it go on",
        "note": "dot: a report or a call",
        "ended": "bar: its end",
    },
    signs={
        "span": "at work on something",
        "call": "a call by the test",
        "blocked": "blocked, as was proved",
        "held": "held by the test at a checkpoint",
        "proceed": "the test lets it go on",
        "note": "a report or a call",
        "ended": "its end",
    },
    taking_part="Taking part: {names}.",
    at_most="In “{span}” at the same time: {count} at the most, of {all}.",
    sentences={
        "note": "{who}: “{event}”.",
        "checkpoint": "{who}: “{event}”, and waits there for the test.",
        "begin": "{who} begins “{event}”.",
        "end": "{who} ends “{event}”.",
        "proceed": "The test lets {who} go on from “{event}”.",
        "blocked": "{who}: blocked after “{event}”.",
        "ended": "The end of {who}.",
        "call": "The test calls “{event}”.",
        "return": "“{event}” returns to the test.",
    },
    with_value="{event}: {value}",
    and_between=", ",
    test="test",
    blocked="blocked",
    left_out="... and {count} reports more.",
    in_words="The same in words",
)

CHINESE = TimelineWords(
    title="时间线",
    order="从左到右是事件的先后顺序，间距不代表时间长短。",
    legend={
        "span": "方框：进程自己报告的一段工作",
        "call": "第一行的方框：测试的一次调用",
        "blocked": "虚线框：被阻塞，已得到证实",
        "held": "点线：被测试拦在检查点",
        "proceed": "箭头：测试放行",
        "note": "圆点：一次报告或调用",
        "ended": "竖线：结束",
    },
    signs={
        "span": "正在做一段工作",
        "call": "测试的一次调用",
        "blocked": "被阻塞，已得到证实",
        "held": "被测试拦在检查点",
        "proceed": "测试放行",
        "note": "一次报告或调用",
        "ended": "结束",
    },
    taking_part="参与者：{names}。",
    at_most="同时处于“{span}”的最多有 {count} 个，共 {all} 个。",
    sentences={
        "note": "{who}：“{event}”。",
        "checkpoint": "{who}：“{event}”，并在此等待测试。",
        "begin": "{who} 开始“{event}”。",
        "end": "{who} 结束“{event}”。",
        "proceed": "测试让 {who} 从“{event}”继续。",
        "blocked": "{who}：在“{event}”之后被阻塞。",
        "ended": "{who} 已结束。",
        "call": "测试调用“{event}”。",
        "return": "“{event}”返回到测试。",
    },
    with_value="{event}：{value}",
    and_between="、",
    test="测试",
    blocked="阻塞",
    left_out="……还有 {count} 条报告。",
    in_words="同样的内容，用文字叙述",
)
