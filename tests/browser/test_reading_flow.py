"""Reading a chat in a real browser: finding, quoting, going on, taking it along, two tabs, large text, no motion."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from chat_parts import ask, box_of, is_done, log_of, open_chat
from playwright.sync_api import Page, expect
from scripted_chats import Pause, ScriptedChats, saying
from served_app import ServedApp
from watched_page import WatchedPage

from aspen.core.errors import PromptTooLong

OpenPage = Callable[..., WatchedPage]
Picture = Callable[[WatchedPage, str], None]

_LONG_CHAT = [f"Turn {n} of many. " + "It has a few more words. " * 6 for n in range(120)]


def _find(page: Page, text: str) -> None:
    page.keyboard.press("Control+f")
    page.get_by_role("searchbox", name="Find in this chat").fill(text)


def _is_in_view(page: Page, text: str) -> bool:
    return page.get_by_text(text, exact=False).first.evaluate(
        "(it) => { const box = it.getBoundingClientRect(); return box.bottom > 0 && box.top < innerHeight; }"
    )


def test_find_counts_every_place_also_in_messages_that_were_not_loaded_and_goes_to_them(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats, picture: Picture
) -> None:
    chats.begin(*(text + (" A keel, and a Keel." if n in {3, 60, 118} else "") for n, text in enumerate(_LONG_CHAT)))
    watched = open_page()
    page = watched.enter(app.start_url)
    open_chat(page, "Turn 0 of many")
    expect(log_of(page)).to_contain_text("Turn 119 of many")
    expect(log_of(page)).not_to_contain_text("Turn 3 of many")
    _find(page, "keel")
    bar = page.get_by_role("search", name="Find in this chat")
    expect(bar).to_contain_text("6 of 6")
    expect(bar.get_by_role("status")).to_have_text("Place 6 of 6 places")
    picture(watched, "chat-find")
    for _ in range(4):
        page.keyboard.press("Enter")
    expect(bar).to_contain_text("2 of 6")
    expect(log_of(page)).to_contain_text("Turn 3 of many")
    page.wait_for_timeout(300)
    assert _is_in_view(page, "Turn 3 of many")
    page.keyboard.press("Shift+Enter")
    expect(bar).to_contain_text("3 of 6")
    page.keyboard.press("Escape")
    expect(bar).to_have_count(0)
    assert watched.axe() == []


def test_find_gives_the_focus_back_and_says_when_there_is_nothing(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats
) -> None:
    chats.begin("A question", "An answer")
    watched = open_page()
    page = watched.enter(app.start_url)
    open_chat(page, "A question")
    box_of(page).focus()
    _find(page, "zebra")
    expect(page.get_by_role("status").filter(has_text="Not in this chat.")).to_have_count(1)
    assert watched.axe() == []
    page.keyboard.press("Escape")
    expect(box_of(page)).to_be_focused()


def test_a_found_chat_opens_at_the_words_that_were_searched_for(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats
) -> None:
    chats.begin(*(text + (" A rudder!" if n == 20 else "") for n, text in enumerate(_LONG_CHAT)))
    page = open_page().enter(app.start_url)
    page.get_by_role("searchbox", name="Search chats").fill("rudder")
    page.get_by_role("link", name=re.compile("A rudder!")).click()
    expect(page.get_by_role("search", name="Find in this chat")).to_contain_text("1 of 1")
    page.wait_for_timeout(300)
    assert _is_in_view(page, "Turn 20 of many")


def test_selected_words_become_a_quotation_by_button_and_by_key(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats, picture: Picture
) -> None:
    chats.begin("A question", "First line of it.\n\nSecond line of it.")
    watched = open_page()
    page = watched.enter(app.start_url)
    open_chat(page, "A question")
    page.get_by_text("First line of it.").click(click_count=3)
    picture(watched, "chat-quote")
    page.get_by_role("button", name="Quote", exact=True).click()
    expect(box_of(page)).to_have_value("> First line of it.\n\n")
    expect(box_of(page)).to_be_focused()
    page.get_by_text("Second line of it.").click(click_count=3)
    expect(page.get_by_role("button", name="Quote", exact=True)).to_be_visible()
    page.keyboard.press("Control+Shift+>")
    expect(box_of(page)).to_have_value("> First line of it.\n\n> Second line of it.\n\n")
    expect(page.get_by_role("button", name="Quote", exact=True)).to_have_count(0)


def test_an_answer_that_was_stopped_goes_on_by_its_button(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats, picture: Picture
) -> None:
    answers = iter((saying("one two three " * 200, tokens_per_second=60), saying("and on it goes")))
    chats.answer = lambda _: next(answers)
    watched = open_page()
    page = watched.enter(app.start_url)
    ask(page, "Count")
    expect(log_of(page)).to_contain_text("one two three one")
    page.keyboard.press("Escape")
    is_done(page)
    picture(watched, "chat-stopped")
    page.get_by_role("button", name="Continue", exact=True).click()
    is_done(page)
    expect(log_of(page)).to_contain_text("and on it goes")
    assert chats.asked[1]["parent"] != ""
    expect(page.get_by_role("button", name="Continue", exact=True)).to_have_count(0)


@pytest.mark.parametrize(
    ("row", "name"), [("Save as Markdown", "About boats.md"), ("Save as JSON", "About boats.json")]
)
def test_a_chat_is_saved_as_a_file_and_the_page_says_so(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats, tmp_path: Path, row: str, name: str
) -> None:
    chats.begin("About boats", "A keel keeps a boat upright")
    page = open_page().enter(app.start_url)
    page.get_by_role("button", name="More about About boats").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=row).click()
    assert waiting.value.suggested_filename == name
    waiting.value.save_as(tmp_path / name)
    assert "A keel keeps a boat upright" in (tmp_path / name).read_text("utf-8")
    expect(page.get_by_text(f"Saved as {name}")).to_be_visible()


def test_a_question_that_fails_before_it_is_remembered_stays_in_the_chat_in_which_it_was_asked(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats
) -> None:
    chats.begin("An older question", "An older answer")
    chats.answer = lambda _: [{"early": PromptTooLong("The prompt is 40 tokens too long.")}]
    page = open_page().enter(app.start_url)
    open_chat(page, "An older question")
    expect(log_of(page)).to_contain_text("An older answer")
    ask(page, "A question too many")
    expect(page.get_by_role("region", name="Did not work")).to_contain_text("The prompt is 40 tokens too long.")
    expect(log_of(page)).to_contain_text("A question too many")
    expect(log_of(page)).to_contain_text("An older answer")


def test_a_second_tab_follows_the_answer_that_the_first_one_began(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats
) -> None:
    chats.answer = lambda _: [*saying("begun, "), Pause(seconds=3.0), *saying("and ended")]
    watched = open_page()
    first = watched.enter(app.start_url)
    ask(first, "A slow one")
    expect(log_of(first)).to_contain_text("begun,")
    second = watched.context.new_page()
    second.goto(first.url)
    expect(log_of(second)).to_have_attribute("aria-busy", "true")
    expect(log_of(second)).to_contain_text("begun, and ended", timeout=15_000)
    for page in (first, second):
        is_done(page)
        expect(log_of(page).get_by_role("article", name="You said")).to_have_count(1)
        expect(log_of(page).get_by_role("article", name="Answer")).to_have_count(1)
    assert len(chats.asked) == 1


def test_a_tab_that_one_comes_back_to_shows_what_was_said_in_the_other(app: ServedApp, open_page: OpenPage) -> None:
    watched = open_page()
    first = watched.enter(app.start_url)
    ask(first, "From the first tab")
    is_done(first)
    second = watched.context.new_page()
    second.goto(first.url)
    expect(log_of(second)).to_contain_text("You said: From the first tab")
    ask(second, "From the second tab")
    is_done(second)
    first.evaluate("dispatchEvent(new Event('focus'))")
    expect(log_of(first)).to_contain_text("You said: From the second tab")
    expect(log_of(first).get_by_role("article", name="Answer")).to_have_count(2)


@pytest.mark.parametrize("width", [1200, 390])
def test_text_of_twice_the_size_and_the_other_direction_fit_the_window(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats, picture: Picture, width: int
) -> None:
    chats.begin("שאלה על סירות", "# תשובה\n\nטקסט עם `code` ורשימה:\n\n1. אחת\n2. שתיים\n\n> ציטוט")
    watched = open_page(width=width)
    page = watched.enter(app.start_url)
    if width == 390:
        page.get_by_role("button", name="Show the sidebar").click()
    open_chat(page, "שאלה על סירות")
    expect(log_of(page)).to_contain_text("תשובה")
    answer = log_of(page).get_by_role("heading", name="תשובה")
    assert answer.evaluate("(it) => getComputedStyle(it).direction") == "rtl"
    page.evaluate("document.documentElement.dir = 'rtl'; document.documentElement.style.fontSize = '200%'")
    page.wait_for_timeout(200)
    picture(watched, f"chat-rtl-200-{width}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(box_of(page)).to_be_in_viewport()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_in_viewport()


def test_nothing_moves_for_those_who_asked_for_no_motion(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats
) -> None:
    chats.answer = lambda _: [Pause(seconds=1.5), *saying("Here.")]
    page = open_page().enter(app.start_url)
    page.emulate_media(reduced_motion="reduce")
    ask(page, "Wait a little")
    page.wait_for_timeout(500)
    moving = "document.getAnimations().filter((each) => each.playState === 'running').length"
    assert page.evaluate(moving) == 0
    is_done(page)
