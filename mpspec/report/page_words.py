"""What the page says, in the note's languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PageWords:
    """The words of one language; braces stand for what is filled in."""

    title: str
    tagline: str
    skip: str
    language: str
    theme: str
    automatic: str
    light: str
    dark: str
    all_as_expected: str
    not_as_expected: str
    nothing_ran: str
    missing: str
    facts: str
    run: str
    runs: str
    runs_caption: str
    python: str
    platform: str
    started: str
    took: str
    cells: str
    verdicts: str
    verdict: str
    version: str
    counts: str
    signs: str
    differs: str
    differs_lead: str
    differs_caption: str
    side_by_side: str
    agree: str
    no_difference: str
    red: str
    red_lead: str
    red_caption: str
    where: str
    first_seen: str
    note: str
    note_lead: str
    filters: str
    text: str
    chapter: str
    start_method: str
    implementation: str
    cells_that: str
    any: str
    any_red: str
    differing: str
    agreeing: str
    reset: str
    shown: str
    nothing_shown: str
    open_all: str
    close_all: str
    chapters: str
    claims_caption: str
    every_python: str
    same_in_all: str
    instead: str
    what_happened: str
    seen_on: str
    the_test: str
    seen_to_fail: str
    link: str
    unknown: str
    unknown_lead: str
    seconds: str
    minutes: str
    made_by: str
    comma: str
    libraries: str
    libraries_lead: str
    offers_caption: str
    offers_name: str
    known_caption: str
    sort: str
    reason: str


ENGLISH = PageWords(
    title="Python’s multiprocessing, executed",
    tagline="A note in which every claim is a test, and what came of it here.",
    skip="Skip to the claims",
    language="Language",
    theme="Theme",
    automatic="Auto",
    light="Light",
    dark="Dark",
    all_as_expected="All is as the note says",
    not_as_expected="{red} of {tested} verdicts are not as the note says",
    nothing_ran="Nothing was tested",
    missing="not run: {count}",
    facts="claims: {claims}, cells: {cells}, verdicts: {verdicts}",
    run="Run",
    runs="Each run",
    runs_caption="The runs that this page shows, one for each Python",
    python="Python",
    platform="Platform",
    started="Begun",
    took="Time in tests",
    cells="Cells",
    verdicts="Verdicts",
    verdict="Verdict",
    version="mpspec",
    counts="How many of each verdict",
    signs="What the signs mean",
    differs="What differs",
    differs_lead="Claims that hold in some cells and are refuted in others: {count}.",
    differs_caption="The claims on which cells disagree",
    side_by_side="Where Pythons differ, each has its sign, in this order: {pythons}.",
    agree="Other claims, on which all cells that they speak of agree: {count}.",
    no_difference="On all claims, the cells that they speak of agree.",
    red="Not as expected",
    red_lead="Claims that did not come out as the note says: {count}.",
    red_caption="The claims that did not come out as the note says",
    where="Where",
    first_seen="What was seen",
    note="The note",
    note_lead="Each claim opens to its explanation, its test, and what was seen of it.",
    filters="Find claims",
    text="Text",
    chapter="Chapter",
    start_method="Start method",
    implementation="Implementation",
    cells_that="Cells",
    any="all",
    any_red="not as expected",
    differing="that differ",
    agreeing="that agree",
    reset="Show all",
    shown="{shown} of {all} claims",
    nothing_shown="No claim matches. Choose less, or show all.",
    open_all="Open all",
    close_all="Close all",
    chapters="Contents",
    claims_caption="The verdict in each cell",
    every_python="every Python",
    same_in_all="everywhere",
    instead="Instead:",
    what_happened="What happened",
    seen_on="As reported on {cell}.",
    the_test="The test",
    seen_to_fail="Seen to fail when",
    link="Link to this claim",
    unknown="Claims of another note",
    unknown_lead="These were run, and the note at hand does not have them.",
    seconds="{count} s",
    minutes="{minutes} min {seconds} s",
    made_by="Made by mpspec {version} from verdict files. The page needs nothing but itself.",
    comma=", ",
    libraries="Other libraries",
    libraries_lead="What implementations lack of the API’s names, and how libraries are known to "
    "differ: by design, by a bug, or for a reason that is not yet understood.",
    offers_caption="Names that some implementation does not offer",
    offers_name="Name",
    known_caption="How libraries are known to differ",
    sort="Sort",
    reason="Reason",
)

CHINESE = PageWords(
    title="Python multiprocessing：可执行的笔记",
    tagline="笔记里的每一条论断都是一个测试，这里是运行的结果。",
    skip="跳到论断",
    language="语言",
    theme="主题",
    automatic="自动",
    light="浅色",
    dark="深色",
    all_as_expected="全部与笔记相符",
    not_as_expected="{tested} 个判定中有 {red} 个与笔记不符",
    nothing_ran="什么也没有测试",
    missing="{count} 个未运行",
    facts="{claims} 条论断，{cells} 种情形，{verdicts} 个判定",
    run="运行",
    runs="每次运行",
    runs_caption="本页所示的各次运行，每个 Python 一次",
    python="Python",
    platform="平台",
    started="开始时间",
    took="测试用时",
    cells="情形",
    verdicts="判定",
    verdict="判定",
    version="mpspec",
    counts="各种判定的数量",
    signs="符号的含义",
    differs="哪里不同",
    differs_lead="有 {count} 条论断在一些情形下成立，在另一些情形下被反驳，正如笔记所说。",
    differs_caption="各情形判定不一致的论断",
    side_by_side="各 Python 不一致时，每个 Python 一个符号，顺序为：{pythons}。",
    agree="其余 {count} 条论断，凡是谈到的情形，判定都一致。",
    no_difference="对所有论断，凡是谈到的情形，判定都一致。",
    red="与预期不符",
    red_lead="有 {count} 条论断的结果与笔记所说不一致。",
    red_caption="结果与笔记所说不一致的论断",
    where="在哪里",
    first_seen="所见",
    note="笔记",
    note_lead="展开一条论断，可以看到它的解释、测试，以及测试所见。",
    filters="查找论断",
    text="文字",
    chapter="章",
    start_method="启动方式",
    implementation="实现",
    cells_that="各情形",
    any="全部",
    any_red="与预期不符",
    differing="不一致",
    agreeing="一致",
    reset="显示全部",
    shown="{all} 条论断中的 {shown} 条",
    nothing_shown="没有符合条件的论断。请放宽条件，或显示全部。",
    open_all="全部展开",
    close_all="全部收起",
    chapters="目录",
    claims_caption="每种情形下的判定",
    every_python="所有 Python",
    same_in_all="全部",
    instead="实际发生的是：",
    what_happened="经过",
    seen_on="来自 {cell} 的报告。",
    the_test="测试",
    seen_to_fail="在下列情况下，它确实会失败",
    link="此论断的链接",
    unknown="另一份笔记的论断",
    unknown_lead="运行过这些论断，但手头的笔记里没有。",
    seconds="{count} 秒",
    minutes="{minutes} 分 {seconds} 秒",
    made_by="由 mpspec {version} 根据判定文件生成。本页自成一体，不需要其他任何东西。",
    comma="、",
    libraries="其他库",
    libraries_lead="各实现缺少 API 的哪些名字，以及各库已知的不同之处："
    "有意为之、缺陷，或原因未明。",
    offers_caption="有实现不提供的名字",
    offers_name="名字",
    known_caption="各库已知的不同之处",
    sort="类别",
    reason="原因",
)
