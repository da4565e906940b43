"""HTTP to an engine: bytes as they come, refusals with their body, and an end that is always noticed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aspen.core.errors import EngineStopped
from aspen.local.engine_client import EngineClient, EngineRefusal
from fakes.scripted_engine import END, HEAD, ScriptedEngine, chunk, refusal


def _client(engine: ScriptedEngine) -> EngineClient:
    return EngineClient(connect=engine.connect, api_key="secret")


async def test_the_body_arrives_piece_by_piece_and_whole(tmp_path: Path) -> None:
    async with ScriptedEngine(tmp_path, [HEAD, chunk(b"one "), chunk(b"two"), END]) as engine:
        pieces = [piece async for piece in _client(engine).stream("/v1/chat/completions", {"a": 1})]
    assert pieces == [b"one ", b"two"]


async def test_a_body_cut_inside_its_framing_is_put_together(tmp_path: Path) -> None:
    whole = HEAD + chunk(b"one two") + END
    async with ScriptedEngine(tmp_path, [whole[at : at + 7] for at in range(0, len(whole), 7)]) as engine:
        pieces = [piece async for piece in _client(engine).stream("/", {})]
    assert b"".join(pieces) == b"one two"


async def test_a_request_carries_the_key_the_length_and_the_body(tmp_path: Path) -> None:
    async with ScriptedEngine(tmp_path, [HEAD, chunk(b"{}"), END]) as engine:
        assert await _client(engine).post("/v1/embeddings", {"input": "Grüße"}) == {}
    head, _, body = engine.asked[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/embeddings HTTP/1.1\r\n")
    assert b"authorization: bearer secret" in head.lower()
    assert json.loads(body) == {"input": "Grüße"}


async def test_half_a_surrogate_pair_becomes_a_question_mark(tmp_path: Path) -> None:
    async with ScriptedEngine(tmp_path, [HEAD, chunk(b"{}"), END]) as engine:
        await _client(engine).post("/", {"input": "a\ud800b"})
    assert json.loads(engine.asked[0].partition(b"\r\n\r\n")[2]) == {"input": "a?b"}


async def test_get_sends_no_body_and_parses_the_answer(tmp_path: Path) -> None:
    async with ScriptedEngine(tmp_path, [HEAD, chunk(b'[{"id": 0}]'), END]) as engine:
        assert await _client(engine).get("/slots") == [{"id": 0}]
    assert engine.asked[0].startswith(b"GET /slots HTTP/1.1\r\n")


async def test_an_error_status_is_a_refusal_with_the_engines_error_object(tmp_path: Path) -> None:
    told = refusal(400, {"error": {"type": "exceed_context_size_error", "n_ctx": 512}})
    async with ScriptedEngine(tmp_path, [told]) as engine:
        with pytest.raises(EngineRefusal) as caught:
            await _client(engine).post("/", {})
    assert caught.value.status == 400
    assert caught.value.body == {"type": "exceed_context_size_error", "n_ctx": 512}


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'{"error": "text"}'])
async def test_an_error_status_without_an_error_object_is_a_refusal_with_none(tmp_path: Path, body: bytes) -> None:
    async with ScriptedEngine(tmp_path, [refusal(500, body)]) as engine:
        with pytest.raises(EngineRefusal) as caught:
            await _client(engine).post("/", {})
    assert caught.value.body == {}


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([], id="before the status"),
        pytest.param([HEAD[:20]], id="inside the head"),
        pytest.param([HEAD], id="before the body"),
        pytest.param([HEAD, chunk(b"one")], id="between chunks"),
        pytest.param([HEAD, chunk(b"one")[:4]], id="inside a chunk"),
        pytest.param([b"nonsense\r\n\r\n"], id="in another language"),
    ],
)
async def test_an_engine_that_goes_away_before_the_end_has_stopped(tmp_path: Path, pieces: list[bytes]) -> None:
    async with ScriptedEngine(tmp_path, pieces) as engine:
        with pytest.raises(EngineStopped) as caught:
            _ = [piece async for piece in _client(engine).stream("/", {})]
    assert caught.value.retryable


async def test_closing_the_stream_closes_the_connection(tmp_path: Path) -> None:
    async with ScriptedEngine(tmp_path, [HEAD, chunk(b"one")], waits_at_the_end=True) as engine:
        stream = _client(engine).stream("/", {})
        assert await anext(stream) == b"one"
        await stream.aclose()
        await engine.client_left.wait()
