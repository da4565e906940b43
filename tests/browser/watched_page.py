"""A page whose every complaint fails the test: console errors, broken scripts, breaches of the policy, other hosts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, ViewportSize

_LOOPBACK = {"127.0.0.1", "localhost", "aspen.localhost", "gate.aspen.localhost"}
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_WATCH_POLICY = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass(slots=True, kw_only=True)
class WatchedPage:
    """A page with what it complained about. What matches one of `allowed` is expected by the test."""

    page: Page
    context: BrowserContext
    complaints: list[str] = field(default_factory=list[str])
    allowed: list[str] = field(default_factory=list[str])

    @property
    def unexpected(self) -> list[str]:
        return [told for told in self.complaints if not any(re.search(pattern, told) for pattern in self.allowed)]

    def enter(self, start_url: str) -> Page:
        """Open the app by its start link and wait until it is there."""
        self.page.goto(start_url)
        self.page.get_by_role("textbox", name="Ask").wait_for()
        return self.page

    def axe(self) -> list[str]:
        """Return what axe finds, as one line for each kind of finding."""
        self.page.evaluate(Path(AXE_FILE_PATH).read_text("utf-8"))
        options = json.dumps({"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]})
        found = self.page.evaluate(f"axe.run(document, {options}).then((told) => told.violations)")
        return [
            f"{each['id']}: {each['nodes'][0]['html'][:160]} {each['nodes'][0]['failureSummary']}" for each in found
        ]


def watched_page(browser: Browser, size: ViewportSize, scheme: str = "light") -> WatchedPage:
    """Open an empty page in a context of its own."""
    context = browser.new_context(viewport=size, color_scheme="dark" if scheme == "dark" else "light", locale="en-US")
    context.add_init_script(_WATCH_POLICY)
    watched = WatchedPage(page=context.new_page(), context=context)

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            watched.complaints.append(f"console: {message.text} {message.location.get('url', '')}")

    def requested(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.hostname not in _LOOPBACK:
            watched.complaints.append(f"request: {request.url}")

    watched.page.on("console", heard)
    watched.page.on("pageerror", lambda error: watched.complaints.append(f"script: {error}"))
    context.on("request", requested)
    return watched
