"""The app as a person opens it: the link that the command prints, followed through the gate's page to the app's."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect
from watched_page import WatchedPage

from fakes.service_home import ServiceHome

ANSWER_MS = 60_000


def link_of(home: ServiceHome) -> str:
    """Have the command print a link for a browser."""
    opened = home.aspen("open", "--no-open")
    assert opened.code == 0, opened.err
    return opened.out.strip()


def opened_app(home: ServiceHome, watched: WatchedPage) -> Page:
    """Open the app in a page and wait until one can type."""
    return watched.enter(link_of(home))


def ask(page: Page, text: str) -> None:
    """Type a question and send it."""
    box = page.get_by_role("textbox", name="Ask", exact=True)
    box.fill(text)
    box.press("Enter")


def log_of(page: Page) -> Locator:
    """Return the conversation."""
    return page.get_by_role("log", name="Conversation")


def is_answered(page: Page) -> None:
    """Wait until an answer has come to its end."""
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible(timeout=ANSWER_MS)
    expect(log_of(page).get_by_role("article", name="Answer").last).to_be_visible()
