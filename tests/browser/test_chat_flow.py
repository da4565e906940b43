"""The chat in a real browser, with answers that a test scripts: streaming, stopping, branching, reloading, reading."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from scripted_chats import Pause, ScriptedChats, Step, saying
from served_app import ServedApp
from watched_page import WatchedPage

from aspen.core.errors import PromptTooLong, StaysHere

OpenPage = Callable[..., WatchedPage]
Picture = Callable[[WatchedPage, str], None]

_SECTION = """## Part {n}

A paragraph with **strong** words, `code`, a [link](https://example.org) and a list:

1. first item
2. second item
   - nested

```python
def part_{n}(x: int) -> int:
    return x * {n}  # a comment
```

| a | b |
|---|---|
| {n} | two |

"""
_UPDATES = """
(() => {
  window.seen = { updates: 0, worst: 0, began: 0, ended: 0 };
  const log = document.querySelector("[role=log]");
  let changed = false, last = 0;
  new MutationObserver(() => { changed = true; }).observe(log, { childList: true, subtree: true, characterData: true });
  const frame = (now) => {
    if (changed) {
      changed = false;
      seen.updates += 1;
      seen.began ||= now;
      seen.ended = now;
    }
    if (last && seen.began) seen.worst = Math.max(seen.worst, now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})()
"""


def _box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Ask", exact=True)


def _ask(page: Page, text: str) -> None:
    _box(page).fill(text)
    _box(page).press("Enter")


def _log(page: Page) -> Locator:
    return page.get_by_role("log", name="Conversation")


def _is_done(page: Page) -> None:
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible(timeout=30_000)
    expect(_log(page)).to_have_attribute("aria-busy", "false")


def test_an_answer_comes_and_says_where_it_came_from_and_why(
    app: ServedApp, open_page: OpenPage, picture: Picture
) -> None:
    watched = open_page()
    page = watched.enter(app.start_url)
    picture(watched, "chat-empty")
    _ask(page, "Why is the sky blue?")
    _is_done(page)
    expect(_log(page).get_by_role("article", name="Answer")).to_contain_text("You said: Why is the sky blue?")
    expect(page).to_have_url(re.compile(r"#/chat/[0-9a-f]{32}$"))
    page.get_by_role("button", name=re.compile("^Local · 49 tok.s · why")).click()
    expect(_log(page)).to_contain_text("No model was named, and local models answer by default.")
    expect(_log(page)).to_contain_text("Nothing left this computer.")
    expect(page.get_by_role("button", name=re.compile("of 2,048 tokens of the context"))).to_be_visible()
    picture(watched, "chat-why")


def test_an_answer_of_a_thousand_tokens_is_drawn_at_least_twenty_times_a_second(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats
) -> None:
    text = "".join(_SECTION.format(n=n) for n in range(1, 60))[:4000]
    chats.answer = lambda _: saying(text, tokens_per_second=250)
    page = open_page().enter(app.start_url)
    page.evaluate(_UPDATES)
    _ask(page, "Tell me a lot.")
    _is_done(page)
    seen = page.evaluate("seen")
    rate = seen["updates"] / ((seen["ended"] - seen["began"]) / 1000)
    print(f"\n{rate:.1f} updates/s, worst frame {seen['worst']:.0f} ms")
    assert rate >= 20
    assert seen["worst"] < 500


def test_a_stopped_answer_keeps_what_had_come(app: ServedApp, open_page: OpenPage, chats: ScriptedChats) -> None:
    chats.answer = lambda _: saying("word " * 400, tokens_per_second=40)
    page = open_page().enter(app.start_url)
    _ask(page, "Go on and on.")
    expect(_log(page)).to_contain_text("word word word")
    _box(page).press("Escape")
    _is_done(page)
    expect(_log(page)).to_contain_text("Stopped here.")
    page.reload()
    expect(_log(page)).to_contain_text("Stopped here.")
    expect(_log(page)).to_contain_text("word word word")


def test_an_edit_is_a_branch_that_one_can_leave_and_that_is_there_after_a_reload(
    app: ServedApp, open_page: OpenPage, picture: Picture
) -> None:
    watched = open_page()
    page = watched.enter(app.start_url)
    _ask(page, "First wording")
    _is_done(page)
    _box(page).press("ArrowUp")
    page.get_by_role("textbox", name="Edit this question").fill("Second wording")
    page.get_by_role("textbox", name="Edit this question").press("Enter")
    _is_done(page)
    expect(_log(page)).to_contain_text("You said: Second wording")
    expect(page.get_by_role("group", name="Version 2 of 2")).to_be_visible()
    picture(watched, "chat-branch")
    page.get_by_role("button", name="Earlier version").click()
    expect(_log(page)).to_contain_text("You said: First wording")
    expect(_log(page)).not_to_contain_text("Second wording")
    page.reload()
    expect(_log(page)).to_contain_text("You said: First wording")
    expect(page.get_by_role("group", name="Version 1 of 2")).to_be_visible()


def test_another_model_can_be_asked_the_same(app: ServedApp, open_page: OpenPage, chats: ScriptedChats) -> None:
    page = open_page().enter(app.start_url)
    _ask(page, "Once")
    _is_done(page)
    page.get_by_role("button", name="Ask again, or ask another model").click()
    page.get_by_role("button", name=re.compile("^On this computer")).click()
    _is_done(page)
    assert [told.get("model") for told in chats.asked] == [None, "local"]
    assert "messages" not in chats.asked[1], "the question stands there already"
    expect(_log(page).get_by_role("article", name="You said")).to_have_count(1)
    expect(page.get_by_role("group", name="Version 2 of 2")).to_be_visible()


def test_a_page_that_is_loaded_again_goes_on_with_the_answer(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats
) -> None:
    chats.answer = lambda _: [*saying("first half, "), Pause(seconds=2.0), *saying("second half")]
    page = open_page().enter(app.start_url)
    _ask(page, "Two halves, please")
    expect(_log(page)).to_contain_text("first half,")
    page.reload()
    expect(_log(page)).to_have_attribute("aria-busy", "true")
    expect(_log(page)).to_contain_text("first half, second half", timeout=15_000)
    _is_done(page)
    expect(_log(page).get_by_role("article", name="You said")).to_have_count(1)
    expect(_log(page).get_by_role("article", name="Answer")).to_have_count(1)
    assert len(chats.asked) == 1


def test_another_chat_can_be_read_while_one_is_answered(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats
) -> None:
    chats.begin("An older question", "An older answer")
    chats.answer = lambda _: [*saying("begun "), Pause(seconds=1.5), *saying("and ended")]
    page = open_page().enter(app.start_url)
    _ask(page, "A slow one")
    expect(_log(page)).to_contain_text("begun")
    page.get_by_role("link", name="An older question").click()
    expect(_log(page)).to_contain_text("An older answer")
    expect(_log(page)).not_to_contain_text("begun")
    page.get_by_role("link", name=re.compile("^A slow one.*answered meanwhile")).click()
    expect(_log(page)).to_contain_text("begun and ended")
    expect(_log(page).get_by_role("article", name="Answer")).to_have_count(1)


def test_reading_further_up_is_left_alone_while_words_come_and_a_button_leads_back(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats, picture: Picture
) -> None:
    chats.begin(*(f"Turn {n}, with words enough to fill a line or two of the page." for n in range(30)))
    chats.answer = lambda _: saying("A line.\n\n" * 3000, tokens_per_second=150)
    watched = open_page()
    page = watched.enter(app.start_url)
    page.get_by_role("link", name=re.compile("^Turn 0")).click()
    expect(_log(page)).to_contain_text("Turn 29")
    _ask(page, "Go on")
    expect(_log(page)).to_contain_text("A line.")
    main = page.locator("main")
    _log(page).hover()
    page.mouse.wheel(0, -700)
    page.wait_for_timeout(300)
    before = main.evaluate("(place) => place.scrollTop")
    page.wait_for_timeout(700)
    assert abs(main.evaluate("(place) => place.scrollTop") - before) < 2
    picture(watched, "chat-reading-up")
    page.get_by_role("button", name="Jump to latest").click()
    page.wait_for_timeout(200)
    assert main.evaluate("(place) => place.scrollHeight - place.scrollTop - place.clientHeight") < 60
    page.get_by_role("button", name="Stop", exact=True).click()
    _is_done(page)


def test_older_messages_come_while_one_scrolls_up_and_what_is_read_stays_in_place(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats
) -> None:
    chats.begin(*(f"Turn {n} of many. " + "It has a few more words. " * 6 for n in range(200)))
    page = open_page().enter(app.start_url)
    page.get_by_role("link", name=re.compile("^Turn 0")).click()
    expect(_log(page)).to_contain_text("Turn 199")
    expect(_log(page)).not_to_contain_text("Turn 120 ")
    _log(page).hover()
    for _ in range(60):
        page.mouse.wheel(0, -600)
        page.wait_for_timeout(40)
        if _log(page).get_by_text("Turn 120 of many").count():
            break
    expect(_log(page)).to_contain_text("Turn 120 ")
    numbers = [int(n) for n in re.findall(r"Turn (\d+) of", _log(page).text_content() or "")]
    assert numbers == list(range(numbers[0], 200))


def test_a_draft_is_there_again_after_a_reload_and_each_chat_has_its_own(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats
) -> None:
    chats.begin("A chat", "An answer")
    page = open_page().enter(app.start_url)
    _box(page).fill("Not sent yet")
    page.get_by_role("link", name="A chat").click()
    expect(_log(page)).to_contain_text("An answer")
    expect(_box(page)).to_have_value("")
    page.get_by_role("link", name="New chat").click()
    expect(_box(page)).to_have_value("Not sent yet")
    page.wait_for_timeout(700)
    page.reload()
    expect(_box(page)).to_have_value("Not sent yet")
    _box(page).press("Enter")
    _is_done(page)
    page.wait_for_timeout(700)
    assert set(chats.drafts.values()) == {""}


def test_a_chat_is_renamed_in_place_pinned_and_deleted_with_a_way_back(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats, picture: Picture
) -> None:
    chats.begin("Keep me", "Yes")
    chats.begin("Old name", "Yes")
    watched = open_page()
    page = watched.enter(app.start_url)
    page.get_by_role("button", name="More about Old name").click()
    picture(watched, "chat-menu")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="New title").fill("New name")
    page.get_by_role("textbox", name="New title").press("Enter")
    expect(page.get_by_role("link", name="New name")).to_be_visible()
    page.get_by_role("button", name="More about Keep me").click()
    page.get_by_role("button", name="Pin", exact=True).click()
    expect(page.get_by_role("heading", name="Pinned")).to_be_visible()
    page.get_by_role("link", name="New name").click()
    page.get_by_role("button", name="More about New name").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="New name")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="New name")).to_be_visible()
    expect(_log(page)).to_contain_text("Yes")


def test_search_finds_what_was_said(app: ServedApp, open_page: OpenPage, chats: ScriptedChats) -> None:
    chats.begin("About boats", "A keel keeps a boat upright")
    page = open_page().enter(app.start_url)
    page.get_by_role("searchbox", name="Search chats").fill("keel")
    page.get_by_role("link", name=re.compile("keeps a boat upright")).click()
    expect(_log(page)).to_contain_text("A keel keeps a boat upright")


def test_a_refusal_is_calm_and_its_button_asks_here_instead(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats, picture: Picture
) -> None:
    refused = StaysHere("This file stays on this computer.", hint="Answer here.", facts={"reasons": []})
    answers = iter((list[Step]([refused]), saying("Answered here.")))
    chats.answer = lambda _: next(answers)
    watched = open_page()
    page = watched.enter(app.start_url)
    _ask(page, "Ask the cloud")
    card = page.get_by_role("region", name="Stayed here")
    expect(card).to_contain_text("This file stays on this computer.")
    picture(watched, "chat-refused")
    card.get_by_role("button", name="Answer on this computer").click()
    expect(_log(page)).to_contain_text("Answered here.")
    assert chats.asked[1]["model"] == "local"


def test_an_error_is_one_sentence_with_a_button_that_mends_it(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats, picture: Picture
) -> None:
    chats.answer = lambda _: [PromptTooLong("The prompt is 40 tokens longer than the context.", hint="Shorten it.")]
    watched = open_page()
    page = watched.enter(app.start_url)
    _ask(page, "A very long question")
    card = page.get_by_role("region", name="Did not work")
    expect(card).to_contain_text("The prompt is 40 tokens longer than the context.")
    picture(watched, "chat-error")
    card.get_by_role("button", name="Edit the question").click()
    expect(_box(page)).to_have_value("A very long question")


def test_thinking_is_folded_and_tools_are_shown(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats, picture: Picture
) -> None:
    chats.answer = lambda _: [
        {"event": "thinking", "text": "Let me see: "},
        Pause(seconds=0.4),
        {"event": "thinking", "text": "it is a number."},
        *saying("It is forty-two."),
        {"event": "tool_call", "index": 0, "call_id": "a", "name": "look_up", "arguments": '{"what": '},
        {"event": "tool_call", "index": 0, "call_id": None, "name": None, "arguments": '"the answer"}'},
    ]
    watched = open_page()
    page = watched.enter(app.start_url)
    _ask(page, "What is it?")
    _is_done(page)
    expect(page.get_by_text(re.compile(r"^Thought for 0\.\d s$"))).to_be_visible()
    expect(page.get_by_text("it is a number.")).to_be_hidden()
    page.get_by_text("Thought for").click()
    expect(page.get_by_text("it is a number.")).to_be_visible()
    page.get_by_text("Wants to use look_up").click()
    expect(page.get_by_role("group", name="Wants to use look_up")).to_contain_text('"the answer"')
    picture(watched, "chat-thinking")


def test_where_a_chat_may_go_is_said_before_it_begins_and_can_be_changed(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats
) -> None:
    page = open_page().enter(app.start_url)
    page.get_by_role("button", name=re.compile(r"^Where may this chat go\? Ask me$")).click()
    page.get_by_role("button", name=re.compile("^Stays here")).click()
    _ask(page, "Private things")
    _is_done(page)
    assert chats.asked[0]["label"] == "stays-here"


def test_a_screen_reader_is_told_once_and_at_the_end(app: ServedApp, open_page: OpenPage, chats: ScriptedChats) -> None:
    chats.answer = lambda _: saying("one two three four five six", tokens_per_second=20)
    page = open_page().enter(app.start_url)
    _ask(page, "Count")
    expect(_log(page)).to_have_attribute("aria-busy", "true")
    assert _log(page).get_attribute("aria-live") == "off"
    _is_done(page)
    expect(page.get_by_role("status").filter(has_text="Answer complete, 6 words.")).to_have_count(1)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 1200), ("light", 390), ("dark", 390)])
def test_axe_finds_nothing_to_complain_about(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats, picture: Picture, scheme: str, width: int
) -> None:
    chats.answer = lambda _: [{"event": "thinking", "text": "Hm."}, *saying(_SECTION.format(n=1))]
    watched = open_page(width=width, scheme=scheme)
    page = watched.enter(app.start_url)
    assert watched.axe() == []
    _ask(page, "Show me everything")
    _is_done(page)
    page.get_by_role("button", name=re.compile("why")).click()
    page.wait_for_timeout(300)
    picture(watched, f"chat-{scheme}-{width}")
    assert watched.axe() == []
    chats.answer = lambda _: [PromptTooLong("The prompt is 40 tokens longer than the context.")]
    _ask(page, "Again")
    expect(page.get_by_role("region", name="Did not work")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Which model answers")).click()
    page.wait_for_timeout(300)
    picture(watched, f"chat-{scheme}-{width}-error")
    assert watched.axe() == []
