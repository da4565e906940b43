"""The chat in a real browser with everything real behind it: sealed core, jailed engine, the starter model."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect
from watched_page import WatchedPage

from fakes.processes import becomes
from fakes.service_home import CORE, ServiceHome

OpenPage = Callable[..., WatchedPage]

_WHILE_NOBODY_ANSWERS = (r"Failed to load resource: net::ERR_", r"status of 404 .*/api/runs/[^/]+/events")
"""What the browser itself writes to the console while the core is away, and when the run is gone with it."""


def _start_url(home: ServiceHome) -> str:
    home.run("ps")
    told = home.call("open_page", in_tab=True)
    return f"http://127.0.0.1:{told['port']}/start#{told['start_key']}"


def _ask(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Ask", exact=True)
    box.fill(text)
    box.press("Enter")


def _log(page: Page) -> Locator:
    return page.get_by_role("log", name="Conversation")


def _is_done(page: Page) -> None:
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible(timeout=300_000)


def test_the_starter_model_answers_and_the_answer_is_there_after_a_reload(
    starter_home: ServiceHome, open_page: OpenPage
) -> None:
    page = open_page().enter(_start_url(starter_home))
    _ask(page, "Say hello in one short sentence.")
    _is_done(page)
    expect(page.get_by_role("button", name=re.compile(r"^Local · .* tok.s · why"))).to_be_visible()
    answer = _log(page).get_by_role("article", name="Answer").locator(".prose").inner_text()
    assert len(answer) > 3
    page.reload()
    expect(_log(page).get_by_role("article", name="Answer").locator(".prose")).to_have_text(answer)
    expect(page.get_by_role("button", name=re.compile(r"^Local · .* tok.s · why"))).to_be_visible()


def test_an_answer_is_stopped_and_the_question_edited_and_both_branches_stay(
    starter_home: ServiceHome, open_page: OpenPage
) -> None:
    page = open_page().enter(_start_url(starter_home))
    _ask(page, "Write a long story about a lighthouse.")
    expect(_log(page).locator(".prose")).to_contain_text(re.compile(r"\w+ \w+ \w+ \w+"), timeout=300_000)
    page.keyboard.press("Escape")
    _is_done(page)
    expect(_log(page)).to_contain_text("Stopped here.")
    page.get_by_role("button", name="Edit this question").click()
    page.get_by_role("textbox", name="Edit this question").fill("Say yes.")
    page.get_by_role("textbox", name="Edit this question").press("Enter")
    _is_done(page)
    expect(page.get_by_role("group", name="Version 2 of 2")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Earlier version").click()
    expect(_log(page)).to_contain_text("Write a long story about a lighthouse.")
    expect(_log(page)).to_contain_text("Stopped here.")


def test_a_killed_core_is_said_with_what_was_kept_and_asking_again_works(
    starter_home: ServiceHome, open_page: OpenPage
) -> None:
    watched = open_page()
    watched.allowed.extend(_WHILE_NOBODY_ANSWERS)
    page = watched.enter(_start_url(starter_home))
    _ask(page, "Write a long story about a lighthouse.")
    expect(_log(page).locator(".prose")).to_contain_text(re.compile(r"(\S+\s+){20}"), timeout=300_000)
    (core,) = starter_home.pids(CORE)
    os.kill(core, signal.SIGKILL)
    assert becomes(lambda: starter_home.pids(CORE) not in ([], [core]))
    card = page.get_by_role("region", name="Did not work")
    expect(card).to_contain_text("Aspen was interrupted while it answered.", timeout=300_000)
    expect(card).to_contain_text(re.compile(r"kept|Kept"))
    expect(_log(page).locator(".prose")).to_contain_text(re.compile(r"\w+ \w+"))
    card.get_by_role("button", name="Ask again").click()
    expect(_log(page)).to_have_attribute("aria-busy", "true")
    expect(_log(page).locator(".prose")).to_contain_text(re.compile(r"\w+ \w+"), timeout=300_000)
    page.get_by_role("button", name="Stop", exact=True).click()
    _is_done(page)
    expect(page.get_by_role("group", name="Version 2 of 2")).to_be_visible()
