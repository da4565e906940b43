"""llama-server, relied on: what it refuses, with which type and fields, and what it says in mid-answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from station import CHAT, Station, user
from test_server_streams import WEATHER

from aspen.local.engine_client import EngineRefusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _refused(engine: Station, **body: Any) -> tuple[int, Mapping[str, Any]]:
    with pytest.raises(EngineRefusal) as caught:
        await engine.payloads(**body)
    return caught.value.status, caught.value.body


def _schema(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}


async def test_a_prompt_too_long_is_refused_with_both_numbers(engine: Station) -> None:
    status, body = await _refused(engine, messages=user("word " * 3000))
    assert (status, body["type"], body["n_ctx"]) == (400, "exceed_context_size_error", 2048)
    assert 3000 < body["n_prompt_tokens"] < 3100


async def test_a_prompt_that_fills_the_context_is_too_long_already(engine: Station) -> None:
    _, body = await _refused(engine, messages=user("word " * 3000))
    overhead = body["n_prompt_tokens"] - 3000
    _, body = await _refused(engine, messages=user("word " * (2048 - overhead)))
    assert body["n_prompt_tokens"] == body["n_ctx"] == 2048


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"type": "object", "properties": {"a": {"$ref": "#/nowhere"}}},
        {"$ref": "http://p.example/schema.json"},
        {"enum": []},
        {"type": "string", "pattern": "^(unclosed$"},
        {"type": "string", "minLength": 1_000_000},
    ],
    ids=json.dumps,
)
async def test_a_schema_that_cannot_be_compiled_is_an_invalid_request(
    engine: Station, schema: Mapping[str, Any]
) -> None:
    status, body = await _refused(engine, messages=user("Go."), response_format=_schema(schema))
    assert (status, body["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize(
    "body",
    [
        {"messages": "Hello"},
        {"messages": user("Hello"), "temperature": "hot"},
        {"messages": user("x"), "max_tokens": -5},
    ],
    ids=["messages that are no list", "a temperature that is no number", "a limit below zero"],
)
async def test_a_field_of_the_wrong_kind_is_an_invalid_request(engine: Station, body: Mapping[str, Any]) -> None:
    status, told = await _refused(engine, **body)
    assert (status, told["type"]) == (400, "invalid_request_error")


async def test_a_picture_without_a_projector_is_a_server_error(engine: Station) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    status, body = await _refused(engine, messages=[{"role": "user", "content": [picture]}])
    assert (status, body["type"]) == (500, "server_error")


async def test_an_engine_for_words_makes_no_vectors(engine: Station) -> None:
    with pytest.raises(EngineRefusal) as caught:
        await engine.client.post("/v1/embeddings", {"input": ["Hello"]})
    assert (caught.value.status, caught.value.body["type"]) == (501, "not_supported_error")


async def test_words_that_break_the_form_of_a_tool_call_end_the_answer_with_an_error_frame(
    tool_engine: Station,
) -> None:
    messages = [*user("The weather in Paris?"), {"role": "assistant", "content": "<tool_call>\n"}]
    *_, last = await tool_engine.payloads(messages=messages, tools=[WEATHER], max_tokens=24)
    assert json.loads(last)["error"]["type"] == "server_error"


async def test_half_a_surrogate_pair_in_json_is_an_invalid_request(engine: Station) -> None:
    reader, writer = await asyncio.open_unix_connection(sock=await engine.client.connect())
    body = b'{"messages": [{"role": "user", "content": "\\ud800"}]}'
    key = engine.started.api_key.encode()
    head = b"POST %s HTTP/1.1\r\nHost: e\r\nAuthorization: Bearer %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    writer.write(head % (CHAT.encode(), key, len(body)) + body)
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"invalid_request_error" in answer
