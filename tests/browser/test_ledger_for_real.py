"""The ledger's page and airplane mode against the real gate: search, check, forget, close and open again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from watched_page import WatchedPage

from aspen.window.entering import tab_link
from fakes.connected_home import MODEL, ConnectedHome, connected_home
from fakes.service_home import question

OpenPage = Callable[..., WatchedPage]
Picture = Callable[[WatchedPage, str], None]

_PATIENCE_MS = 300_000


@pytest.fixture
def there(tmp_path: Path) -> Iterator[ConnectedHome]:
    """A home whose ledger has two sends and one refusal."""
    with connected_home(tmp_path) as at:
        at.home.run("ps")
        at.answered("About pears")
        at.answered("About plums")
        at.home.call("ask", **question("My words", model=MODEL, label="stays-here"))
        yield at


def _enter(there: ConnectedHome, watched: WatchedPage, screen: str) -> Page:
    page = watched.enter(tab_link(there.home.runtime))
    expect(page.get_by_role("button", name="Airplane mode")).to_be_enabled()
    page.evaluate(f"location.hash = '#/{screen}'")
    return page


def test_the_ledger_is_searched_checked_and_its_bytes_forgotten_at_the_gate(
    there: ConnectedHome, open_page: OpenPage, picture: Picture
) -> None:
    watched = open_page()
    page = _enter(there, watched, "ledger")
    details = page.get_by_role("button", name=re.compile("^Details of entry"))
    expect(details).to_have_count(2)
    page.get_by_role("button", name=re.compile("^Check")).first.click()
    expect(page.get_by_text(re.compile("whole|unbroken|holds", re.IGNORECASE)).first).to_be_visible()
    page.get_by_role("searchbox", name="Search entries").fill("nobody-is-called-so")
    expect(details).to_have_count(0)
    page.get_by_role("searchbox", name="Search entries").fill("acme")
    expect(details).to_have_count(2)
    page.get_by_role("radio", name="What was stopped").click()
    expect(details).to_have_count(1)
    expect(page.get_by_text("Refused by your rules")).to_be_visible()
    picture(watched, "ledger-stopped")
    page.get_by_role("radio", name="What left").click()
    expect(details).to_have_count(2)
    details.first.click()
    page.get_by_role("button", name="View exact bytes").click()
    expect(page.get_by_text("About plums").first).to_be_visible()
    assert watched.axe() == []
    with watched.context.expect_page() as opened:
        page.get_by_role("link", name=re.compile("Forget bytes")).click()
    gate_page = opened.value
    button = gate_page.locator("#act")
    expect(button).to_be_enabled(timeout=_PATIENCE_MS)
    gate_page.wait_for_timeout(300)
    button.click()
    expect(gate_page.locator("#page")).to_have_attribute("data-state", "ended")
    (last,) = [
        each for each in there.entries("sent") if each["sequence"] == max(e["sequence"] for e in there.entries("sent"))
    ]
    assert there.person.call("ledger_show", sequence=last["sequence"])["body_base64"] is None
    assert there.is_whole()


def test_airplane_mode_is_closed_by_the_app_and_opened_at_the_gate_alone(
    there: ConnectedHome, open_page: OpenPage, picture: Picture
) -> None:
    watched = open_page()
    page = _enter(there, watched, "chat")
    page.get_by_role("button", name="Airplane mode").click()
    expect(page.get_by_text("Airplane mode: every connection out is closed")).to_be_visible()
    assert there.person.call("pending")["airplane"] is True
    expect(page.get_by_role("button", name=re.compile(r"Where may this chat go\? Airplane mode"))).to_be_visible()
    page.locator(".composer .picker").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(MODEL)).click()
    page.get_by_role("textbox", name="Ask", exact=True).fill("Hello")
    page.get_by_role("textbox", name="Ask", exact=True).press("Enter")
    card = page.get_by_role("region", name=re.compile("Stayed here|Did not work"))
    expect(card).to_contain_text(re.compile("airplane mode", re.IGNORECASE), timeout=_PATIENCE_MS)
    picture(watched, "airplane")
    assert watched.axe() == []
    with watched.context.expect_page() as opened:
        page.get_by_role("button", name="Airplane mode", exact=True).click()
    gate_page = opened.value
    expect(gate_page.locator("#act")).to_be_enabled(timeout=_PATIENCE_MS)
    gate_page.wait_for_timeout(300)
    gate_page.locator("#act").click()
    expect(gate_page.locator("#page")).to_have_attribute("data-state", "ended")
    assert there.person.call("pending")["airplane"] is False
