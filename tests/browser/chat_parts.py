"""The parts of the chat that its flows touch, by the names that a person reads or hears."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def box_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Ask", exact=True)


def log_of(page: Page) -> Locator:
    return page.get_by_role("log", name="Conversation")


def ask(page: Page, text: str) -> None:
    box_of(page).fill(text)
    box_of(page).press("Enter")


def is_done(page: Page) -> None:
    """Wait until an answer has ended: the tiny model goes on until its context is full now and then."""
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible(timeout=300_000)
    expect(log_of(page)).to_have_attribute("aria-busy", "false")


def open_chat(page: Page, title: str) -> None:
    page.get_by_role("link", name=title).click()
