"""The Gemini dialect: what is written for the model, what cannot be said, and what its refusals mean."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from aspen.core.errors import (
    AspenError,
    KeyRejected,
    Misused,
    ModelCannot,
    NotFound,
    ProviderFailed,
    ProviderRefused,
    RateLimited,
)
from aspen.core.message import File, Image, Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.request import AdapterScale, JsonSchema, Limits, Request, Sampling, Tool
from aspen.dialects.call_arguments import UNREADABLE
from aspen.dialects.gemini_generate import UNSIGNED_CALL, GeminiGenerate

DIALECT = GeminiGenerate()
CARD = ModelCard(
    name="gemini-3.8-flash",
    zone=Zone.CLOUD,
    dialect="gemini_generate",
    context_tokens=1_048_576,
    skills=frozenset({Skill.CHAT}),
    source="google",
)
ASKED = Request(request_id="1", messages=(Message.of_text(Role.USER, "Hello"),))


def _message(role: Role, *parts: Part) -> Message:
    return Message(role=role, parts=parts)


def _body(*messages: Message, request: Request = ASKED) -> dict[str, object]:
    return DIALECT.encode(replace(request, messages=messages) if messages else request, CARD)


def test_a_plain_question_is_one_turn_and_nothing_else() -> None:
    assert _body() == {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}


def test_the_model_stands_in_the_path() -> None:
    assert DIALECT.path("gemini-3.8-flash") == "/v1/models/gemini-3.8-flash:streamGenerateContent?alt=sse"
    assert DIALECT.path("tunedModels/mine") == "/v1/tunedModels/mine:streamGenerateContent?alt=sse"


@pytest.mark.parametrize("model", ["", "a b", "a/b", "models/a/b", "a?key=1", "../files", "models/..", "a#", "a:b"])
def test_what_would_change_the_path_is_no_name_of_a_model(model: str) -> None:
    with pytest.raises(NotFound):
        DIALECT.path(model)


def test_system_words_become_the_one_instruction() -> None:
    body = _body(
        Message.of_text(Role.SYSTEM, "Be brief."),
        Message.of_text(Role.USER, "Hi"),
        Message.of_text(Role.SYSTEM, "And kind."),
    )
    assert body["systemInstruction"] == {"role": "user", "parts": [{"text": "Be brief."}, {"text": "And kind."}]}
    assert body["contents"] == [{"role": "user", "parts": [{"text": "Hi"}]}]


def test_results_of_parallel_calls_are_one_turn_and_name_their_functions() -> None:
    body = _body(
        Message.of_text(Role.USER, "Weather in Rome and Oslo?"),
        _message(
            Role.ASSISTANT,
            ToolCall(call_id="a", name="weather", arguments='{"city": "Rome"}', signature="c2ln"),
            ToolCall(call_id="b", name="weather", arguments='{"city": "Oslo"}'),
        ),
        _message(Role.TOOL, ToolResult(call_id="a", text="mild")),
        _message(Role.TOOL, ToolResult(call_id="b", text="snow")),
    )
    _, calls, results = json.loads(json.dumps(body))["contents"]
    assert calls == {
        "role": "model",
        "parts": [
            {"functionCall": {"id": "a", "name": "weather", "args": {"city": "Rome"}}, "thoughtSignature": "c2ln"},
            {"functionCall": {"id": "b", "name": "weather", "args": {"city": "Oslo"}}},
        ],
    }
    assert results == {
        "role": "user",
        "parts": [
            {"functionResponse": {"id": "a", "name": "weather", "response": {"output": "mild"}}},
            {"functionResponse": {"id": "b", "name": "weather", "response": {"output": "snow"}}},
        ],
    }


def test_the_first_call_of_another_model_says_that_it_is_unsigned() -> None:
    body = _body(
        _message(
            Role.ASSISTANT,
            ToolCall(call_id="a", name="f", arguments=""),
            ToolCall(call_id="b", name="g", arguments="{}"),
        )
    )
    first, second = _parts(body)
    assert first["thoughtSignature"] == UNSIGNED_CALL
    assert "thoughtSignature" not in second


@pytest.mark.parametrize("arguments", ["[1]", '{"a": NaN}', '{"a": 1e999}'])
def test_arguments_that_are_no_object_are_shown_as_they_were_written(arguments: str) -> None:
    (call,) = _parts(_body(_message(Role.ASSISTANT, ToolCall(call_id="a", name="f", arguments=arguments))))
    assert call["functionCall"] == {"id": "a", "name": "f", "args": {UNREADABLE: arguments}}


@pytest.mark.parametrize("messages", [(), (Message.of_text(Role.SYSTEM, "Be brief."),), (_message(Role.USER),)])
def test_nothing_to_ask_is_misuse(messages: tuple[Message, ...]) -> None:
    with pytest.raises(Misused):
        DIALECT.encode(replace(ASKED, messages=messages), CARD)


def _parts(body: dict[str, object]) -> list[dict[str, object]]:
    return json.loads(json.dumps(body))["contents"][0]["parts"]


def test_thoughts_go_back_to_their_own_dialect_alone() -> None:
    body = _body(
        _message(
            Role.ASSISTANT,
            Thinking(text="Hm.", signature="YQ==", dialect="gemini_generate"),
            Thinking(text="Foreign.", signature="x", dialect="anthropic_messages"),
            Thinking(text="Local."),
            Text(text="Hello"),
            Thinking(text="", signature="Yg==", dialect="gemini_generate"),
        )
    )
    assert _parts(body) == [
        {"text": "Hm.", "thought": True, "thoughtSignature": "YQ=="},
        {"text": "Hello"},
        {"text": "", "thoughtSignature": "Yg=="},
    ]


def test_a_turn_of_foreign_thoughts_alone_is_not_sent() -> None:
    body = _body(_message(Role.ASSISTANT, Thinking(text="Foreign.")), Message.of_text(Role.USER, "Hi"))
    assert body["contents"] == [{"role": "user", "parts": [{"text": "Hi"}]}]


def test_pictures_and_files_are_parts() -> None:
    body = _body(
        _message(Role.USER, Image(media_type="image/png", encoded=b"\x01\x02"), File(name="a.txt", text="words"))
    )
    assert _parts(body) == [
        {"inlineData": {"mimeType": "image/png", "data": "AQI="}},
        {"text": "File a.txt:\nwords\n"},
    ]


def test_limits_tools_and_schema_have_their_fields() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    request = replace(
        ASKED,
        tools=(Tool(name="f", description="Does f.", parameters=schema),),
        output=JsonSchema(schema=schema),
        limits=Limits(
            answer_tokens=99, sampling=Sampling(temperature=0.5, top_p=0.9, top_k=40, seed=7, stop=("END", ""))
        ),
    )
    body = _body(request=request)
    assert body["tools"] == [
        {"functionDeclarations": [{"name": "f", "description": "Does f.", "parametersJsonSchema": schema}]}
    ]
    assert body["generationConfig"] == {
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 40,
        "seed": 7,
        "stopSequences": ["END"],
        "maxOutputTokens": 99,
        "responseMimeType": "application/json",
        "responseJsonSchema": schema,
    }


def test_thoughts_are_asked_for_and_answers_bounded_as_the_card_says() -> None:
    card = replace(CARD, skills=frozenset({Skill.CHAT, Skill.THINKING}), answer_tokens=65_536)
    assert DIALECT.encode(ASKED, card)["generationConfig"] == {
        "maxOutputTokens": 65_536,
        "thinkingConfig": {"includeThoughts": True},
    }


@pytest.mark.parametrize(
    ("request_", "parameter"),
    [
        (replace(ASKED, limits=Limits(sampling=Sampling(min_p=0.1))), "min_p"),
        (replace(ASKED, limits=Limits(sampling=Sampling(repeat_penalty=1.1))), "repeat_penalty"),
        (replace(ASKED, limits=Limits(sampling=Sampling(repeat_last_n=9))), "repeat_last_n"),
        (replace(ASKED, limits=Limits(sampling=Sampling(temperature=2.5))), "temperature"),
        (replace(ASKED, limits=Limits(sampling=Sampling(stop=tuple("abcdef")))), "stop"),
        (replace(ASKED, top_logprobs=3), "top_logprobs"),
        (replace(ASKED, adapters=(AdapterScale(index=0, scale=1.0),)), "adapters"),
        (replace(ASKED, messages=(_message(Role.USER, Image(media_type="image/gif", encoded=b"x")),)), "picture"),
        (replace(ASKED, messages=(_message(Role.TOOL, ToolResult(call_id="z", text="")),)), "tool result"),
    ],
)
def test_what_cannot_be_said_is_refused_by_name(request_: Request, parameter: str) -> None:
    with pytest.raises(ModelCannot) as caught:
        DIALECT.encode(request_, CARD)
    assert caught.value.facts["parameter"] == parameter


def _error(code: int, status: str, *details: Mapping[str, object]) -> bytes:
    error = {"code": code, "message": "Words.", "status": status, "details": list(details)}
    return json.dumps({"error": error}).encode()


RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "22.5s"}
BAD_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, _error(400, "INVALID_ARGUMENT"), ProviderRefused),
        (400, _error(400, "INVALID_ARGUMENT", BAD_KEY), KeyRejected),
        (400, _error(400, "FAILED_PRECONDITION"), ProviderRefused),
        (401, _error(401, "UNAUTHENTICATED"), KeyRejected),
        (403, _error(403, "PERMISSION_DENIED"), KeyRejected),
        (404, _error(404, "NOT_FOUND"), NotFound),
        (429, _error(429, "RESOURCE_EXHAUSTED", RETRY), RateLimited),
        (500, _error(500, "INTERNAL"), ProviderFailed),
        (503, _error(503, "UNAVAILABLE"), ProviderFailed),
        (504, b"<html>gateway</html>", ProviderFailed),
        (400, b"[" + _error(400, "INVALID_ARGUMENT", BAD_KEY) + b"]", KeyRejected),
        (429, b"", RateLimited),
        (500, b"[" * 100_000, ProviderFailed),
        (400, b'{"error": {"details": {"reason": 5}}}', ProviderRefused),
        (400, b'{"error": {"details": [5, null]}}', ProviderRefused),
    ],
)
def test_a_refusal_is_named_by_its_codes(status: int, body: bytes, kind: type[AspenError]) -> None:
    error = DIALECT.refused(status, {}, body, "google")
    assert type(error) is kind
    assert "google" in error.sentence


def test_how_long_to_wait_is_read_from_the_details() -> None:
    error = DIALECT.refused(429, {}, _error(429, "RESOURCE_EXHAUSTED", RETRY), "google")
    assert error.facts["retry_after_seconds"] == 22.5
