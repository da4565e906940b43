"""A cloud model in the page, with everything real: the service, the gate and its own page, and a provider over TLS."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect
from watched_page import WatchedPage

from aspen.window.entering import tab_link
from fakes.connected_home import MODEL, ConnectedHome, connected_home

OpenPage = Callable[..., WatchedPage]

_PATIENCE_MS = 30_000


@pytest.fixture
def there(tmp_path: Path) -> Iterator[ConnectedHome]:
    """A home that is connected to a provider, with a service that runs."""
    with connected_home(tmp_path) as at:
        at.home.run("ps")
        yield at


def _enter(there: ConnectedHome, watched: WatchedPage) -> Page:
    page = watched.enter(tab_link(there.home.runtime))
    expect(page.get_by_role("button", name="Airplane mode")).to_be_enabled()
    return page


def _choose_model(page: Page, name: str) -> None:
    page.locator(".composer .picker").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(name)).click()


def _ask(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Ask", exact=True)
    box.fill(text)
    box.press("Enter")


def _log(page: Page) -> Locator:
    return page.get_by_role("log", name="Conversation")


def _preview(page: Page) -> FrameLocator:
    return page.frame_locator(".gate iframe")


def test_what_the_preview_shows_is_what_the_provider_receives_and_what_the_ledger_has(
    there: ConnectedHome, open_page: OpenPage
) -> None:
    page = _enter(there, open_page())
    _choose_model(page, MODEL)
    _ask(page, "Why is the sky blue? 1.10 and ünïcode")
    preview = _preview(page)
    expect(preview.locator("#outline")).to_contain_text("Why is the sky blue?", timeout=_PATIENCE_MS)
    preview.get_by_role("tab", name="Exact bytes").click()
    shown = preview.locator("#body").text_content() or ""
    shown_sha256 = preview.locator("#sha256").text_content()
    assert there.provider.received == [], "nothing leaves before a person has said yes"
    send = preview.get_by_role("button", name="Send these bytes")
    expect(send).to_be_enabled(timeout=_PATIENCE_MS)
    send.click()
    expect(_log(page).get_by_role("article", name="Answer").locator(".prose")).to_have_text("Five captions.")
    (received,) = there.provider.received
    assert received.body == shown.encode()
    assert hashlib.sha256(received.body).hexdigest() == shown_sha256
    (sent,) = there.entries("sent")
    assert sent["body_sha256"] == shown_sha256
    kept = there.person.call("ledger_show", sequence=sent["sequence"])["body_base64"]
    assert base64.b64decode(kept) == received.body
