"""The gate holds the advice of one language against the other's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mpspec.gate import breaches

Breaches = Callable[[str, str], list[str]]


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Breaches:
    """Return a function that gives the breaches of a note with these two explanations."""
    monkeypatch.chdir(tmp_path)
    for folder in ("note/en", "note/zh", "spec"):
        Path(folder).mkdir(parents=True)
    Path("spec/test_01_cats.py").write_text("def test_cats_purr():\n    pass\n")

    def found(english: str, chinese: str) -> list[str]:
        en = f"# Cats\n\n## Of cats\n\n### Cats purr\n\n{english}\n"
        zh = f"# 猫\n\n## 关于\n\n### 猫会咕噜 {{#cats-purr}}\n\n{chinese}\n"
        Path("note/en/01-cats.md").write_text(en)
        Path("note/zh/01-cats.md").write_text(zh, encoding="utf-8")
        return [str(breach) for breach in breaches(Path("note"), Path("spec"))]

    return found


def test_both_languages_may_say_in_bold_what_to_do(said: Breaches) -> None:
    assert said("**Listen.** So.", "**请听**。因为。") == []
    assert said("So.", "因为。") == []


def test_what_one_language_says_in_bold_the_other_does(said: Breaches) -> None:
    assert said("**Listen.**", "请听。") == [
        "note/zh/01-cats.md:5: cats-purr says in bold what to do at note/en/01-cats.md:5: "
        "do so here"
    ]
    assert said("Listen.", "**请听**。")[0].startswith("note/en/01-cats.md:5: cats-purr says in")


def test_a_passage_whose_stars_markdown_does_not_close_is_found(said: Breaches) -> None:
    # Stars between a full stop and a Chinese character close nothing.
    assert len(said("**Listen.** So.", "**请听。**因为。")) == 1


def test_one_passage_in_bold_is_enough(said: Breaches) -> None:
    assert said("**Listen** or **run**.", "**请听**或者**跑**。") == [
        f"note/{language}/01-cats.md:5: cats-purr has several passages in bold: "
        "leave the one that says what to do"
        for language in ("en", "zh")
    ]
