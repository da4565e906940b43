"""A model of this machine: loads its engine, asks it, and turns what comes back into events and errors of ours."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

from aspen.core.answer import Event, Finished, FinishReason, TextDelta, ThinkingDelta, Timings, ToolCallDelta
from aspen.core.engine_spec import EngineSpec
from aspen.core.errors import AspenError, BadRequest, BadSchema, EngineStopped, ModelCannot, NotSealed, PromptTooLong
from aspen.core.isolation import JailLevel
from aspen.core.label import Sensitivity
from aspen.core.message import Image
from aspen.core.protocols import Clock
from aspen.core.request import JsonSchema, Request
from aspen.dialects.openai_chat import encode_request
from aspen.dialects.openai_chat_stream import ChatStream, StreamError
from aspen.dialects.sse import DONE, EventStream
from aspen.local.engine_client import EngineClient, EngineRefusal
from aspen.local.engine_host import StartedEngine
from aspen.local.engine_pool import EnginePool
from aspen.local.impossible_schema import impossible_range

_CHAT_PATH = "/v1/chat/completions"
_EMBEDDINGS_PATH = "/v1/embeddings"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalModel:
    """Answers on this machine.

    `least_level` is demanded of the engine before words that stay here reach it; None demands the best that this
    system can prove.
    """

    name: str
    spec: EngineSpec
    pool: EnginePool
    clock: Clock
    least_level: JailLevel | None

    async def answer(self, request: Request) -> AsyncIterator[Event]:
        """Load if need be, then stream. Closing the iterator frees the slot.

        Raises PromptTooLong, BadSchema, BadRequest, ModelCannot, NotSealed, EngineStopped, or what loading raises.
        """
        _refuse_what_it_cannot(request, self.spec)
        asked_at = self.clock.monotonic()
        async for progress in self.pool.load(self.name, self.spec):
            yield progress
        with self.pool.lease(self.spec) as (started, client):
            _demand_level(started, self.least_level, request)
            stream = ChatStream()
            first_token_at: float | None = None
            async with aclosing(_stream_events(client, stream, request, self.name)) as events:
                async for event in events:
                    if first_token_at is None and isinstance(event, TextDelta | ThinkingDelta | ToolCallDelta):
                        first_token_at = self.clock.monotonic()
                    yield event
        yield _finished(stream, asked_at, first_token_at or self.clock.monotonic())

    async def embed(self, texts: tuple[str, ...]) -> tuple[tuple[float, ...], ...]:
        """Return one vector for each text, in order. The spec must be of an embedding engine."""
        async for _ in self.pool.load(self.name, self.spec):
            pass
        with self.pool.lease(self.spec) as (_, client):
            try:
                told = await client.post(_EMBEDDINGS_PATH, {"input": list(texts), "model": self.name})
            except EngineRefusal as refusal:
                raise _refused(refusal.body, asked_for_schema=False) from refusal
        rows = sorted(cast("list[Mapping[str, object]]", told["data"]), key=lambda row: cast("int", row["index"]))
        return tuple(tuple(cast("list[float]", row["embedding"])) for row in rows)


def _refuse_what_it_cannot(request: Request, spec: EngineSpec) -> None:
    """Refuse before anything is loaded what llama-server would refuse without saying why, or break down at."""
    shows_picture = any(isinstance(part, Image) for message in request.messages for part in message.parts)
    if shows_picture and spec.projector is None:
        raise ModelCannot(
            "This model cannot see pictures.", hint="Ask one with an mmproj file beside it, or leave the picture out."
        )
    if isinstance(request.output, JsonSchema) and (impossible := impossible_range(request.output.schema)):
        raise BadSchema(f"Nothing satisfies this JSON schema: {impossible}.", hint="Swap the two bounds.")


def _demand_level(started: StartedEngine, wanted: JailLevel | None, request: Request) -> None:
    report = started.report
    least = started.best_level if wanted is None else wanted
    if report.level < least and request.label.sensitivity > Sensitivity.PUBLIC:
        raise NotSealed(
            f"Not asked: these words stay here, and the engine is sealed to {report.level.name}, not to {least.name}.",
            hint=f"Missing: {', '.join(report.missing)}. The setting least_jail_level says what is demanded.",
            facts={"level": report.level.name, "least_level": least.name},
        )


async def _stream_events(
    client: EngineClient, stream: ChatStream, request: Request, name: str
) -> AsyncGenerator[Event]:
    asked_for_schema = isinstance(request.output, JsonSchema)
    sse = EventStream()
    try:
        async with aclosing(client.stream(_CHAT_PATH, encode_request(request, name))) as pieces:
            async for piece in pieces:
                for payload in sse.feed(piece):
                    if payload != DONE:
                        for event in stream.decode(payload):
                            yield event
    except EngineRefusal as refusal:
        raise _refused(refusal.body, asked_for_schema) from refusal
    except StreamError as error:
        raise _broken_off(error.body) from error
    if stream.finish_reason is None:
        raise EngineStopped("The engine ended in mid-answer.", hint="Ask again: it will be started anew.")


def _finished(stream: ChatStream, asked_at: float, first_token_at: float) -> Finished:
    return Finished(
        reason=stream.finish_reason or FinishReason.STOP,
        usage=stream.usage,
        timings=Timings(
            first_token_ms=(first_token_at - asked_at) * 1000,
            tokens_per_second=stream.timings.tokens_per_second,
            prompt_ms=stream.timings.prompt_ms,
        ),
    )


def _broken_off(body: Mapping[str, object]) -> EngineStopped:
    """An error in mid-answer is not the request's: most often the model's words broke the form of a tool call."""
    said = str(body.get("message") or "it gave no reason")
    return EngineStopped("The engine gave up in mid-answer.", hint=f"llama.cpp says: {said} Asking again may help.")


def _refused(body: Mapping[str, object], asked_for_schema: bool) -> AspenError:
    """Map llama-server's error `type` to our tree. Its text is shown to people and never looked into."""
    said = str(body.get("message") or "it gave no reason")
    match body.get("type"), asked_for_schema:
        case "exceed_context_size_error", _:
            return _too_long(body)
        case "invalid_request_error", True:
            return BadSchema("The engine cannot turn this JSON schema into a grammar.", hint=f"llama.cpp says: {said}")
        case _:
            return BadRequest("The engine refuses this request.", hint=f"llama.cpp says: {said}")


def _too_long(body: Mapping[str, object]) -> PromptTooLong:
    prompt_tokens, context_tokens = (cast("int", body.get(name) or 0) for name in ("n_prompt_tokens", "n_ctx"))
    # The answer needs at least one token: a prompt that fills the context to its brim is one too long.
    over = prompt_tokens - context_tokens + 1
    return PromptTooLong(
        f"The prompt has {prompt_tokens:,} tokens and the context holds {context_tokens:,} with the answer: "
        f"{over:,} too many.",
        hint="Shorten it, or set a larger context with --context if the model and the memory allow it.",
        facts={"prompt_tokens": prompt_tokens, "context_tokens": context_tokens, "tokens_over": over},
    )
