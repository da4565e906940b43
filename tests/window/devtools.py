"""Drives a browser by the DevTools protocol over two named pipes: messages are JSON, each with a zero byte behind it.

https://chromedevtools.github.io/devtools-protocol/. Pipes have names, so that no network has to lead to the browser.
"""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from aspen.window.places import ORIGIN

_PATIENCE_SECONDS = 20.0
_PAUSE_SECONDS = 0.1


class DevTools:
    """`folder` gets the pipes `in` and `out`; the browser reads the one and writes the other."""

    def __init__(self, folder: Path) -> None:
        for name in ("in", "out"):
            os.mkfifo(folder / name)
            (folder / name).chmod(0o666)
        # Open for both, so that neither side waits for the other and none sees an end.
        self._in = os.open(folder / "in", os.O_RDWR)
        self._out = os.open(folder / "out", os.O_RDWR)
        self._read = b""
        self._number = 0
        self._sessions: dict[str, str] = {}

    def close(self) -> None:
        os.close(self._in)
        os.close(self._out)

    def call(self, method: str, session: str | None = None, **parameters: object) -> dict[str, Any]:
        """Send one command and return its result; events in between are passed over."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        os.write(self._in, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            told = self._next(deadline)
            if told.get("id") == self._number:
                assert "result" in told, told
                return told["result"]
        raise AssertionError(f"The browser does not answer {method}.")

    def pages(self) -> list[str]:
        """Return the ids of all pages."""
        return [page["targetId"] for page in self._targets()]

    def evaluate(self, expression: str, page: str | None = None) -> Any:
        """Return the value of an expression in a page, Aspen's own unless told, after waiting for it if need be."""
        session = self._session(page or self._own_page())
        told = self.call("Runtime.evaluate", session, expression=expression, awaitPromise=True, returnByValue=True)
        return told["result"].get("value")

    def open_page(self, address: str) -> tuple[str, str]:
        """Open an address in a page of its own; return the page, and why it could not be opened, if so."""
        page: str = self.call("Target.createTarget", url="about:blank")["targetId"]
        told = self.call("Page.navigate", self._session(page), url=address)
        return page, told.get("errorText", "")

    def becomes(self, expression: str, is_right: Callable[[Any], bool]) -> Any:
        """Evaluate again and again until the value is right, and return it, or the last that was not."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            value = None
            with suppress(AssertionError, StopIteration):  # the page is being left for the next one
                value = self.evaluate(expression)
            if is_right(value) or time.monotonic() > deadline:
                return value
            time.sleep(_PAUSE_SECONDS)

    def _targets(self) -> list[dict[str, str]]:
        return [each for each in self.call("Target.getTargets")["targetInfos"] if each["type"] == "page"]

    def _own_page(self) -> str:
        return next(page["targetId"] for page in self._targets() if page["url"].startswith(ORIGIN))

    def _session(self, page: str) -> str:
        if page not in self._sessions:
            self._sessions[page] = self.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        return self._sessions[page]

    def _next(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._read:
            ready, _, _ = select.select([self._out], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                return {}
            self._read += os.read(self._out, 1 << 16)
        message, _, self._read = self._read.partition(b"\0")
        return json.loads(message)
