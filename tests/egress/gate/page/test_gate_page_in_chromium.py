"""The gate's page in a real browser, in a frame of the app's page: a yes needs a person who can see what leaves."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from outbounds import typed

from fakes.gate_process import CoreEnd, RunningGate
from fakes.tls_provider import TlsProvider

if TYPE_CHECKING:
    from playwright import sync_api
else:
    sync_api = pytest.importorskip("playwright.sync_api", reason="a browser test needs playwright")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="a browser test needs chromium")

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
WORDS = "Why is the sky blue? And who asked? 1.10"
BODY = json.dumps({"model": "m-1", "messages": [{"role": "user", "content": WORDS}]}).encode()
LISTEN = "addEventListener('message', (event) => { document.title = JSON.stringify([event.origin, event.data]); });"
COVER = "position:absolute;left:300px;top:150px;width:40px;height:40px;background:#c00"


@dataclass(slots=True)
class AppPage:
    """Stands in for the app: whatever path is asked, one page. `html` may be replaced while it runs."""

    host: str
    port: int = 0
    html: str = "<!doctype html><p>app"
    asked: list[str] = field(default_factory=list[str])

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.port}"

    @contextmanager
    def served(self) -> Generator[AppPage]:
        app = self

        class Answering(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                app.asked.append(self.headers.get("cookie", ""))
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.end_headers()
                self.wfile.write(app.html.encode())

            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
            self.port = server.server_port
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join(10.0)

    def frames(self, address: str) -> None:
        self.html = (
            "<!doctype html><body style='margin:0'>"
            f"<iframe id='gate' src='{address}' style='border:0;width:800px;height:420px'></iframe>"
            f"<script>{LISTEN}</script>"
        )


@pytest.fixture(params=["127.0.0.1", "aspen.localhost"])
def app(request: pytest.FixtureRequest) -> Generator[AppPage]:
    with AppPage(request.param).served() as app:
        yield app


@pytest.fixture
def tab() -> Generator[sync_api.Page]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser.new_context(viewport={"width": 900, "height": 600}).new_page()
        browser.close()


def _opened(gate: RunningGate, app: AppPage, tab: sync_api.Page) -> str:
    """Open the app as a person's command does: past the gate, which lets this browser in. Return the gate's origin."""
    opened = gate.person.call("open_page", app_origin=app.origin)
    tab.goto(f"{opened['link']}.the-apps-own-key")
    tab.wait_for_url(f"{app.origin}/start#the-apps-own-key")
    return str(opened["origin"])


def _waiting(core: CoreEnd) -> str:
    core.send(replace(typed(BODY), worst_cost_microdollars=4100))
    return str(core.expect("awaiting_approval")["nonce"])


def test_a_person_sees_the_bytes_in_the_apps_page_and_sends_exactly_those(
    gate: RunningGate, provider: TlsProvider, app: AppPage, tab: sync_api.Page
) -> None:
    troubles: list[str] = []
    origin = _opened(gate, app, tab)
    tab.on("console", lambda said: troubles.append(said.text))
    with gate.exchange() as core:
        nonce = _waiting(core)
        app.frames(f"{origin}/preview/{nonce}")
        tab.goto(app.origin)
        frame = tab.frame_locator("#gate")
        send = frame.locator("#send")
        sync_api.expect(send).to_be_enabled()
        tab.evaluate(
            "(style) => { const cover = document.createElement('p'); cover.id = 'cover';"
            "cover.style.cssText = style; document.body.append(cover); }",
            COVER,
        )
        sync_api.expect(send).to_be_disabled()
        sync_api.expect(frame.locator("#sight")).to_contain_text("something covers it")
        send.dispatch_event("click")
        tab.evaluate("document.getElementById('cover').remove()")
        sync_api.expect(send).to_be_enabled()
        sync_api.expect(frame.locator("#outline")).to_contain_text(f"content: {WORDS}")
        frame.locator("#tab-exact").click()
        shown = frame.locator("#body").text_content() or ""
        assert provider.received == []
        send.click()
        sync_api.expect(frame.locator("#sentence")).to_have_text("Sent")
        core.answer()
        sync_api.expect(tab).to_have_title(
            json.dumps([origin, {"aspen": "answered", "nonce": nonce, "answer": "approved"}], separators=(",", ":"))
        )
    (received,) = provider.received
    assert received.body == shown.encode() == BODY
    assert troubles == []
    sees_the_gates_cookie = any("aspen_gate" in cookie for cookie in app.asked)
    assert sees_the_gates_cookie is (app.host == "127.0.0.1"), "names keep cookies apart, ports do not"


def test_the_apps_page_cannot_say_yes_and_no_other_page_can_show_the_frame(
    gate: RunningGate, provider: TlsProvider, app: AppPage, tab: sync_api.Page
) -> None:
    origin = _opened(gate, app, tab)
    ask = """async ([path, told]) => {
        const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(told) };
        const answer = await fetch(path, { credentials: "include", ...(told ? post : {}) }).catch(() => null);
        return answer && answer.status;
    }"""
    with gate.exchange() as core, AppPage(app.host).served() as stranger:
        nonce = _waiting(core)
        told = {"nonce": nonce, "body_sha256": gate.person.call("pending")["pending"][0]["body_sha256"]}
        assert tab.evaluate(ask, [f"{origin}/api/approve", told]) is None
        assert tab.evaluate(ask, [f"{origin}/api/pending", None]) == 200
        stranger.frames(f"{origin}/preview/{nonce}")
        tab.goto(stranger.origin)
        assert tab.evaluate(ask, [f"{origin}/api/pending", None]) is None
        assert [frame.url for frame in tab.frames if frame.url.startswith(origin)] == []
        assert tab.frame_locator("#gate").locator("#send").count() == 0
        assert len(gate.person.call("pending")["pending"]) == 1
    assert provider.received == []


def test_a_page_whose_words_another_window_has_answered_says_so(
    gate: RunningGate, provider: TlsProvider, app: AppPage, tab: sync_api.Page
) -> None:
    origin = _opened(gate, app, tab)
    with gate.exchange() as core:
        nonce = _waiting(core)
        tab.goto(f"{origin}/preview/{nonce}")
        sync_api.expect(tab.locator("#send")).to_be_enabled()
        gate.person.call("decline", nonce=nonce)
        sync_api.expect(tab.locator("#sentence")).to_have_text("Answered already")
        sync_api.expect(tab.locator("#send")).to_be_hidden()
    assert provider.received == []
