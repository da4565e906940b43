"""Reaching everything: by keyboard alone, and to the beginning of long chats. Nothing reaches an address elsewhere."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from importlib import resources

from chat_parts import ask, box_of, is_done, log_of
from playwright.sync_api import Page, expect
from scripted_chats import ScriptedChats, saying
from served_app import ServedApp
from watched_page import WatchedPage

OpenPage = Callable[..., WatchedPage]
Picture = Callable[[WatchedPage, str], None]

_ADDRESS = re.compile(r"(?:https?:)?//[a-z0-9][a-z0-9.-]*\.[a-z]{2,}[^\s\"'`<>)\\]*", re.IGNORECASE)
_KNOWN_ADDRESSES = (
    r"http://www\.w3\.org/(2000/svg|1998/Math/MathML|1999/xhtml|1999/xlink|2000/xmlns/|XML/1998/namespace)",
    r"https://svelte\.dev/e/\w+",
    r"https://github\.com/(markedjs/marked|highlightjs/highlight\.js)[\w/.-]*",
)
"""Names of vocabularies, and where the texts of errors lead a developer: nobody fetches them."""


_FOCUSED = """(at => at === document.body ? '' : at?.getAttribute('aria-label') || at?.textContent || '')(
    document.activeElement)"""
"""The words of the whole page are not what its body is called."""


def _tab_to(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until what has the focus is called this."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if name in page.evaluate(_FOCUSED):
            return
    raise AssertionError(f"nothing called {name} is reached by Tab")


def test_a_whole_chat_is_had_without_a_mouse(app: ServedApp, open_page: OpenPage, chats: ScriptedChats) -> None:
    chats.begin("An older chat", "Its answer")
    chats.answer = lambda question: saying(f"You said: {question}", tokens_per_second=100)
    page = open_page().enter(app.start_url)
    page.keyboard.press("Control+Shift+O")
    page.keyboard.press("Shift+Escape")
    expect(box_of(page)).to_be_focused()
    page.keyboard.type("First")
    page.keyboard.press("Enter")
    is_done(page)
    expect(log_of(page)).to_contain_text("You said: First")
    page.keyboard.press("Shift+Escape")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("textbox", name="Edit this question")).to_be_focused()
    page.keyboard.type(" and second")
    page.keyboard.press("Enter")
    is_done(page)
    expect(log_of(page)).to_contain_text("First and second")
    _tab_to(page, "Earlier version")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Version 1 of 2")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("older chat")
    page.keyboard.press("Enter")
    expect(log_of(page)).to_contain_text("Its answer")
    _tab_to(page, "Copy this answer")
    page.keyboard.press("Control+/")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    page.keyboard.press("Control+Shift+Backspace")
    expect(page.get_by_role("link", name="An older chat")).to_have_count(0)
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    _tab_to(page, "Undo", most=90)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="An older chat")).to_be_visible()


def test_what_has_the_focus_is_always_seen(app: ServedApp, open_page: OpenPage, chats: ScriptedChats) -> None:
    chats.begin("A chat", "An answer with `code`\n\n```python\nx = 1\n```")
    page = open_page().enter(app.start_url)
    page.get_by_role("link", name="A chat").click()
    expect(log_of(page)).to_contain_text("An answer")
    outlined = """(() => {
      const at = document.activeElement;
      const box = at.getBoundingClientRect();
      for (let each = at; each; each = each.parentElement) {
        const style = getComputedStyle(each);
        if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) return true;
        if (style.boxShadow !== 'none' && each.matches(':focus-within')) return true;
        if (each.matches('label, form')) break;
      }
      return at === document.body || box.width === 0 ? true : at.outerHTML.slice(0, 120);
    })()"""
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(outlined) is True


def test_a_chat_of_five_hundred_messages_opens_within_two_seconds_and_scrolls_to_its_beginning(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats
) -> None:
    chats.begin(*(f"Turn {n} of many. " + "It has a few more words. " * 8 for n in range(500)))
    page = open_page().enter(app.start_url)
    began = time.monotonic()
    page.get_by_role("link", name=re.compile("^Turn 0")).click()
    expect(log_of(page)).to_contain_text("Turn 499 of many")
    assert time.monotonic() - began < 2.0
    log_of(page).focus()
    for _ in range(80):
        page.keyboard.press("Home")
        page.wait_for_timeout(100)
        if log_of(page).get_by_text("Turn 0 of many").count():
            break
    expect(log_of(page)).to_contain_text("Turn 0 of many")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "the window itself scrolls"


def test_the_window_itself_never_scrolls(app: ServedApp, open_page: OpenPage, picture: Picture) -> None:
    watched = open_page(height=500)
    page = watched.enter(app.start_url)
    ask(page, "A word\n\n" * 20)
    is_done(page)
    page.evaluate("scrollTo(0, 500)")
    assert page.evaluate("[scrollY, document.body.scrollTop]") == [0, 0]
    picture(watched, "chat-low")


def test_the_built_page_names_no_address_that_anything_could_be_loaded_from(open_page: OpenPage) -> None:
    del open_page  # skips this where the page is not built
    strange: set[str] = set()
    waiting = [resources.files("aspen") / "web_assets"]
    while waiting:
        for each in waiting.pop().iterdir():
            if each.is_dir():
                waiting.append(each)
            elif each.name.endswith((".js", ".css", ".html", ".svg")):
                strange |= {
                    f"{each.name}: {found}"
                    for found in _ADDRESS.findall(each.read_text("utf-8"))
                    if not any(re.fullmatch(known, found) for known in _KNOWN_ADDRESSES)
                }
    assert strange == set()
