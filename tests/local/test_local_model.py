"""What becomes of an engine's stream and refusals: events, and errors of ours with their numbers."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from aspen.core.answer import Event, Finished, FinishReason, Progress, TextDelta
from aspen.core.engine_spec import EngineSpec
from aspen.core.errors import (
    AspenError,
    BadRequest,
    BadSchema,
    EngineStopped,
    ModelCannot,
    NotSealed,
    PromptTooLong,
)
from aspen.core.isolation import JailLevel
from aspen.core.label import PUBLIC
from aspen.core.message import Image, Message, Role
from aspen.core.request import JsonSchema, Request
from aspen.dialects.sse import encode_event
from aspen.local.engine_pool import EnginePool
from aspen.local.local_model import LocalModel
from fakes.fixed_clock import FixedClock
from fakes.scripted_engine import END, HEAD, ScriptedEngine, chunk, refusal
from fakes.scripted_host import REPORT, ScriptedHost

ASKED = Request(request_id="1", messages=(Message.of_text(Role.USER, "Hello"),))
PICTURE = Message(role=Role.USER, parts=(Image(media_type="image/png", encoded=b"png"),))
USAGE: Mapping[str, object] = {
    "choices": [],
    "usage": {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}},
    "timings": {"prompt_ms": 12.5, "predicted_per_second": 80.0},
}


def _spec() -> EngineSpec:
    return EngineSpec(
        model=(Path("/models/a.gguf"),), context_tokens=512, slots=1, batch_tokens=64, threads=1, spin_count=0
    )


def _model(host: ScriptedHost, clock: FixedClock | None = None, least_level: JailLevel | None = None) -> LocalModel:
    clock = clock or FixedClock()
    return LocalModel(name="a", spec=_spec(), pool=EnginePool(host, clock, 300.0), clock=clock, least_level=least_level)


def _events(*payloads: Mapping[str, object]) -> list[bytes]:
    wire = b"".join(encode_event(json.dumps(payload).encode()) for payload in payloads)
    return [HEAD, chunk(wire + b"data: [DONE]\n\n"), END]


def _delta(text: str, reason: str | None = None) -> Mapping[str, object]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}]}


async def _answer(
    folder: Path, pieces: Sequence[bytes], request: Request = ASKED, host: ScriptedHost | None = None
) -> list[Event]:
    async with ScriptedEngine(folder, pieces) as engine:
        model = _model(replace(host or ScriptedHost(), connecting=engine.connect))
        return [event async for event in model.answer(request)]


async def _error(folder: Path, pieces: Sequence[bytes], request: Request = ASKED) -> AspenError:
    with pytest.raises(AspenError) as caught:
        await _answer(folder, pieces, request)
    return caught.value


async def test_an_answer_streams_and_ends_with_what_was_measured(tmp_path: Path) -> None:
    *deltas, finished = await _answer(tmp_path, _events(_delta("Hel"), _delta("lo", "stop"), USAGE))
    assert deltas == [TextDelta(text="Hel"), TextDelta(text="lo")]
    assert isinstance(finished, Finished)
    assert finished.reason is FinishReason.STOP
    assert (finished.usage.prompt_tokens, finished.usage.completion_tokens, finished.usage.cached_tokens) == (9, 2, 4)
    assert (finished.timings.prompt_ms, finished.timings.tokens_per_second) == (12.5, 80.0)


async def test_loading_is_reported_before_the_answer(tmp_path: Path) -> None:
    host = ScriptedHost(progress=((50, 100),))
    events = await _answer(tmp_path, _events(_delta("x", "stop"), USAGE), host=host)
    assert [type(event) for event in events] == [Progress, TextDelta, Finished]


async def test_a_prompt_too_long_says_by_how_many_tokens(tmp_path: Path) -> None:
    body = {"type": "exceed_context_size_error", "n_prompt_tokens": 3031, "n_ctx": 2048}
    error = await _error(tmp_path, [refusal(400, {"error": body})])
    assert isinstance(error, PromptTooLong)
    assert error.facts == {"prompt_tokens": 3031, "context_tokens": 2048, "tokens_over": 984}
    assert "984 too many" in error.sentence


async def test_a_prompt_that_leaves_no_room_for_an_answer_is_one_token_too_long(tmp_path: Path) -> None:
    body = {"type": "exceed_context_size_error", "n_prompt_tokens": 2048, "n_ctx": 2048}
    error = await _error(tmp_path, [refusal(400, {"error": body})])
    assert error.facts["tokens_over"] == 1


@pytest.mark.parametrize(
    ("request_", "expected"),
    [(ASKED, BadRequest), (replace(ASKED, output=JsonSchema(schema={"type": "nonsense"})), BadSchema)],
    ids=["without a schema", "with a schema"],
)
async def test_an_invalid_request_is_the_schemas_fault_only_if_there_is_one(
    tmp_path: Path, request_: Request, expected: type[AspenError]
) -> None:
    error = await _error(
        tmp_path, [refusal(400, {"error": {"type": "invalid_request_error", "message": "It is bad."}})], request_
    )
    assert type(error) is expected
    assert "It is bad." in error.hint


@pytest.mark.parametrize("body", [{}, {"error": {"type": "server_error"}}])
async def test_a_refusal_of_another_kind_is_a_bad_request(tmp_path: Path, body: Mapping[str, object]) -> None:
    assert type(await _error(tmp_path, [refusal(500, body)])) is BadRequest


async def test_an_error_in_mid_answer_can_be_tried_again(tmp_path: Path) -> None:
    told = {"error": {"code": 500, "type": "server_error", "message": "The format is broken."}}
    error = await _error(tmp_path, _events(_delta("x"), told))
    assert isinstance(error, EngineStopped)
    assert error.retryable
    assert "The format is broken." in error.hint


async def test_a_stream_that_ends_without_a_reason_is_an_engine_that_stopped(tmp_path: Path) -> None:
    assert isinstance(await _error(tmp_path, _events(_delta("x"))), EngineStopped)


async def test_an_engine_that_hangs_up_has_stopped(tmp_path: Path) -> None:
    wire = encode_event(json.dumps(_delta("x")).encode())
    assert isinstance(await _error(tmp_path, [HEAD, chunk(wire)]), EngineStopped)


async def test_a_picture_without_a_projector_is_refused_before_anything_loads() -> None:
    host = ScriptedHost()
    with pytest.raises(ModelCannot):
        _ = [event async for event in _model(host).answer(replace(ASKED, messages=(PICTURE,)))]
    assert host.started == []


async def test_a_schema_that_nothing_satisfies_is_refused_before_anything_loads() -> None:
    host = ScriptedHost()
    impossible = JsonSchema(schema={"type": "array", "minItems": 5, "maxItems": 2})
    with pytest.raises(BadSchema) as caught:
        _ = [event async for event in _model(host).answer(replace(ASKED, output=impossible))]
    assert "minItems is 5 and maxItems is 2" in caught.value.sentence
    assert host.started == []


LESS_SEALED = replace(REPORT, level=JailLevel.L2, missing=("no empty network namespace",))


@pytest.mark.parametrize("least_level", [None, JailLevel.L3], ids=["the best of this system", "what a setting demands"])
async def test_private_words_do_not_reach_an_engine_that_is_sealed_too_little(least_level: JailLevel | None) -> None:
    model = _model(ScriptedHost(report=LESS_SEALED), least_level=least_level)
    with pytest.raises(NotSealed) as caught:
        _ = [event async for event in model.answer(ASKED)]
    assert caught.value.facts == {"level": "L2", "least_level": "L3"}
    assert "no empty network namespace" in caught.value.hint


async def test_public_words_may_reach_any_engine(tmp_path: Path) -> None:
    host = ScriptedHost(report=LESS_SEALED)
    events = await _answer(
        tmp_path, _events(_delta("x", "stop"), USAGE), request=replace(ASKED, label=PUBLIC), host=host
    )
    assert isinstance(events[-1], Finished)


async def test_a_setting_may_ask_for_less_than_the_best(tmp_path: Path) -> None:
    async with ScriptedEngine(tmp_path, _events(_delta("x", "stop"), USAGE)) as engine:
        host = ScriptedHost(report=LESS_SEALED, connecting=engine.connect)
        events = [event async for event in _model(host, least_level=JailLevel.L2).answer(ASKED)]
    assert isinstance(events[-1], Finished)


async def test_closing_the_answer_closes_the_engines_connection_and_lets_it_go(tmp_path: Path) -> None:
    wire = encode_event(json.dumps(_delta("x")).encode())
    async with ScriptedEngine(tmp_path, [HEAD, chunk(wire)], waits_at_the_end=True) as engine:
        model = _model(ScriptedHost(connecting=engine.connect))
        answer = cast("AsyncGenerator[Event]", model.answer(ASKED))
        assert await anext(answer) == TextDelta(text="x")
        await answer.aclose()
        await engine.client_left.wait()
        assert model.pool.loaded()[0].requests_in_flight == 0


async def test_vectors_come_back_in_the_order_of_their_texts(tmp_path: Path) -> None:
    told = {"data": [{"index": 1, "embedding": [0.0, 1.0]}, {"index": 0, "embedding": [1.0, 0.0]}]}
    async with ScriptedEngine(tmp_path, [HEAD, chunk(json.dumps(told).encode()), END]) as engine:
        vectors = await _model(ScriptedHost(connecting=engine.connect)).embed(("a", "b"))
    assert vectors == ((1.0, 0.0), (0.0, 1.0))
    assert json.loads(engine.asked[0].partition(b"\r\n\r\n")[2])["input"] == ["a", "b"]
