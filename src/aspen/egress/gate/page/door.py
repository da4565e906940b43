"""The door of the gate's pages: who asks, and may they? Every request is judged here before anything is looked up.

A page of the gate's own may decide. The app's page may read, and close the gate (airplane mode on), nothing else. What
the browser says in Origin and Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/) no page can forge.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aspen.egress.gate.page.messages import (
    FORBIDDEN,
    MISDIRECTED,
    NOT_JSON,
    UNKNOWN_VISITOR,
    Answer,
    Headers,
    Request,
    refusal,
)
from aspen.egress.gate.page.sessions import COOKIE, Session, Sessions
from aspen.loopback.request_checks import cookies_called, says_json


class Visitor(StrEnum):
    """OWN is a page of the gate's own, APP the page of the one origin that its session was opened for."""

    OWN = "own"
    APP = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A request that was let in."""

    visitor: Visitor
    session: Session


class Door:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def wrong_host(self, request: Request, hosts: frozenset[str]) -> Answer | None:
        """Refuse a request that means another server, whatever it asks for."""
        if request.header("host").lower() in hosts:
            return None
        return refusal(MISDIRECTED, "This server answers for Aspen's gate only.")

    def session(self, request: Request) -> Session | None:
        """Return the session of a request's cookie."""
        return self._sessions.find(cookies_called(request.header("cookie"), COOKIE))

    def may_start(self, request: Request) -> Answer | None:
        """Refuse a start key that does not come from the gate's own page."""
        if not _is_own_post(request):
            return refusal(FORBIDDEN, "Another page may not open the gate's.")
        return None if says_json(request.header("content-type")) else _not_json()

    def enter(self, request: Request) -> Entered | Answer:
        """Say who asks for something of the API; else why they may not."""
        session = self.session(request)
        if session is None:
            return refusal(
                UNKNOWN_VISITOR, "This page has no session with the gate.", hint="Open Aspen again: `aspen`."
            )
        visitor = _visitor(request, session)
        if visitor is None:
            return refusal(FORBIDDEN, "Another page may not use the gate.")
        if request.method == "POST" and not says_json(request.header("content-type")):
            return _not_json()
        return Entered(visitor=visitor, session=session)

    def reading_headers(self, request: Request) -> Headers:
        """Let the app's page read an answer, and no other (https://fetch.spec.whatwg.org/#http-cors-protocol)."""
        origin = request.header("origin")
        if not self._sessions.has_app(origin):
            return (("vary", "Origin"),)
        return (
            ("access-control-allow-origin", origin),
            ("access-control-allow-credentials", "true"),
            ("vary", "Origin"),
        )


def _visitor(request: Request, session: Session) -> Visitor | None:
    """A page reads its own origin without an Origin header, and sends one with everything else."""
    origin, site = request.header("origin"), request.header("sec-fetch-site")
    if _is_own_post(request):
        return Visitor.OWN
    if request.method == "GET" and not origin and site in {"", "same-origin", "none"}:
        return Visitor.OWN
    return Visitor.APP if origin == session.app_origin and site in {"", "same-site"} else None


def _is_own_post(request: Request) -> bool:
    is_own = request.header("origin") == f"http://{request.header('host')}"
    return is_own and request.header("sec-fetch-site") in {"", "same-origin"}


def _not_json() -> Answer:
    return refusal(NOT_JSON, "A request's body must be JSON and say so.")
