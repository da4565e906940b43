"""(p) The page in a real browser: how an answer is drawn while it comes, beside a naive page; opening, loading, weight.

    python -m benchmarks.page [--rounds 3] [--tokens 5000] [--without-naive]

The server and the page are the real ones, around a real encrypted store with a conversation of 2,000 messages; an
answer of Markdown of every kind comes at 250 tokens a second. An update is a frame of the browser in which the
conversation changed. Needs Debian's `chromium` and `playwright` from PyPI; the naive page needs Node and `npm ci` in
`web/`, and is left out without them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from benchmarks.measuring import report
from benchmarks.naive_page import build, naive_server
from benchmarks.page_app import LONG_TITLE, PageApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_SCRIPTS = Path(__file__).with_name("page_measuring.js")
_TOKENS_PER_SECOND = 250.0
_LONG_TURNS = 2000
_THROTTLE = 4
_WAIT_MS, _MOST_WAITS = 500.0, 360
_OPENINGS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """How an answer was drawn: updates a second, frame times in milliseconds, the sum of long tasks in seconds."""

    updates_per_second: float
    p95_ms: float
    worst_ms: float
    long_seconds: float

    def __str__(self) -> str:
        return f"{self.updates_per_second:.1f}/s, p95 {self.p95_ms:.1f} ms, worst {self.worst_ms:.0f} ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a first visit costs: bytes over the wire, and milliseconds to the first paint with content."""

    wire_bytes: int
    paint_ms: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=5000)
    parser.add_argument("--without-naive", action="store_true")
    options = parser.parse_known_args()[0]
    chromium = shutil.which("chromium")
    if chromium is None or find_spec("playwright") is None:
        print("(p) left out: it needs Chromium (apt-get install chromium) and Playwright (pip install playwright)")
        return
    from playwright.sync_api import sync_playwright

    print(f"(p) load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with (
        tempfile.TemporaryDirectory() as folder,
        PageApp(tokens=options.tokens, tokens_per_second=_TOKENS_PER_SECOND, long_turns=_LONG_TURNS) as app,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_FLAGS))
        _report_loading([_load(browser, app) for _ in range(_OPENINGS)])
        _report_opening(_open_long(browser, app))
        has_naive = not options.without_naive and build(Path(folder))
        with naive_server(Path(folder), tokens=options.tokens, tokens_per_second=_TOKENS_PER_SECOND) as naive:
            other = naive if has_naive else None
            for throttle in (1, _THROTTLE):
                _report_drawing(browser, app, other, throttle, options.rounds)
        browser.close()
    print(f"(p) load average after: {os.getloadavg()[0]:.1f}")


def _report_loading(loaded: Sequence[Loaded]) -> None:
    paint = statistics.median(each.paint_ms for each in loaded)
    weight = max(each.wire_bytes for each in loaded) / 1000
    report("first load, over the wire", f"{weight:.0f} kB", "<= 150 kB", met=weight <= 150)
    report("first paint with content, nothing cached", f"{paint:.0f} ms", "<= 700 ms", met=paint <= 700)


def _report_opening(took: Sequence[float]) -> None:
    median = statistics.median(took)
    value = f"{median:.0f} ms (at most {max(took):.0f})"
    report(f"opening a conversation of {_LONG_TURNS:,} messages", value, "<= 300 ms", met=median <= 300)


def _report_drawing(browser: Browser, app: PageApp, naive: str | None, throttle: int, rounds: int) -> None:
    ours, theirs = list[Drawn](), list[Drawn]()
    for _ in range(rounds):
        ours.append(_draw(browser, throttle, lambda page: _ask(page, app)))
        if naive is not None:
            theirs.append(_draw(browser, throttle, lambda page: _watch(page, naive)))
    mine, name = _median(ours), "drawing an answer" if throttle == 1 else f"the same with the CPU {throttle}x slower"
    value = str(mine) if not theirs else f"{mine} | naive: {_median(theirs)}"
    if throttle == 1:
        is_met = mine.updates_per_second >= 45 and mine.p95_ms <= 20
        report(name, value, ">= 45/s, p95 <= 20 ms", met=is_met)
    else:
        report(name, value, ">= 15/s", met=mine.updates_per_second >= 15)


def _median(drawn: Sequence[Drawn]) -> Drawn:
    middle = statistics.median
    return Drawn(
        updates_per_second=middle(each.updates_per_second for each in drawn),
        p95_ms=middle(each.p95_ms for each in drawn),
        worst_ms=middle(each.worst_ms for each in drawn),
        long_seconds=middle(each.long_seconds for each in drawn),
    )


@contextmanager
def _new_page(browser: Browser) -> Generator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    context.add_init_script(path=_SCRIPTS)
    try:
        yield context.new_page()
    finally:
        context.close()


def _enter(page: Page, app: PageApp) -> None:
    page.goto(app.start_url)
    page.get_by_role("textbox", name="Ask", exact=True).wait_for()


def _load(browser: Browser, app: PageApp) -> Loaded:
    with _new_page(browser) as page:
        _enter(page, app)
        page.get_by_role("link", name=LONG_TITLE).wait_for()
        page.wait_for_timeout(600)
        told = page.evaluate("measured.loading()")
        return Loaded(wire_bytes=told["bytes"], paint_ms=told["paintMs"])


def _open_long(browser: Browser, app: PageApp) -> list[float]:
    """Open it with a press of the mouse itself: what waits for a text looks at the whole page, in the same thread."""
    took = list[float]()
    with _new_page(browser) as page:
        _enter(page, app)
        link = page.get_by_role("link", name=LONG_TITLE)
        box = link.bounding_box()
        assert box is not None
        for _ in range(_OPENINGS):
            page.evaluate("measured.awaitText('The end of it all.')")
            page.mouse.click(box["x"] + 20, box["y"] + box["height"] / 2)
            _wait_until(page, "measured.openedMs > 0")
            took.append(page.evaluate("measured.openedMs"))
            page.get_by_role("link", name="New chat").click()
            page.wait_for_timeout(_WAIT_MS)
    return took


def _draw(browser: Browser, throttle: int, begin: Callable[[Page], None]) -> Drawn:
    with _new_page(browser) as page:
        if throttle > 1:
            _throttle(page, throttle)
        begin(page)
        told = page.evaluate("measured.drawing()")
        return Drawn(
            updates_per_second=told["updatesPerSecond"],
            p95_ms=told["p95Ms"],
            worst_ms=told["worstMs"],
            long_seconds=told["longMs"] / 1000,
        )


class _Protocol(Protocol):
    """Chromium's own protocol, as far as it is used."""

    def send(self, method: str, params: dict[str, int], /) -> object: ...


def _throttle(page: Page, rate: int) -> None:
    protocol = cast("_Protocol", page.context.new_cdp_session(page))
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": rate})


def _ask(page: Page, app: PageApp) -> None:
    _enter(page, app)
    page.evaluate("measured.watch()")
    box = page.get_by_role("textbox", name="Ask", exact=True)
    box.fill("Tell me everything")
    box.press("Enter")
    _wait_until(page, "measured.hasBegun() && document.querySelector('[role=log]').ariaBusy === 'false'")


def _watch(page: Page, naive: str) -> None:
    page.goto(naive)
    page.evaluate("measured.watch()")
    _wait_until(page, "document.body.dataset.done === 'yes'")


def _wait_until(page: Page, condition: str) -> None:
    """Ask now and then: what waits by itself looks at the whole page all the time, in the thread that is measured."""
    for _ in range(_MOST_WAITS):
        page.wait_for_timeout(_WAIT_MS)
        if page.evaluate(condition):
            return
    raise TimeoutError(condition)


if __name__ == "__main__":
    main()
