"""The page of a comparison in a browser: language, theme, links, and who can use it."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Open

FORGET, PURR = "cats-forget", "cats-purr"


def test_language_and_theme_change_and_are_kept(open_page: Open, moving: Path) -> None:
    tab = open_page(moving, color_scheme="light")
    expect(tab.get_by_role("heading", name="From 3.14 to 3.13")).to_be_visible()
    light = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    tab.locator("label:has(> input[value=zh])").click()
    tab.locator("label:has(> input[value=dark])").click()
    tab.reload()
    expect(tab.get_by_role("heading", name="从 3.14 到 3.13")).to_be_visible()
    expect(tab.get_by_role("heading", name="From")).to_have_count(0)
    assert tab.title() == "从 3.14 到 3.13"
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_a_link_to_a_claim_opens_its_explanation(open_page: Open, moving: Path) -> None:
    tab = open_page(moving, FORGET)
    change = tab.locator(f"#{FORGET}")
    expect(change.locator(".prose:visible")).to_have_text("Not where the food is.")
    expect(change.locator("summary")).to_be_focused()
    change.get_by_role("link", name="Cats purr").click()
    expect(tab.locator(f"#{PURR} .prose:visible")).to_contain_text("They do, and")
    expect(tab.locator(f"#{PURR} summary")).to_be_focused()
    assert tab.url.endswith(f"#{PURR}")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation_in_a_comparison(
    open_page: Open, moving: Path, theme: str, lang: str
) -> None:
    tab = open_page(moving, f"?lang={lang}&theme={theme}")
    for summary in tab.locator("summary:visible").all():
        summary.click()
    found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_phone_shows_a_comparison_without_scrolling_sideways(
    open_page: Open, moving: Path, lang: str
) -> None:
    tab = open_page(moving, f"?lang={lang}", viewport={"width": 380, "height": 700})
    for summary in tab.locator("summary:visible").all():
        summary.click()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 380


def test_without_its_script_and_in_print_a_comparison_can_be_read(
    open_page: Open, moving: Path
) -> None:
    tab = open_page(moving, java_script_enabled=False)
    tab.emulate_media(media="print")
    expect(tab.locator(f"#{FORGET}").get_by_text("What to do").first).to_be_visible()
    expect(tab.locator("input:visible, nav:visible, .guide summary:visible")).to_have_count(0)
