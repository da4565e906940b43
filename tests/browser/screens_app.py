"""The built page in a real browser, around a core of few words and a gate that a test scripts.

The gate is played inside of the browser, at the app's own origin: nothing is reached that the page's policy forbids.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Route
from screens_core import ScreensCore
from served_app import ServedApp

Json = dict[str, Any]

_PATIENCE_MS = 6000.0
BODY = b'{"model":"practice","messages":[{"role":"user","content":"Why is the sky blue?"}]}'


@dataclass(slots=True)
class ScreensGate:
    """`entries` are newest first. `posted` is what the page asked the gate to do."""

    entries: list[Json] = field(default_factory=list[Json])
    airplane: bool = False
    posted: list[tuple[str, Json]] = field(default_factory=list[tuple[str, Json]])

    def answer(self, route: Route) -> None:
        """Answer one request as the gate's own origin does."""
        request = route.request
        parts = urlsplit(request.url)
        if request.method == "POST":
            self.posted.append((parts.path, json.loads(request.post_data or "{}")))
            self.airplane = True
        route.fulfill(json=self._told(parts.path, {name: value[0] for name, value in parse_qs(parts.query).items()}))

    def _told(self, path: str, query: dict[str, str]) -> Json:
        match path.removeprefix("/api/").split("/"):
            case ["state"] | ["airplane"]:
                return {"airplane": self.airplane, "connected": [], "waiting": 0, "ledger_problem": None}
            case ["ledger"]:
                return {"schema": 1, "entries": self._listed(query)}
            case ["ledger", "verify"]:
                head = {"sequence": len(self.entries), "sha256": "ab" * 32}
                checked = {"entries_checked": len(self.entries), "bodies_checked": 1}
                return {"is_whole": True, **checked, "head": head, "problems": []}
            case ["ledger", number]:
                entry = next(each for each in self.entries if each["sequence"] == int(number))
                outcome = next((each for each in self.entries if each["of_sequence"] == int(number)), None)
                body = base64.b64encode(BODY).decode()
                return {"entry": entry, "body_base64": body, "outcome": outcome, "response_base64": None}
            case _:
                return {}

    def _listed(self, query: dict[str, str]) -> list[Json]:
        def is_wanted(entry: Json) -> bool:
            moment = entry["recorded_at"]
            since, until = query.get("since", ""), query.get("until", "9")
            is_then = since <= moment < until and entry["sequence"] < int(query.get("before", 10**9))
            return is_then and query.get("text", "").lower() in json.dumps(entry).lower()

        return [entry for entry in self.entries if is_wanted(entry)][: int(query.get("limit", 50))]


def entry(sequence: int, day: int, verdict: str = "sent", **more: object) -> Json:
    """One entry of November 2026."""
    return {
        "sequence": sequence,
        "recorded_at": datetime(2026, 11, day, 12, tzinfo=UTC).isoformat().replace("+00:00", "Z"),
        "happened_at": None,
        "verdict": verdict,
        "provider": "practice",
        "host": "api.example.com",
        "model": "practice-large",
        "path": "/v1/chat/completions",
        "purpose": "chat",
        "zone": "cloud",
        "project": "",
        "paths": [],
        "conversation_id": "",
        "body_bytes": len(BODY),
        "body_sha256": hashlib.sha256(BODY).hexdigest(),
        "response_bytes": None,
        "response_sha256": None,
        "status": None,
        "of_sequence": None,
        "approval": "person",
        "reasons": ["You saw it first."],
        "cost_microdollars": 4200,
        "is_kept": True,
        "sha256": "cd" * 32,
        **more,
    }


@dataclass(slots=True)
class Screens:
    """A page that is open, with what stands behind it. `complaints` must stay empty."""

    page: Page
    core: ScreensCore
    gate: ScreensGate
    origin: str
    complaints: list[str] = field(default_factory=list[str])

    def show(self, screen: str) -> None:
        """Go to a screen by its address."""
        self.page.evaluate("screen => { location.hash = `#/${screen}` }", screen)


@contextmanager
def screens(browser: Browser, core: ScreensCore | None = None, gate: ScreensGate | None = None) -> Generator[Screens]:
    """Open the page; leaving fails on any error in the console and on any request that leaves this computer."""
    core, gate = core or ScreensCore(), gate or ScreensGate()
    with ServedApp(core.run) as served:
        start_url = served.start_url
        origin = core.gate_origin = start_url.partition("/start")[0]
        context = browser.new_context(viewport={"width": 1200, "height": 900}, timezone_id="UTC", locale="en-US")
        page = context.new_page()
        shown = Screens(page=page, core=core, gate=gate, origin=origin)
        page.on("console", lambda message: _note(shown, message))
        page.on("pageerror", lambda error: shown.complaints.append(str(error)))
        page.on("request", lambda request: _note_request(shown, request.url))
        context.route(f"{origin}/airplane", lambda route: route.fulfill(body="The gate", content_type="text/plain"))
        context.route(re.compile(r"/api/(state|airplane|ledger)"), partial(ScreensGate.answer, gate))
        page.clock.set_fixed_time(datetime(2026, 11, 22, 12, tzinfo=UTC))
        page.set_default_timeout(_PATIENCE_MS)
        context.route(re.compile(r"/api/page$"), partial(_play, core))
        page.goto(start_url)
        page.get_by_role("heading", level=1).wait_for()
        yield shown
        context.close()
        assert shown.complaints == [], shown.complaints


def _play(core: ScreensCore, route: Route) -> None:
    """Answer where the gate is: the one thing that the app's server is told by a person's own process."""
    route.fulfill(json=core.page())


def _note(shown: Screens, message: ConsoleMessage) -> None:
    if message.type in {"error", "warning"}:
        shown.complaints.append(message.text)


def _note_request(shown: Screens, address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"} and parts.hostname != "127.0.0.1":
        shown.complaints.append(f"asked for {address}")
