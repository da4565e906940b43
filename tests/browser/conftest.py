"""Browsers for the tests here, each page watched. Without Chromium or Playwright the tests are skipped with a word."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib import resources

import pytest
from scripted_chats import ScriptedChats
from served_app import ServedApp

pytest.importorskip("playwright", reason="Playwright is not installed: pip install playwright axe-playwright-python")
pytest.importorskip("axe_playwright_python", reason="axe is not installed: pip install axe-playwright-python")

from playwright.sync_api import Browser, sync_playwright
from watched_page import WatchedPage, watched_page

_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

OpenPage = Callable[..., WatchedPage]
Picture = Callable[[WatchedPage, str], None]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. One for each module: Playwright keeps a loop in this thread, which others need afterwards."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    if not _is_built():
        pytest.skip("The page is not built: npm run build, in web/")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield browser
        browser.close()


def _is_built() -> bool:
    return (resources.files("aspen") / "web_assets" / "index.html").is_file()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open a watched page: `open_page(width=390, scheme="dark")`. Its complaints fail the test at its end."""
    opened: list[WatchedPage] = []

    def open_one(width: int = 1200, height: int = 800, scheme: str = "light") -> WatchedPage:
        opened.append(watched_page(browser, {"width": width, "height": height}, scheme))
        return opened[-1]

    yield open_one
    complaints = [told for each in opened for told in each.unexpected]
    for each in opened:
        each.context.close()
    assert complaints == []


@pytest.fixture
def chats() -> ScriptedChats:
    return ScriptedChats()


@pytest.fixture
def app(chats: ScriptedChats) -> Iterator[ServedApp]:
    """The real server and page, around scripted chats."""
    with ServedApp(chats.run) as served:
        yield served


@pytest.fixture
def picture() -> Picture:
    """Take a picture of a page where the environment names a folder for them."""
    folder = os.environ.get("ASPEN_PICTURES")

    def take(watched: WatchedPage, name: str) -> None:
        if folder:
            watched.page.screenshot(path=f"{folder}/{name}.png")

    return take
