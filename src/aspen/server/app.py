"""The app's server, put together: the door, the page, the way in, and the API."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from aspen.core.errors import AspenError, Failed, Misused, error_to_json
from aspen.loopback.statuses import status_of
from aspen.server.admission import Admission
from aspen.server.answers import JSON_HEADERS, as_json
from aspen.server.bodies import read_object
from aspen.server.pages import Pages
from aspen.server.runs import OnDefect, Runs, RunVerb
from aspen.server.start_keys import COOKIE, SESSION_SECONDS, StartKeys
from aspen.server.workspace_api.routes import WorkspaceApi

Json = Mapping[str, object]

_LONGEST_HEADERS_BYTES = 32 << 10
_KEEP_ALIVE_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What the server is given. `gates` holds the gate's origin for each origin of the app, as a person opened them."""

    run: RunVerb
    runs: Runs
    keys: StartKeys
    gates: Mapping[str, str]
    on_defect: OnDefect


def http_protocol(served: Served) -> Callable[[], H11Protocol]:
    """Build the server and return what makes the protocol of each connection."""
    _silence("uvicorn.error", "uvicorn.access", "uvicorn")
    config = Config(
        Admission(_application(served), served.keys),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=_LONGEST_HEADERS_BYTES,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    config.load()
    state = ServerState()
    return lambda: H11Protocol(config=config, server_state=state, app_state={})


def _application(served: Served) -> Starlette:
    pages = Pages()

    async def index(request: Request) -> Response:
        return pages.index(request.headers.get("accept-encoding", ""))

    async def file(request: Request) -> Response:
        found = pages.file(request.path_params["name"], request.headers.get("accept-encoding", ""))
        return Response(status_code=404) if found is None else found

    async def health(_: Request) -> Response:
        return Response(as_json({"is_ready": True}), headers=JSON_HEADERS)

    async def start_file(request: Request) -> Response:
        return pages.start_file(request.url.path)

    async def start(request: Request) -> Response:
        return _enter(await read_object(request), served.keys)

    async def page(request: Request) -> Response:
        gate = served.gates.get(f"http://{request.headers['host']}")
        return Response(as_json({"schema": 1, "gate_origin": gate}), headers=JSON_HEADERS)

    async def refused(_: Request, error: Exception) -> Response:
        known = error if isinstance(error, AspenError) else Failed("Something went wrong inside Aspen.")
        if known is not error:
            served.on_defect(error)
        return Response(as_json({"error": error_to_json(known)}), status_of(type(known)), JSON_HEADERS)

    routes = [
        Route("/", index),
        Route("/health", health),
        Route("/start", start_file, methods=["GET"]),
        Route("/start.js", start_file, methods=["GET"]),
        Route("/start", start, methods=["POST"]),
        Route("/api/page", page, methods=["GET"]),
        *WorkspaceApi(served.run, served.runs).routes(),
        Route("/{name:path}", file),
    ]
    return Starlette(routes=routes, exception_handlers={AspenError: refused, Exception: refused})


def _enter(told: Json, keys: StartKeys) -> Response:
    """Exchange a start key for a session: a cookie that no script can read and no other site makes a browser send."""
    key = told.get("key")
    session = keys.exchange(key) if isinstance(key, str) else None
    if session is None:
        raise Misused("This link was used already, or is older than a minute.", hint="Open Aspen again: aspen")
    answer = Response(as_json({"schema": 1}), headers=JSON_HEADERS)
    answer.set_cookie(COOKIE, session, max_age=SESSION_SECONDS, httponly=True, samesite="strict", path="/")
    return answer


def _silence(*names: str) -> None:
    """What these would log of a request could be what somebody said; `on_defect` is told of defects, without values."""
    for name in names:
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.handlers[:] = [logging.NullHandler()]
