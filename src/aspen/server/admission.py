"""The door of the app's server: every request passes these checks before any route sees it. Plain ASGI.

A page of another site may be open in the same browser, and another program may run a server on the same computer. So
the Host must be this computer (against DNS rebinding), a foreign Origin is refused, JSON must say that it is JSON,
which another site's form cannot, and everything but the way in needs a session.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from aspen.loopback.request_checks import cookies_called, name_of_host, says_json
from aspen.server.answers import refuse
from aspen.server.start_keys import COOKIE, StartKeys

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]", "aspen.localhost"})
LARGEST_BODY_BYTES = 48 << 20
_OPEN_PATHS = frozenset({"/health", "/start", "/start.js", "/favicon.svg"})
_WITHOUT_BODY = frozenset({"GET", "HEAD"})


class Admission:
    """Wraps the server's routes."""

    def __init__(self, inner: App, keys: StartKeys) -> None:
        self._inner = inner
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refuse(send, *refusal)
            return
        await self._inner(scope, _bounded(receive), send)

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> tuple[int, str] | None:
        """Return the status and the sentence of a refusal; None lets the request in."""
        host = headers.get("host", "")
        if name_of_host(host) not in HOSTS:
            return 421, "This server answers for this computer only."
        if _is_foreign(headers, host) and not _is_way_in(scope, headers):
            return 403, "Another page may not use this server."
        if scope["method"] not in _WITHOUT_BODY and not says_json(headers.get("content-type", "")):
            return 415, "A request's body must be JSON and say so."
        if _length(headers) > LARGEST_BODY_BYTES:
            return 413, f"A request is at most {LARGEST_BODY_BYTES:,} bytes long."
        if scope["path"] not in _OPEN_PATHS and not self._is_known(headers):
            return 401, "Open Aspen from the terminal or the desktop: this page has no session."
        return None

    def _is_known(self, headers: Mapping[str, str]) -> bool:
        sessions = cookies_called(headers.get("cookie", ""), COOKIE)
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            sessions = (given,)
        return any(self._keys.knows(session) for session in sessions)


def _is_foreign(headers: Mapping[str, str], host: str) -> bool:
    """Whether a page of another origin asks; a page of another port on this computer is foreign too."""
    origin = headers.get("origin")
    if origin is not None:
        return origin != f"http://{host}"
    return headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}


def _is_way_in(scope: Scope, headers: Mapping[str, str]) -> bool:
    """The gate's page leads on to this one. The way in holds nothing of anybody's: its key stands behind the #."""
    is_navigation = scope["method"] == "GET" and headers.get("sec-fetch-mode") == "navigate"
    return is_navigation and scope["path"] == "/start" and "origin" not in headers


def _length(headers: Mapping[str, str]) -> int:
    told = headers.get("content-length", "0")
    return int(told) if told.isdecimal() else 0


def _bounded(receive: Receive) -> Receive:
    """Count what comes: a body without a length may be longer than it should. The rest of it is not read."""
    received_bytes = 0

    async def counted() -> Message:
        nonlocal received_bytes
        message = await receive()
        received_bytes += len(message.get("body", b""))
        if received_bytes > LARGEST_BODY_BYTES:
            return {"type": "http.disconnect"}
        return message

    return counted
