"""The routes of the app: call a verb, begin a run, listen to it, stop it.

POST /api/call/{verb}          arguments → result
POST /api/runs                 {verb, arguments} → {run}
GET  /api/runs                 what is under way
GET  /api/runs/{run}/events    its events from after `Last-Event-ID` on
POST /api/runs/{run}/stop
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from typing import cast

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from aspen.core.errors import Failed, Misused
from aspen.server.answers import JSON_HEADERS, as_json
from aspen.server.bodies import read_object
from aspen.server.runs import Run, Runs, RunVerb
from aspen.server.sse import event_stream, presence
from aspen.server.workspace_api.verbs import VERBS

Json = Mapping[str, object]

_EARLY_EVENTS = 64
"""Where an answer is remembered is said before its first word, or not at all."""

_STREAM_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff", "x-accel-buffering": "no"}


class WorkspaceApi:
    """The handlers, around one table of runs."""

    def __init__(self, run: RunVerb, runs: Runs) -> None:
        self._run = run
        self._runs = runs

    def routes(self) -> list[Route]:
        return [
            Route("/api/call/{verb}", self.call, methods=["POST"]),
            Route("/api/runs", self.begin, methods=["POST"]),
            Route("/api/runs", self.listing, methods=["GET"]),
            Route("/api/runs/{run}/events", self.events, methods=["GET"]),
            Route("/api/runs/{run}/stop", self.stop, methods=["POST"]),
            Route("/api/here", self.here, methods=["GET"]),
        ]

    async def call(self, request: Request) -> Response:
        """Run a verb to its end and answer with its result; progress is for runs."""
        verb = _known(request.path_params["verb"])
        async with aclosing(self._run(verb, await read_object(request))) as frames:
            async for frame in frames:
                if isinstance(result := frame.get("result"), dict):
                    return _answer(cast("Json", result))
        raise Failed("The command ended without a result.", hint="Ask again.")

    async def begin(self, request: Request) -> Response:
        told = await read_object(request)
        arguments = told.get("arguments", {})
        if not isinstance(arguments, dict):
            raise Misused("`arguments` must be an object.")
        run = self._runs.begin(_known(told.get("verb")), cast("Json", arguments))
        return _answer({"schema": 1, **_shown(run)})

    async def listing(self, _: Request) -> Response:
        return _answer({"schema": 1, "runs": [_shown(run) for run in self._runs.all()]})

    async def events(self, request: Request) -> Response:
        run = self._runs.find(request.path_params["run"])
        told = request.headers.get("last-event-id") or request.query_params.get("after", "0")
        if not told.isdecimal():
            raise Misused("`Last-Event-ID` must be the number of an event.")
        return StreamingResponse(event_stream(run, int(told)), media_type="text/event-stream", headers=_STREAM_HEADERS)

    async def here(self, _: Request) -> Response:
        return StreamingResponse(presence(), media_type="text/event-stream", headers=_STREAM_HEADERS)

    async def stop(self, request: Request) -> Response:
        run = self._runs.find(request.path_params["run"])
        await self._runs.stop(run.run_id)
        return _answer({"schema": 1, **_shown(run)})


def _known(verb: object) -> str:
    if not isinstance(verb, str) or verb not in VERBS:
        raise Misused(f"The app knows no command {verb!r}.")
    return verb


def _shown(run: Run) -> Json:
    return {
        "run": run.run_id,
        "verb": run.verb,
        "conversation": run.conversation,
        "event_count": len(run.events),
        "is_over": run.is_over,
        "remembered": _remembered(run),
    }


def _remembered(run: Run) -> Json | None:
    """Where what a run says is remembered, so that another tab finds the run of its conversation; null until it is."""
    for frame in run.events[:_EARLY_EVENTS]:
        if frame.get("event") == "remembered":
            return {name: frame.get(name) for name in ("conversation", "question", "turn")}
    return None


def _answer(told: Json) -> Response:
    return Response(as_json(told), headers=JSON_HEADERS)
