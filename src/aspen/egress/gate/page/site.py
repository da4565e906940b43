"""The gate's pages, put together: the door, the way in, the pages, and the API over the persons' verbs."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import aclosing
from typing import cast

from aspen.core.errors import AspenError, Failed, Misused
from aspen.egress.gate.page.door import Door, Entered
from aspen.egress.gate.page.files import OPEN_FILES, file_answer
from aspen.egress.gate.page.messages import (
    FORBIDDEN,
    NO_CONTENT,
    NOT_FOUND,
    UNKNOWN_VISITOR,
    WRONG_METHOD,
    Answer,
    Headers,
    Json,
    Request,
    error_answer,
    json_answer,
    refusal,
)
from aspen.egress.gate.page.routes import find_route, from_body, from_query, methods_for_app, methods_of
from aspen.egress.gate.page.sessions import COOKIE, SESSION_SECONDS, Sessions
from aspen.egress.gate.person_socket import RunVerb
from aspen.loopback.one_time_keys import OneTimeKeys

_NAME = "[a-z0-9][a-z0-9._-]{0,63}"
_PREVIEW = re.compile("/preview/[0-9a-f]{32}")
_ACT = re.compile(f"/airplane|/forget/[1-9][0-9]{{0,14}}|/(?:connect|disconnect)/{_NAME}")
_PREFLIGHT_SECONDS = "600"


class Site:
    """Answers requests. `run` gives a person's verb to the gate, as its own socket does."""

    def __init__(self, run: RunVerb, keys: OneTimeKeys, sessions: Sessions) -> None:
        self._run = run
        self._keys = keys
        self._sessions = sessions
        self._door = Door(sessions)

    async def answer(self, request: Request, hosts: frozenset[str]) -> Answer:
        """Answer one request that came to a listener which answers for `hosts`."""
        if (refused := self._door.wrong_host(request, hosts)) is not None:
            return refused
        if request.path.startswith("/api/"):
            return await self._api(request)
        if (request.method, request.path) == ("POST", "/start"):
            return self._start(request)
        if request.method != "GET":
            return refusal(WRONG_METHOD, "A page is only read.")
        return self._page(request)

    def _page(self, request: Request) -> Answer:
        name = request.path.removeprefix("/")
        if name in OPEN_FILES:
            return file_answer(name)
        if name == "start":
            return file_answer("start.html")
        if name == "favicon.ico":
            return Answer(status=NO_CONTENT)
        page = _page_at(request.path)
        if page is None:
            return refusal(NOT_FOUND, "The gate has no such page.")
        session = self._door.session(request)
        if session is None:
            return file_answer("unknown.html", status=UNKNOWN_VISITOR)
        return file_answer(page, frame_ancestors=session.app_origin)

    def _start(self, request: Request) -> Answer:
        """Exchange a start key for a session: a cookie that no script can read and no other site makes one send."""
        if (refused := self._door.may_start(request)) is not None:
            return refused
        try:
            key = _object(request.body).get("key")
            app_origin = self._keys.redeem(key) if isinstance(key, str) else None
            if app_origin is None:
                raise Misused(
                    "This link was used already, or is older than a minute.", hint="Open Aspen again: `aspen`."
                )
            word = self._sessions.open(app_origin)
        except AspenError as error:
            return error_answer(error)
        cookie = f"{COOKIE}={word}; Path=/; Max-Age={SESSION_SECONDS}; HttpOnly; SameSite=Strict"
        return json_answer({"schema": 1, "app_origin": app_origin}, headers=(("set-cookie", cookie),))

    async def _api(self, request: Request) -> Answer:
        reading = self._door.reading_headers(request)
        if request.method == "OPTIONS":
            return self._preflight(request, reading)
        entered = self._door.enter(request)
        if isinstance(entered, Answer):
            return _with(entered, reading)
        if (request.method, request.path) == ("GET", "/api/session"):
            return json_answer({"schema": 1, "app_origin": entered.session.app_origin}, headers=reading)
        try:
            return await self._verb(request, entered, reading)
        except AspenError as error:
            return error_answer(error, headers=reading)

    async def _verb(self, request: Request, entered: Entered, reading: Headers) -> Answer:
        """Raises what the verb raises."""
        found = find_route(request.method, request.path)
        if found is None:
            status = WRONG_METHOD if methods_of(request.path) else NOT_FOUND
            return _with(refusal(status, "The gate has no such path."), reading)
        route, in_path = found
        given = from_query(route, request.query) if route.method == "GET" else from_body(route, _object(request.body))
        if not route.admits(entered.visitor, given):
            return _with(refusal(FORBIDDEN, "Only the gate's own page may do this."), reading)
        result = await self._result_of(route.verb, {**given, **in_path})
        return json_answer(await asyncio.to_thread(route.shown, result), headers=reading)

    async def _result_of(self, verb: str, arguments: Json) -> Json:
        async with aclosing(self._run(verb, arguments)) as frames:
            async for frame in frames:
                if isinstance(result := frame.get("result"), dict):
                    return cast("Json", result)
        raise Failed("The gate gave no answer.")

    def _preflight(self, request: Request, reading: Headers) -> Answer:
        """Say what the app's page may send: it carries no cookie, so this opens nothing by itself."""
        methods = methods_for_app(request.path)
        if not methods or len(reading) == 1:
            return _with(refusal(FORBIDDEN, "Another page may not use the gate."), reading)
        allowed = (
            ("access-control-allow-methods", ", ".join(sorted(methods))),
            ("access-control-allow-headers", "content-type"),
            ("access-control-max-age", _PREFLIGHT_SECONDS),
        )
        return Answer(status=NO_CONTENT, headers=(*reading, *allowed))


def _page_at(path: str) -> str | None:
    if _PREVIEW.fullmatch(path):
        return "preview.html"
    return "act.html" if _ACT.fullmatch(path) else None


def _with(answer: Answer, headers: Headers) -> Answer:
    return Answer(status=answer.status, headers=(*answer.headers, *headers), body=answer.body)


def _object(body: bytes) -> Json:
    try:
        told: object = json.loads(body)
    except (ValueError, RecursionError):
        raise Misused("The request's body is not JSON.") from None
    if not isinstance(told, dict):
        raise Misused("The request's body must be a JSON object.")
    return cast("Json", told)
