"""The note read into claims; and the gate, which says of each breach how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mpspec.claims import (
    Chapter,
    NoteError,
    UnknownClaimError,
    claim_of,
    find_chapters,
    find_claims,
    read_note,
    slug,
)
from mpspec.gate import breaches

EN_CATS = """\
# Cats

About `cats`.

## What they do

They do much.

### Cats purr

They do.

### Cats sleep

Long.

### Cats hunt

Mice.
"""

ZH_CATS = """\
# 猫

## 行为

### 猫会咕噜 {#cats-purr}

是的。

### 猫睡觉 {#cats-sleep}

很久。

### 猫打猎 {#cats-hunt}

老鼠。
"""

FILES = {
    "note/en/01-cats.md": EN_CATS,
    "note/en/02-dogs.md": "# Dogs\n\n## What they do\n\n### Dogs bark\n\nLoud.\n",
    "note/zh/01-cats.md": ZH_CATS,
    "note/zh/02-dogs.md": "# 狗\n\n## 行为\n\n### 狗会叫 {#dogs-bark}\n\n很响。\n",
    "spec/test_01_cats.py": """\
def test_cats_purr(mp):
    pass


def test_cats_sleep(mp):
    pass


def test_cats_hunt(mp):
    pass
""",
    "spec/test_02_dogs.py": "def test_dogs_bark(mp):\n    pass\n",
}

Change = Callable[..., None]


@pytest.fixture(autouse=True)
def _note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a note in which everything agrees, and stand beside it."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def change(name: str, old: str, new: str) -> None:
    """Put `new` in the place of `old`, which is in the file once."""
    text = Path(name).read_text(encoding="utf-8")
    assert text.count(old) == 1
    Path(name).write_text(text.replace(old, new), encoding="utf-8")


def swap(name: str, one: str, other: str) -> None:
    """Put each in the other's place."""
    change(name, one, "\0")
    change(name, other, one)
    change(name, "\0", other)


def gate() -> list[str]:
    """Return what the gate says, line by line."""
    return [str(breach) for breach in breaches(Path("note").resolve(), Path("spec").resolve())]


def refusal() -> str:
    """Return why the gate cannot read something."""
    with pytest.raises(NoteError) as raised:
        gate()
    return str(raised.value)


def cats() -> Chapter:
    return read_note("en", Path("note"))[0]


# Reading


def test_a_note_is_read_into_chapters_sections_and_claims() -> None:
    chapter = cats()
    assert (chapter.name, chapter.title, chapter.text) == ("01-cats", "Cats", "About `cats`.")
    assert chapter.test_file == "test_01_cats.py"
    [section] = chapter.sections
    assert (section.title, section.text) == ("What they do", "They do much.")
    assert [claim.id for claim in chapter.claims] == ["cats-purr", "cats-sleep", "cats-hunt"]


def test_a_claim_knows_its_words_its_test_and_its_place() -> None:
    claim = cats().claims[1]
    assert (claim.title, claim.explanation, claim.test) == (
        "Cats sleep",
        "Long.",
        "test_cats_sleep",
    )
    assert (claim.chapter, claim.section, claim.line) == ("01-cats", "What they do", 13)


def test_a_translated_claim_bears_its_id_beside_its_title() -> None:
    claim = read_note("zh", Path("note"))[0].claims[0]
    assert (claim.id, claim.title) == ("cats-purr", "猫会咕噜")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The child's pid", "the-childs-pid"),
        ("The child\N{RIGHT SINGLE QUOTATION MARK}s pid", "the-childs-pid"),
        ("`Queue.put` returns, at once", "queue-put-returns-at-once"),
        ("From 3.14 on: forkserver!", "from-3-14-on-forkserver"),
        ("猫", ""),
    ],
)
def test_a_heading_gives_its_id(title: str, name: str) -> None:
    assert slug(title) == name


def test_a_tests_name_gives_its_claim() -> None:
    assert claim_of("test_cats_purr") == "cats-purr"


def test_headings_inside_code_and_quotes_are_no_claims() -> None:
    code = (
        "Long.\n\n```python\n### no claim\n# no title\n```\n\n    ### nor this\n\n> ### Nor this\n"
    )
    change("note/en/01-cats.md", "Long.\n", code)
    assert gate() == []
    assert cats().claims[1].explanation == code.strip()


def test_the_ends_of_lines_do_not_matter() -> None:
    path = Path("note/en/01-cats.md")
    path.write_bytes(b"\xef\xbb\xbf" + EN_CATS.replace("\n", "\r\n").encode())
    assert gate() == []
    assert cats().claims[1].line == 13


def test_lines_are_counted_as_editors_count_them() -> None:
    change("note/en/01-cats.md", "They do.", "They\x0c do.\u2028 Indeed.")
    assert cats().claims[1].explanation == "Long."


@pytest.mark.parametrize("name", ["02-dogs", "02", "2", "dogs", "Dogs"])
def test_a_chapter_is_found_by_each_of_its_names(name: str) -> None:
    [found] = find_chapters(read_note("en", Path("note")), [name])
    assert found.name == "02-dogs"


def test_an_unknown_chapter_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownClaimError, match=r"unknown chapter 'dog': did you mean dogs\?"):
        find_chapters(read_note("en", Path("note")), ["dog"])


def test_a_claim_is_found_by_its_id_and_by_its_test() -> None:
    found = find_claims(read_note("en", Path("note")), ["dogs-bark", "test_cats_purr"])
    assert [claim.id for claim in found] == ["dogs-bark", "cats-purr"]


def test_an_unknown_claim_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownClaimError, match="unknown claim 'cats-pur': did you mean cats-purr"):
        find_claims(read_note("en", Path("note")), ["cats-pur"])


# The gate


def test_nothing_is_said_where_note_and_tests_agree() -> None:
    assert gate() == []


def test_a_renamed_test() -> None:
    change("spec/test_01_cats.py", "test_cats_sleep", "test_felines_rest")
    assert gate() == [
        "spec/test_01_cats.py:5: no claim for test_felines_rest, and no test for the claim at "
        "note/en/01-cats.md:13: rename it test_cats_sleep"
    ]


def test_a_test_too_many() -> None:
    with Path("spec/test_02_dogs.py").open("a") as file:
        file.write("\n\ndef test_dogs_bite(mp):\n    pass\n")
    assert gate() == [
        "spec/test_02_dogs.py:5: no claim for test_dogs_bite: add ### Dogs bite, or rename it "
        "(did you mean dogs-bark?)"
    ]


def test_a_dropped_test() -> None:
    change("spec/test_01_cats.py", "def test_cats_sleep(mp):\n    pass\n", "")
    assert gate() == [
        "note/en/01-cats.md:13: no test for this claim: write test_cats_sleep in test_01_cats.py"
    ]


def test_a_test_that_is_no_function_of_the_file_does_not_count() -> None:
    change("spec/test_02_dogs.py", "def test_dogs_bark(mp):\n    pass", "class TestDogs:\n    pass")
    assert gate() == [
        "note/en/02-dogs.md:5: no test for this claim: write test_dogs_bark in test_02_dogs.py"
    ]


def test_a_dropped_heading() -> None:
    change("note/en/01-cats.md", "### Cats sleep\n", "")
    assert gate() == [
        "note/zh/01-cats.md:9: cats-sleep is not in note/en/01-cats.md: "
        "add it there or strike it here"
    ]


def test_a_dropped_heading_of_the_translation() -> None:
    change("note/zh/01-cats.md", "### 猫睡觉 {#cats-sleep}\n", "")
    assert gate() == [
        "note/en/01-cats.md:13: cats-sleep is not in note/zh/01-cats.md: "
        "add ### ... {#cats-sleep} there"
    ]


def test_a_heading_dropped_in_both_languages() -> None:
    change("note/en/01-cats.md", "### Cats sleep\n", "")
    change("note/zh/01-cats.md", "### 猫睡觉 {#cats-sleep}\n", "")
    assert gate() == [
        "spec/test_01_cats.py:5: no claim for test_cats_sleep: add ### Cats sleep, or rename it "
        "(did you mean cats-purr or cats-hunt?)"
    ]


def test_a_reworded_heading() -> None:
    change("note/en/01-cats.md", "### Cats sleep", "### Cats rest")
    assert gate() == [
        "note/en/01-cats.md:13: cats-rest is cats-sleep at note/zh/01-cats.md:9: give both one id"
    ]


def test_an_id_that_is_there_twice() -> None:
    change("note/en/01-cats.md", "### Cats sleep", "### Cats purr")
    assert gate() == [
        "note/en/01-cats.md:13: the id cats-purr is taken at note/en/01-cats.md:9: word it anew"
    ]


def test_an_id_that_another_chapter_has() -> None:
    change("note/en/02-dogs.md", "### Dogs bark", "### Cats purr")
    assert gate() == [
        "note/en/02-dogs.md:5: the id cats-purr is taken at note/en/01-cats.md:9: word it anew"
    ]


def test_an_id_that_is_there_twice_in_the_translation() -> None:
    change("note/zh/01-cats.md", "{#cats-sleep}", "{#cats-purr}")
    assert gate() == [
        "note/zh/01-cats.md:9: the id cats-purr is taken at note/zh/01-cats.md:5: word it anew"
    ]


@pytest.mark.parametrize("heading", ["猫睡觉", "猫 sleep", "猫睡觉 {#}"])
def test_a_translated_claim_without_an_id(heading: str) -> None:
    change("note/zh/01-cats.md", "猫睡觉 {#cats-sleep}", heading)
    assert gate() == ["note/zh/01-cats.md:9: this claim has no id: end it with {#id}"]


@pytest.mark.parametrize(
    ("name", "line", "text"),
    [("note/en/01-cats.md", 13, "Long."), ("note/zh/01-cats.md", 9, "很久。")],
)
def test_an_empty_explanation(name: str, line: int, text: str) -> None:
    change(name, text, "")
    assert gate() == [f"{name}:{line}: cats-sleep has no explanation: write one below"]


def test_a_claim_that_is_too_long_for_one() -> None:
    title = "word " * 20
    change("note/en/02-dogs.md", "Dogs bark", title)
    change("note/zh/02-dogs.md", "dogs-bark", slug(title))
    change("spec/test_02_dogs.py", "dogs_bark", slug(title).replace("-", "_"))
    assert gate() == ["note/en/02-dogs.md:5: 99 characters in one claim: say it in 75"]


def test_two_claims_swapped() -> None:
    swap("note/en/01-cats.md", "### Cats purr\n\nThey do.", "### Cats sleep\n\nLong.")
    assert gate() == [
        "note/zh/01-cats.md:5: cats-purr stands where note/en/01-cats.md has cats-sleep: same order"
    ]


def test_two_claims_swapped_in_the_translation() -> None:
    swap("note/zh/01-cats.md", "{#cats-sleep}", "{#cats-hunt}")
    assert gate() == [
        "note/zh/01-cats.md:9: cats-hunt stands where note/en/01-cats.md has cats-sleep: same order"
    ]


def test_two_tests_swapped() -> None:
    swap("spec/test_01_cats.py", "cats_purr", "cats_sleep")
    assert gate() == [
        "spec/test_01_cats.py:1: test_cats_sleep stands where the note has test_cats_purr: "
        "same order"
    ]


def test_a_test_in_the_file_of_another_chapter() -> None:
    moved = "def test_cats_hunt(mp):\n    pass\n"
    change("spec/test_01_cats.py", moved, "")
    change("spec/test_02_dogs.py", "def", f"{moved}\n\ndef")
    assert gate() == ["spec/test_02_dogs.py:1: test_cats_hunt belongs in test_01_cats.py"]


def test_a_test_that_is_there_twice() -> None:
    change("spec/test_01_cats.py", "\n\n\ndef test_cats_hunt", "\n\n\ndef test_cats_sleep")
    assert gate() == [
        "spec/test_01_cats.py:9: test_cats_sleep is there twice: rename one",
        "note/en/01-cats.md:17: no test for this claim: write test_cats_hunt in test_01_cats.py",
    ]


@pytest.mark.parametrize(("here", "there"), [("en", "zh"), ("zh", "en")])
def test_a_chapter_that_one_language_lacks(here: str, there: str) -> None:
    Path(f"note/{there}/02-dogs.md").unlink()
    assert gate() == [f"note/{here}/02-dogs.md:1: there is no note/{there}/02-dogs.md: write it"]


def test_a_file_of_tests_that_is_missing() -> None:
    Path("spec/test_02_dogs.py").unlink()
    assert gate() == [
        "note/en/02-dogs.md:5: no test for this claim: write test_dogs_bark in test_02_dogs.py"
    ]


def test_several_breaches_are_all_said() -> None:
    change("note/en/01-cats.md", "Mice.", "")
    change("spec/test_02_dogs.py", "dogs_bark", "dogs_bite")
    assert [line.partition(": ")[0] for line in gate()] == [
        "note/en/01-cats.md:17",
        "spec/test_02_dogs.py:1",
    ]


# What cannot be read


@pytest.mark.parametrize(
    "name", ["note/en/01-cats.md", "note/zh/02-dogs.md", "spec/test_01_cats.py"]
)
def test_what_is_not_utf_8(name: str) -> None:
    first, _, rest = Path(name).read_bytes().partition(b"\n")
    Path(name).write_bytes(first + b"\n\xff" + rest)
    assert refusal() == f"{name}:2: this is not UTF-8"


@pytest.mark.parametrize("text", ["", "no heading\n", "## A section first\n\n# Title\n"])
def test_a_chapter_without_a_title(text: str) -> None:
    Path("note/en/02-dogs.md").write_text(text)
    assert refusal() == "note/en/02-dogs.md:1: a chapter begins with its title: # Title"


def test_a_chapter_with_two_titles() -> None:
    change("note/en/01-cats.md", "### Cats hunt", "# Cats hunt")
    assert refusal() == "note/en/01-cats.md:17: a second chapter in one file"


def test_a_claim_outside_a_section() -> None:
    change("note/en/01-cats.md", "## What they do\n", "")
    assert refusal() == "note/en/01-cats.md:8: a claim before the first section"


def test_a_language_without_a_chapter() -> None:
    for path in Path("note/zh").iterdir():
        path.unlink()
    assert refusal() == "note/zh:1: no chapter (NN-name.md) is here"


def test_a_folder_in_the_place_of_a_chapter() -> None:
    Path("note/en/02-dogs.md").unlink()
    Path("note/en/02-dogs.md").mkdir()
    assert refusal() == "note/en/02-dogs.md:1: Is a directory"


def test_a_test_file_that_is_no_python() -> None:
    change("spec/test_01_cats.py", "test_cats_sleep(mp):", "test_cats_sleep(mp) = 1")
    assert refusal().startswith("spec/test_01_cats.py:5: ")


def test_a_test_file_with_a_null_byte() -> None:
    change("spec/test_01_cats.py", "test_cats_sleep", "test\0")
    assert refusal().startswith("spec/test_01_cats.py:1: ")
