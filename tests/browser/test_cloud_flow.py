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
Picture = Callable[[WatchedPage, str], None]

_PATIENCE_MS = 300_000


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


def _send(page: Page) -> None:
    """Say yes on the gate's page, once it stands still: a press on something that has just moved does nothing."""
    send = _preview(page).get_by_role("button", name="Send these bytes")
    expect(send).to_be_enabled(timeout=_PATIENCE_MS)
    page.wait_for_timeout(400)
    expect(send).to_be_enabled(timeout=_PATIENCE_MS)
    send.click()


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
    _send(page)
    expect(_log(page).get_by_role("article", name="Answer").locator(".prose")).to_have_text("Five captions.")
    (received,) = there.provider.received
    assert received.body == shown.encode()
    assert hashlib.sha256(received.body).hexdigest() == shown_sha256
    (sent,) = there.entries("sent")
    assert sent["body_sha256"] == shown_sha256
    kept = there.person.call("ledger_show", sequence=sent["sequence"])["body_base64"]
    assert base64.b64decode(kept) == received.body


def test_a_passage_that_is_struck_out_is_not_in_the_new_bytes_and_the_old_preview_is_void(
    there: ConnectedHome, open_page: OpenPage, picture: Picture
) -> None:
    watched = open_page()
    page = _enter(there, watched)
    expect(page.get_by_role("button", name="Stays here", exact=False).first).to_be_visible()
    _choose_model(page, MODEL)
    expect(page.get_by_role("button", name=re.compile(r"May leave: acme"))).to_be_visible()
    _ask(page, "The colour is plum. The code is 7319. Which fruit is it?")
    preview = _preview(page)
    expect(preview.locator("#outline")).to_contain_text("The code is 7319.", timeout=_PATIENCE_MS)
    before = preview.locator("#sha256").text_content() or ""
    picture(watched, "preview")
    page.get_by_text("Strike something out").click()
    page.get_by_role("button", name="The code is 7319.", exact=True).click()
    expect(preview.locator("#outline")).to_contain_text("The colour is plum. […] Which fruit", timeout=_PATIENCE_MS)
    expect(page.get_by_role("button", name="Stays here: The code is 7319.")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("The message changed. Look again.")).to_be_visible()
    assert preview.locator("#sha256").text_content() != before
    assert len(there.person.call("pending")["pending"]) == 1, "the old preview is void"
    picture(watched, "struck")
    assert watched.axe() == []
    _send(page)
    expect(_log(page).get_by_role("article", name="Answer").locator(".prose")).to_have_text("Five captions.")
    (received,) = there.provider.received
    assert b"7319" not in received.body
    expect(_log(page).get_by_role("article", name="You said")).to_have_count(1)
    expect(_log(page)).to_contain_text("Stays here: 1 passage")
    page.get_by_role("button", name=re.compile("Where may this chat go")).first.click()
    expect(page.get_by_text("1 of 2 messages has left.")).to_be_visible()
    picture(watched, "place")
    page.get_by_role("button", name="See which").click()
    expect(_log(page)).to_contain_text("Left this computer, to acme")
    picture(watched, "lens")


def test_an_answer_from_here_is_not_sent_along_once_it_is_kept_and_undo_brings_it_back(
    there: ConnectedHome, open_page: OpenPage
) -> None:
    page = _enter(there, open_page())
    _choose_model(page, MODEL)
    _ask(page, "First question")
    _send(page)
    answer = _log(page).get_by_role("article", name="Answer")
    expect(answer.locator(".prose")).to_have_text("Five captions.")
    answer.hover()
    answer.get_by_role("button", name="Keep this one here").click()
    expect(answer).to_contain_text("Stays here")
    page.get_by_role("button", name="Undo").click()
    expect(answer).not_to_contain_text("Stays here")


def test_an_answer_that_a_person_says_no_to_can_be_asked_for_again_and_the_question_stands_once(
    there: ConnectedHome, open_page: OpenPage
) -> None:
    page = _enter(there, open_page())
    _choose_model(page, MODEL)
    _ask(page, "First question")
    _preview(page).get_by_role("button", name="Don’t send").click(timeout=_PATIENCE_MS)
    card = page.get_by_role("region", name="Stayed here")
    expect(card).to_contain_text("you declined it")
    assert there.provider.received == []
    card.get_by_role("button", name="Ask again").click()
    _send(page)
    expect(_log(page).get_by_role("article", name="Answer").locator(".prose")).to_have_text("Five captions.")
    expect(_log(page).get_by_role("article", name="You said")).to_have_count(1)
    expect(page.get_by_role("group", name=re.compile("Version"))).to_have_count(0)


def test_an_answer_from_here_is_asked_for_elsewhere_once_its_words_may_leave(
    there: ConnectedHome, open_page: OpenPage, picture: Picture, starter_model: Path
) -> None:
    there.home.put_on_shelf(starter_model)
    watched = open_page()
    page = _enter(there, watched)
    _ask(page, "Say yes.")
    why = page.get_by_role("button", name=re.compile(r"^Local · .* tok.s · why"))
    why.click(timeout=_PATIENCE_MS)
    picture(watched, "why")
    assert watched.axe() == []
    expect(page.get_by_role("button", name="Let this chat leave")).to_be_visible()
    page.get_by_role("button", name="Ask again, or ask another model").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(MODEL)).click()
    card = page.get_by_role("region", name="Stayed here")
    expect(card).to_be_visible(timeout=_PATIENCE_MS)
    assert there.provider.received == []
    card.get_by_role("button", name="Let this chat leave").click()
    expect(page.get_by_role("group", name="Version 2 of 2")).to_be_visible(timeout=_PATIENCE_MS)
    expect(_log(page).get_by_role("article", name="You said")).to_have_count(1)
