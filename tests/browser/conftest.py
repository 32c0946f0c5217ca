"""A real browser for the page: Debian's chromium, driven by playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from mpspec import claims
from mpspec.claims import LANGUAGES, read_note
from mpspec.questions import read_questions
from mpspec.report.changes import changes_model
from mpspec.report.changes_page import changes_page
from mpspec.report.page import page
from mpspec.report.sides import Pair, Pairs, Place
from mpspec.report.sources import sources_of_tests
from mpspec.report.words import WORDS
from tests import made_up

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "no chromium: `apt-get install chromium`, or say in CHROMIUM where one is"

QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Open = Callable[..., Page]


def pytest_sessionstart() -> None:
    """Say what to install, instead of failing test by test."""
    if not chromium():
        raise pytest.UsageError(MISSING)


def chromium() -> str | None:
    """Return where the browser is."""
    found = (shutil.which(name) for name in NAMES)
    return os.environ.get("CHROMIUM") or next(filter(None, found), None)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Return a browser with a profile of its own; root may run none with a sandbox."""
    sandbox = hasattr(os, "geteuid") and os.geteuid() != 0
    running = playwright.chromium.launch(
        executable_path=chromium(), args=QUIET, chromium_sandbox=sandbox
    )
    yield running
    running.close()


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of the made-up note."""
    folder = tmp_path_factory.mktemp("small")
    note = made_up.note(folder / "note")
    pages = made_up.questions(folder / "note")
    text = page(made_up.runs(), note, made_up.SOURCES, made_up.FAULTS, questions=pages)
    return written(folder, text)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of verdicts from somebody who means no good."""
    folder = tmp_path_factory.mktemp("hostile")
    return written(folder, page([made_up.hostile_run()], made_up.note(folder / "note"), {}, {}))


@pytest.fixture(scope="session")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of what differs between two Pythons, and between two notes."""
    folder = tmp_path_factory.mktemp("moving")
    old, new = made_up.run("CPython 3.14.0"), made_up.run("CPython 3.13.1")
    new.claims.remove("birds-sing")
    pairs = Pairs([Pair("fork", Place(old, old.cells[0]), Place(new, new.cells[0]))])
    note = made_up.note(folder / "note")
    changes = {
        language: changes_model(pairs, chapters, "3.14", "3.13", WORDS[language])
        for language, chapters in note.items()
    }
    return written(folder, changes_page(changes, note))


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of the note at hand, with made-up verdicts."""
    note = {language: read_note(language) for language in LANGUAGES}
    ids = [claim.id for chapter in note["en"] for claim in chapter.claims]
    runs = [made_up.whole_run(python, ids) for python in made_up.PYTHONS]
    sources = sources_of_tests(claims.spec_folder())
    pages = {language: read_questions(language) for language in LANGUAGES}
    text = page(runs, note, sources, {}, questions=pages)
    return written(tmp_path_factory.mktemp("whole"), text)


def written(folder: Path, text: str) -> Path:
    """Write a page into `folder`, and return where it is."""
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Return a function that opens a page; at the end none may have complained or asked a network.

    - `at`: what stands behind the `#`;
    - what else it takes makes the context: `viewport`, `color_scheme`, `java_script_enabled` ...
    """
    contexts = []
    said: list[str] = []

    def opened(path: Path, at: str = "", **options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)  # type: ignore[arg-type]
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: said.append(f"console: {message.text}"))
        tab.on("pageerror", lambda error: said.append(f"error: {error}"))
        tab.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
        tab.on("request", lambda request: said.append(f"request: {request.url}"))
        tab.goto(f"{path.as_uri()}#{at}")
        return tab

    yield opened
    for context in contexts:
        context.close()
    asked = [line for line in said if not line.startswith("request: file:///")]
    assert asked == []
