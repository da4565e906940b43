"""Two models side by side, with everything real: the one here answers at once, the other waits for a person's yes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from watched_page import WatchedPage

from aspen.window.entering import tab_link
from fakes.connected_home import MODEL, ConnectedHome, connected_home

OpenPage = Callable[..., WatchedPage]
Picture = Callable[[WatchedPage, str], None]

_PATIENCE_MS = 300_000
_STARTER = re.compile("smollm2")


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory, starter_model: Path) -> Iterator[ConnectedHome]:
    """A home with the starter model and a provider, whose service runs."""
    with connected_home(tmp_path_factory.mktemp("home")) as at:
        at.home.put_on_shelf(starter_model)
        at.home.run("models")
        yield at


def _enter(there: ConnectedHome, watched: WatchedPage) -> Page:
    page = watched.enter(tab_link(there.home.runtime))
    expect(page.get_by_role("button", name="Airplane mode")).to_be_enabled()
    page.evaluate("location.hash = '#/compare'")
    expect(_side(page, "Right")).to_contain_text("Waits for your question.")
    return page


def _side(page: Page, place: str) -> Locator:
    return page.get_by_role("region", name=re.compile(f"^{place} "))


def _ask(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Question for both").fill(text)
    page.get_by_role("button", name="Compare", exact=True).click()


def test_the_model_here_answers_while_the_other_waits_and_both_stand_in_one_chat(
    there: ConnectedHome, open_page: OpenPage, picture: Picture
) -> None:
    watched = open_page(height=900)
    page = _enter(there, watched)
    mark = len(there.provider.received)
    _ask(page, "Name three fruits.")
    left, right = _side(page, "Left"), _side(page, "Right")
    expect(right).to_contain_text(re.compile(r"Needs to send \d+ bytes to acme\."), timeout=_PATIENCE_MS)
    expect(left).to_contain_text("tok/s", timeout=_PATIENCE_MS)
    assert there.received_during(mark) == [], "nothing leaves before a person has said yes"
    picture(watched, "compare-waits")
    assert watched.axe() == []
    (waiting,) = there.person.call("pending")["pending"]
    expect(right).to_contain_text(f"Needs to send {waiting['body_bytes']} bytes")
    right.get_by_role("button", name="Preview and send").click()
    send = right.frame_locator("iframe").get_by_role("button", name="Send these bytes")
    send.scroll_into_view_if_needed()
    expect(send).to_be_enabled(timeout=_PATIENCE_MS)
    page.wait_for_timeout(400)
    send.click()
    expect(right).to_contain_text("Five captions.")
    verdict = page.get_by_role("region", name="How it came out")
    expect(verdict).to_contain_text("Here was free, and nothing left.")
    expect(verdict).to_contain_text("tiny model")
    assert len(there.received_during(mark)) == 1
    picture(watched, "compare-done")
    assert watched.axe() == []
    page.reload()
    expect(page.get_by_role("region", name=re.compile("^(Left|Right) acme"))).to_contain_text(
        "Five captions.", timeout=_PATIENCE_MS
    )
    expect(page.get_by_role("region", name="How it came out")).to_be_visible()
    page.get_by_role("link", name="Open as a chat").click()
    log = page.get_by_role("log", name="Conversation")
    expect(log.get_by_role("article", name="You said")).to_have_count(1)
    expect(page.get_by_role("group", name=re.compile("Version . of 2"))).to_be_visible()


def test_two_models_of_this_computer_are_compared_and_nothing_leaves(there: ConnectedHome, open_page: OpenPage) -> None:
    page = _enter(there, open_page())
    mark = len(there.provider.received)
    _side(page, "Right").get_by_role("button", name=re.compile("^Right model")).click()
    page.get_by_role("dialog").get_by_role("button", name=_STARTER).click()
    _ask(page, "Say yes.")
    for place in ("Left", "Right"):
        expect(_side(page, place)).to_contain_text("tok/s", timeout=_PATIENCE_MS)
    expect(page.get_by_role("region", name="How it came out")).to_contain_text("Nothing left this computer.")
    assert there.received_during(mark) == []


def test_on_a_narrow_screen_the_two_are_tabs(there: ConnectedHome, open_page: OpenPage, picture: Picture) -> None:
    watched = open_page(width=390, height=800, scheme="dark")
    page = watched.enter(tab_link(there.home.runtime))
    page.evaluate("location.hash = '#/compare'")
    expect(_side(page, "Left")).to_be_visible()
    expect(_side(page, "Right")).to_be_hidden()
    page.get_by_role("group", name="Which answer is shown").get_by_role("button", name=MODEL).click()
    expect(_side(page, "Right")).to_be_visible()
    expect(_side(page, "Left")).to_be_hidden()
    picture(watched, "compare-narrow")
    assert watched.axe() == []


def test_a_no_to_the_preview_leaves_the_other_answer_as_it_is(there: ConnectedHome, open_page: OpenPage) -> None:
    page = _enter(there, open_page())
    mark = len(there.provider.received)
    _ask(page, "Name a colour.")
    right = _side(page, "Right")
    right.get_by_role("button", name="Don’t send").click(timeout=_PATIENCE_MS)
    expect(_side(page, "Left")).to_contain_text("tok/s", timeout=_PATIENCE_MS)
    assert there.person.call("pending")["pending"] == []
    assert there.received_during(mark) == []
