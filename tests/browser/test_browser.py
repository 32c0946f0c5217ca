"""The page in a browser: what can be chosen, what the address keeps, and who can use it."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open

PURR, FORGET, SHARE, COME, BARK = (
    "cats-purr",
    "cats-forget",
    "cats-share",
    "cats-come-when-they-are-called",
    "dogs-bark",
)
SING = "unknown-1"
ALL = [PURR, FORGET, SHARE, COME, BARK, SING]


def shown(tab: Page) -> list[str]:
    """Return the claims that are shown."""
    return tab.locator("details.claim:visible").evaluate_all("all => all.map(each => each.id)")  # type: ignore[no-any-return]


def address(tab: Page) -> str:
    """Return what stands behind the `#`."""
    return tab.url.partition("#")[2]


def choose(tab: Page, name: str, value: str) -> None:
    """Choose in one of the filters."""
    tab.locator(f"select[name={name}]").select_option(value)


def switch(tab: Page, value: str) -> None:
    """Press one of the switches for language and theme."""
    tab.locator(f"label:has(> input[value={value}])").click()


# Filters


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [
        ("chapter", "02-dogs", [BARK]),
        ("verdict", "refuted", [FORGET]),
        ("verdict", "red", [COME]),
        ("verdict", "not run", [SING]),
        ("cells", "differ", [FORGET, COME]),
        ("python", "3.14", ALL),
        ("method", "threads", ALL),
        ("method", "spawn", [PURR, FORGET, COME, BARK, SING]),
        ("library", "joblib", [PURR, FORGET, COME, BARK, SING]),
    ],
)
def test_a_filter_leaves_what_it_says_and_the_address_keeps_it(
    open_page: Open, small: Path, name: str, value: str, left: list[str]
) -> None:
    tab = open_page(small)
    assert shown(tab) == ALL
    choose(tab, name, value)
    assert shown(tab) == left
    assert f"{name}={value.replace(' ', '+')}" in address(tab)
    tab.reload()
    assert shown(tab) == left
    expect(tab.locator(f"select[name={name}]")).to_have_value(value)


def test_filters_are_about_the_same_cells(open_page: Open, small: Path) -> None:
    tab = open_page(small, "?python=3.14&verdict=refuted")
    assert shown(tab) == []
    expect(tab.locator("#ui-nothing")).to_be_visible()
    tab = open_page(small, "?python=3.13&cells=differ&library=multiprocessing")
    assert shown(tab) == [COME]


def test_text_is_looked_for_in_both_languages_and_in_explanations(
    open_page: Open, small: Path
) -> None:
    tab = open_page(small)
    for text, left in {
        "FOOD not": [FORGET],
        "猫会": [PURR, FORGET, SHARE],
        "dogs": [PURR, BARK],
    }.items():
        tab.locator("input[type=search]").fill(text)
        assert shown(tab) == left
    tab.reload()
    expect(tab.locator("input[type=search]")).to_have_value("dogs")


def test_what_is_left_is_counted_and_all_can_be_shown_again(open_page: Open, small: Path) -> None:
    tab = open_page(small, "?verdict=refuted")
    expect(tab.get_by_role("status")).to_have_text("1 of 6 claims")
    expect(tab.locator("#ui-red tbody")).to_be_hidden()
    expect(tab.locator("#chapter-02-dogs")).to_be_hidden()
    tab.get_by_role("button", name="Show all").click()
    expect(tab.get_by_role("status")).to_have_text("6 of 6 claims")
    assert address(tab) == ""


def test_a_number_of_verdicts_is_a_link_to_them(open_page: Open, small: Path) -> None:
    tab = open_page(small)
    tab.locator(".tally a", has_text="refuted").click()
    assert shown(tab) == [FORGET]


def test_an_address_that_makes_no_sense_shows_everything(open_page: Open, small: Path) -> None:
    tab = open_page(small, "%ff?lang=xx&theme=pink&chapter=nowhere&verdict=%3Cb%3E&cells=0")
    assert shown(tab) == ALL
    expect(tab.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize(
    ("at", "left"),
    [
        ("", ["why-does-my-cat-not-come", "why-is-the-cat-so-quiet"]),
        ("?verdict=red", ["why-does-my-cat-not-come"]),
        ("?chapter=02-dogs", []),
        ("?text=quiet", ["why-is-the-cat-so-quiet"]),
        ("?text=quiet&verdict=red", []),
    ],
)
def test_a_question_is_shown_with_its_claims_or_for_its_own_words(
    open_page: Open, small: Path, at: str, left: list[str]
) -> None:
    tab = open_page(small, at)
    found = tab.locator(".question:visible").evaluate_all("all => all.map(each => each.id)")
    assert found == [f"question-{name}" for name in left]
    expect(tab.locator("#ui-questions")).to_be_visible(visible=bool(left))


def test_a_questions_claim_is_a_link_that_opens_it(open_page: Open, small: Path) -> None:
    tab = open_page(small, "question-why-is-the-cat-so-quiet")
    tab.locator(".question:visible").get_by_role("link", name="Cats purr").click()
    expect(tab.locator(f"#{PURR}")).to_have_attribute("open", "")


# Language and theme


def test_the_language_changes_and_is_kept(open_page: Open, small: Path) -> None:
    tab = open_page(small, "?verdict=refuted")
    expect(tab.get_by_role("heading", name="Cats forget")).to_be_visible()
    switch(tab, "zh")
    expect(tab.get_by_role("heading", name="Cats forget")).to_have_count(0)
    expect(tab.get_by_role("heading", name="猫会忘记")).to_be_visible()
    expect(tab.get_by_role("combobox", name="判定")).to_contain_text("被反驳")
    expect(tab.get_by_role("status")).to_have_text("6 条论断中的 1 条")
    tab.reload()
    expect(tab.locator("html")).to_have_attribute("lang", "zh")
    assert "multiprocessing" in tab.title()
    switch(tab, "en")
    assert address(tab) == "?verdict=refuted"


def test_the_theme_is_the_systems_unless_one_is_chosen(open_page: Open, small: Path) -> None:
    def background(tab: Page) -> str:
        return str(tab.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = background(open_page(small, color_scheme="light"))
    tab = open_page(small, color_scheme="dark")
    dark = background(tab)
    assert dark != light
    switch(tab, "light")
    assert background(tab) == light
    tab.reload()
    assert background(tab) == light
    switch(tab, "auto")
    assert background(tab) == dark


# Claims


def test_a_link_to_a_claim_opens_it(open_page: Open, small: Path) -> None:
    tab = open_page(small, FORGET)
    claim = tab.locator(f"#{FORGET}")
    expect(claim.get_by_text("Not where the food is.")).to_be_visible()
    expect(claim).to_be_in_viewport()
    expect(claim.locator("summary").first).to_be_focused()


def test_a_claim_that_filters_hide_is_shown_if_a_link_leads_to_it(
    open_page: Open, small: Path
) -> None:
    tab = open_page(small, f"{PURR}?verdict=holds&lang=zh")
    choose(tab, "chapter", "01-cats")
    tab.locator(f"#{PURR}").get_by_role("link", name="狗").click()
    expect(tab.locator(f"#{BARK}")).to_be_in_viewport()
    expect(tab.locator(f"#{BARK}")).to_have_attribute("open", "")
    assert address(tab) == f"{BARK}?lang=zh"


def test_going_back_returns_to_the_claim_before(open_page: Open, small: Path) -> None:
    tab = open_page(small, PURR)
    tab.locator(f"#{PURR}").get_by_role("link", name="dogs").click()
    expect(tab.locator(f"#{BARK}")).to_be_in_viewport()
    tab.go_back()
    expect(tab.locator(f"#{PURR} summary").first).to_be_focused()
    assert address(tab) == PURR


def test_an_opened_claim_shows_its_timeline_and_the_address_is_its_link(
    open_page: Open, small: Path
) -> None:
    tab = open_page(small)
    tab.get_by_role("heading", name="Cats purr").click()
    claim = tab.locator(f"#{PURR}")
    expect(claim.get_by_role("img")).to_be_visible()
    expect(claim.locator("svg:visible")).to_have_count(1)
    claim.get_by_text("The same in words").click()
    expect(claim.locator("ol:visible li").first).to_be_visible()
    expect(claim.get_by_text("mpspec check --claim cats-purr", exact=False)).to_be_visible()
    assert address(tab) == PURR
    tab.get_by_role("heading", name="Cats purr").click()
    assert address(tab) == ""


def test_the_keyboard_suffices(open_page: Open, small: Path) -> None:
    tab = open_page(small)
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("link", name="Skip to the claims")).to_be_in_viewport()
    tab.keyboard.press("Enter")
    expect(tab.locator("#ui-note")).to_be_focused()
    while tab.evaluate("document.activeElement.tagName") != "SUMMARY":
        tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    expect(tab.locator(f"#{PURR}")).to_have_attribute("open", "")


def test_all_that_are_shown_open_and_close_at_once(open_page: Open, small: Path) -> None:
    tab = open_page(small, "?chapter=01-cats")
    tab.get_by_role("button", name="Open all").click()
    expect(tab.locator("details.claim[open]")).to_have_count(4)
    tab.get_by_role("button", name="Close all").click()
    expect(tab.locator("details.claim[open]")).to_have_count(0)


def test_without_its_script_the_page_can_be_read(open_page: Open, small: Path) -> None:
    tab = open_page(small, java_script_enabled=False)
    expect(tab.get_by_role("heading", name="Cats purr")).to_be_visible()
    expect(tab.locator(".needs-script:visible")).to_have_count(0)
    tab.get_by_role("heading", name="Cats purr").click()
    expect(tab.locator(f"#{PURR}").get_by_text("They do, and")).to_be_visible()


def test_what_a_verdict_file_says_is_only_shown(open_page: Open, hostile: Path) -> None:
    tab = open_page(hostile)
    tab.get_by_role("button", name="Open all").click()
    expect(tab.locator(f"#{PURR} svg:visible")).to_have_count(1)
    assert tab.locator("img, body script:not([type])").count() == 0
    expect(tab.locator(f"#{PURR}")).to_contain_text("<script>alert(1)</script>")


# For everybody


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation(open_page: Open, small: Path, theme: str, lang: str) -> None:
    tab = open_page(small, f"?lang={lang}&theme={theme}")
    tab.locator("#ui-open").click()
    for fold in tab.locator(".fold:visible > summary").all():
        fold.click()
    tab.locator(".pictures ol:visible").first.wait_for()
    found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation_in_the_whole_note(open_page: Open, whole: Path, theme: str) -> None:
    found = Axe().run(open_page(whole, f"?theme={theme}"))
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("which", ["small", "whole", "hostile"])
def test_a_phone_shows_it_without_scrolling_sideways(
    open_page: Open, request: pytest.FixtureRequest, which: str, lang: str
) -> None:
    path: Path = request.getfixturevalue(which)
    tab = open_page(path, f"?lang={lang}", viewport={"width": 380, "height": 700})
    tab.locator("#ui-open").click()
    tab.locator(".strip .fold > summary").first.click()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 380


def test_in_print_nothing_is_left_that_can_be_pressed(open_page: Open, small: Path) -> None:
    tab = open_page(small, PURR)
    tab.emulate_media(media="print")
    expect(tab.locator("button:visible, input:visible, select:visible")).to_have_count(0)
    expect(tab.locator(f"#{PURR}").get_by_text("They do, and")).to_be_visible()
    assert tab.pdf().startswith(b"%PDF")
