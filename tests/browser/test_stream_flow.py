"""Answers that stream in a real browser: long ones, hostile ones, and a core that is killed in their middle."""

from __future__ import annotations

import os
import random
import re
import signal
from collections.abc import Callable

import pytest
from chat_parts import ask, is_done, log_of
from playwright.sync_api import expect
from scripted_chats import ScriptedChats, saying
from served_app import ServedApp
from watched_page import WatchedPage

from fakes.processes import becomes
from fakes.service_home import CORE, ServiceHome

OpenPage = Callable[..., WatchedPage]

_WHILE_NOBODY_ANSWERS = (r"Failed to load resource: net::ERR_", r"status of 404 .*/api/runs/[^/]+/events")
_SECTION = """## Part {n}

Some **strong** words, `code`, and a [link](https://example.org), with $a_{n}^2 + b^2$ in it.

1. first
   - nested

```python
def part_{n}(x: int) -> int:
    return x * {n}  # a comment
```

| a | b |
|---|---|
| {n} | two |

"""
_WATCH = """
(() => {
  window.seen = { updates: 0, worst: 0, began: 0, ended: 0 };
  let changed = false, last = 0;
  new MutationObserver(() => { changed = true; }).observe(document.querySelector("[role=log]"),
    { childList: true, subtree: true, characterData: true });
  const frame = (now) => {
    if (changed) { changed = false; seen.updates += 1; seen.began ||= now; seen.ended = now; }
    if (last && seen.began) seen.worst = Math.max(seen.worst, now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})()
"""
_HOSTILE = {
    "pictures": "![a](https://evil.example/a.png) ![b][r] <img src=https://evil.example/c.png onerror=alert(1)>\n\n"
    "[r]: https://evil.example/r.png\n\n![d](//evil.example/d.png) ![e](data:image/svg+xml;base64,PHN2Zy8+)",
    "elements": "<script>alert(1)</script>\n\n<iframe src=https://evil.example></iframe>\n\n<svg onload=alert(1)>"
    "<image href=https://evil.example/x.png></svg>\n\n<style>@import 'https://evil.example/x.css'</style>\n\n"
    "<link rel=stylesheet href=https://evil.example/y.css><p style='background:url(https://evil.example/z.png)'>x</p>"
    "<form action=https://evil.example><button>go</button></form><base href=https://evil.example>",
    "links": "[a](javascript:alert(1)) [b](data:text/html,x) [c](vbscript:x) [d](JaVaScRiPt:alert(1)) "
    "[e](https://evil.example/?words) <https://evil.example/auto> https://evil.example/bare [f](file:///etc/passwd)",
    "directions": "\u202eabc\u202c \u2066def\u2069 \u200bzero\u200b [safe\u202e](https://evil.example/moc.knab)",
    "formulas": "$\\href{https://evil.example}{x}$ $\\includegraphics{https://evil.example/x.png}$ $"
    + "\\frac{1}{" * 200
    + "$ $\\def\\a{\\a\\a}\\a$",
    "a line of a megabyte": "x" * 1_000_000,
    "a megabyte of stars": "*" * 500_000 + "_" * 500_000,
    "a huge table": "|a|b|\n|-|-|\n" + "|1|2|\n" * 20_000,
    "depth": "> " * 5000 + "deep\n\n" + "- " * 3000 + "deeper",
    "brackets": "[" * 50_000 + "](" * 50_000,
    "code without an end": "```js\n" + "let a = `${1}`;\n" * 20_000,
}


def test_five_thousand_tokens_at_two_hundred_and_fifty_a_second_are_drawn_while_they_come(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats
) -> None:
    text = "".join(_SECTION.format(n=n) for n in range(1, 100))[:20_000]
    chats.answer = lambda _: saying(text, tokens_per_second=250)
    page = open_page().enter(app.start_url)
    page.evaluate(_WATCH)
    ask(page, "Tell me everything.")
    for _ in range(120):  # what waits by itself looks at the whole page all the time, in the thread that is measured
        page.wait_for_timeout(1000)
        if page.evaluate("seen.began > 0 && document.querySelector('[role=log]').ariaBusy === 'false'"):
            break
    is_done(page)
    seen = page.evaluate("seen")
    rate = seen["updates"] / ((seen["ended"] - seen["began"]) / 1000)
    print(f"\n{rate:.1f} updates/s, worst frame {seen['worst']:.0f} ms, load average {os.getloadavg()[0]:.1f}")
    assert rate >= 10
    assert seen["worst"] < 2000
    expect(log_of(page).get_by_role("heading", name=re.compile("^Part"))).to_have_count(text.count("## Part"))


@pytest.mark.parametrize("name", _HOSTILE)
def test_a_hostile_answer_loads_nothing_runs_nothing_and_freezes_nothing(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats, name: str
) -> None:
    chats.answer = lambda _: saying(_HOSTILE[name], letters=max(40, len(_HOSTILE[name]) // 50), tokens_per_second=100)
    watched = open_page()
    page = watched.enter(app.start_url)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.evaluate(_WATCH)
    ask(page, "Show me")
    is_done(page)
    page.wait_for_timeout(500)
    assert page.evaluate("seen.worst") < 4000
    assert page.locator("main :is(script, iframe, img, style, link, object, embed, base, video, audio)").count() == 0
    links = page.locator("main a[href]").evaluate_all("(all) => all.map((each) => each.getAttribute('href'))")
    assert all(re.match(r"https?://|mailto:|#", link) for link in links), links
    page.get_by_role("textbox", name="Ask", exact=True).fill("It still listens.")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()


def test_a_core_that_is_killed_again_and_again_costs_no_message_and_the_page_goes_on(
    starter_home: ServiceHome, open_page: OpenPage
) -> None:
    starter_home.run("ps")
    told = starter_home.call("open_page", in_tab=True)
    watched, chance = open_page(), random.Random(3)
    watched.allowed.extend(_WHILE_NOBODY_ANSWERS)
    page = watched.enter(f"http://127.0.0.1:{told['port']}/start#{told['start_key']}")
    ask(page, "Write a long story about a lighthouse.")
    for _ in range(3):
        expect(log_of(page).locator(".prose").last).to_contain_text(re.compile(r"(\S+\s+){5}"), timeout=300_000)
        page.wait_for_timeout(chance.uniform(0, 900))
        (core,) = starter_home.pids(CORE)
        os.kill(core, signal.SIGKILL)
        assert becomes(lambda core=core: starter_home.pids(CORE) not in ([], [core]), seconds=30)
        card = page.get_by_role("region", name="Did not work")
        expect(card).to_contain_text("Aspen was interrupted while it answered.", timeout=300_000)
        expect(card).to_contain_text(re.compile(r"Kept|kept"))
        expect(log_of(page).get_by_role("article", name="You said")).to_have_count(1)
        card.get_by_role("button", name="Ask again").click()
        expect(log_of(page)).to_have_attribute("aria-busy", "true", timeout=30_000)
    page.get_by_role("button", name="Stop", exact=True).click()
    is_done(page)
    expect(log_of(page).get_by_role("article", name="You said")).to_have_count(1)
    page.reload()
    expect(log_of(page).get_by_role("article", name="You said")).to_have_count(1)
