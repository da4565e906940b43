"""OpenAI's SDK and Aspen at the Responses API: the same request, the same stream read back, the same refusals."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any, cast

import openai
import pytest
from accumulated import Accumulated, read
from conversations import LOOK, PICTURE, SHOWN, Keywords, asked, assistant, calls, card, results, say, user
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseFunctionToolCall,
    ResponseIncompleteEvent,
    ResponseOutputMessage,
    ResponseOutputRefusal,
    ResponseReasoningItem,
)
from recording import EVENTS, JSON, Recording, cut, events, recording
from response_streams import Payloads, completed, response, response_streams

from aspen.core.answer import FinishReason, Usage
from aspen.core.errors import AspenError, KeyRejected, NotFound, PromptTooLong, ProviderFailed, ProviderRefused
from aspen.core.errors import RateLimited as Limited
from aspen.core.message import File, Image, Message, Role, Text, Thinking
from aspen.core.model_card import Skill
from aspen.core.request import JsonSchema, Limits, Request, Sampling
from aspen.dialects.table import DIALECTS
from fakes.provider_responses import PATH, responses
from fakes.provider_rows import KEY
from fakes.provider_script import Call, Fault, Says
from fakes.tls_provider import Received, Reply

DIALECT = DIALECTS["openai_responses"]
CARD = replace(card(DIALECT.name), skills=frozenset({Skill.CHAT, Skill.THINKING}))

_few = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
_places = st.lists(st.integers(1, 4000), max_size=20)

_SIGNED = Thinking(text="Hm.", signature="gAAAAsig", dialect="openai_responses")
_SILENT = Thinking(text="", signature="gAAAAsilent", dialect="openai_responses")
_FOREIGN = Thinking(text="Foreign.", signature="c2ln", dialect="anthropic_messages")
_SCHEMA: Keywords = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}
_STRICT: Keywords = {**_SCHEMA, "additionalProperties": False, "required": ["name", "age"]}
_LOOK: Keywords = {
    "type": "function",
    "name": LOOK.name,
    "description": LOOK.description,
    "parameters": LOOK.parameters,
    "strict": False,
}


def _call(call_id: str) -> Keywords:
    return {"type": "function_call", "call_id": call_id, "name": "look", "arguments": f'{{"at": "{call_id}"}}'}


def _output(call_id: str) -> Keywords:
    return {"type": "function_call_output", "call_id": call_id, "output": f"seen {call_id}"}


def _reasoning(signature: str, *summary: str) -> Keywords:
    told = [{"type": "summary_text", "text": text} for text in summary]
    return {"type": "reasoning", "id": "rs_1", "summary": told, "encrypted_content": signature}


def _words(*texts: str) -> list[Keywords]:
    return [{"type": "input_text", "text": text} for text in texts]


_CASES: dict[str, tuple[Request, Keywords]] = {
    "a question": (asked(user("Größe? 🙂")), {"input": "Größe? 🙂"}),
    "a system prompt and two turns": (
        asked(Message.of_text(Role.SYSTEM, "Be brief."), user("Hi"), assistant(Text(text="42")), user("Why?")),
        {"input": [say("Be brief.", "system"), say("Hi"), say("42", "assistant"), say("Why?")]},
    ),
    "parallel calls and their results, with the thought before them": (
        asked(
            user("Where?"),
            assistant(_SIGNED, Text(text="Looking."), *calls("call_a", "call_b")),
            results("call_a", "call_b"),
            tools=(LOOK,),
        ),
        {
            "tools": [_LOOK],
            "input": [
                say("Where?"),
                _reasoning("gAAAAsig", "Hm."),
                {
                    "type": "message",
                    "id": "msg_1",
                    "role": "assistant",
                    "status": "completed",
                    "content": [{"type": "output_text", "text": "Looking.", "annotations": []}],
                },
                _call("call_a"),
                _call("call_b"),
                _output("call_a"),
                _output("call_b"),
            ],
        },
    ),
    "a thought without words, and one of another dialect": (
        asked(user("Why?"), assistant(_FOREIGN, _SILENT, Text(text="So.")), user("Really?")),
        {"input": [say("Why?"), _reasoning("gAAAAsilent"), say("So.", "assistant"), say("Really?")]},
    ),
    "a turn of thoughts alone": (
        asked(user("Why?"), assistant(_SIGNED), user("Really?")),
        {"input": [say("Why?"), say("Really?")]},
    ),
    "a picture, a file and words": (
        asked(
            Message(
                role=Role.USER,
                parts=(
                    Image(media_type="image/png", encoded=PICTURE),
                    File(name="notes.txt", text="Milk."),
                    Text(text="What?"),
                ),
            )
        ),
        {
            "input": [
                {
                    "role": "user",
                    "content": [
                        {"type": "input_image", "image_url": f"data:image/png;base64,{SHOWN}", "detail": "auto"},
                        *_words("File notes.txt:\nMilk.\n", "What?"),
                    ],
                }
            ]
        },
    ),
    "an answer in JSON": (
        asked(user("Who?"), output=JsonSchema(schema=_SCHEMA)),
        {
            "input": "Who?",
            "text": {"format": {"type": "json_schema", "name": "answer", "strict": True, "schema": _STRICT}},
        },
    ),
    "sampling and a short answer": (
        asked(user("Pick"), limits=Limits(answer_tokens=20, sampling=Sampling(temperature=0.5, top_p=0.9))),
        {"input": "Pick", "temperature": 0.5, "top_p": 0.9, "max_output_tokens": 20},
    ),
    "log probabilities": (
        asked(user("Pick"), top_logprobs=3),
        {
            "input": "Pick",
            "top_logprobs": 3,
            "include": ["reasoning.encrypted_content", "message.output_text.logprobs"],
        },
    ),
}


@pytest.fixture(scope="module")
def server() -> Generator[Recording]:
    with recording() as told:
        yield told


@pytest.fixture(scope="module")
def gpt(server: Recording) -> Generator[openai.OpenAI]:
    with server.openai() as client:
        yield client


def _meaning(value: object) -> object:
    """Even out what the reference calls equivalent: a text for a list of one, and ids and marks that nothing reads."""
    if isinstance(value, list):
        return [_meaning(each) for each in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    fields = dict(cast("Mapping[str, object]", value))
    if "role" in fields:
        for name in ("type", "status", "id"):
            fields.pop(name, None)
        if isinstance(text := fields.get("content"), str):
            kind = "output_text" if fields["role"] == "assistant" else "input_text"
            fields["content"] = [{"type": kind, "text": text}]
    elif fields.get("type") == "reasoning":
        fields.pop("id", None)
    elif fields.get("type") == "output_text":
        fields.pop("annotations", None)
    if isinstance(text := fields.get("input"), str):
        fields["input"] = [say(text)]
    return {name: each if name == "schema" else _meaning(each) for name, each in fields.items()}


@pytest.mark.parametrize("name", _CASES)
def test_openais_sdk_and_aspen_send_the_same_to_responses(server: Recording, gpt: openai.OpenAI, name: str) -> None:
    request, told = _CASES[name]
    server.reply = Reply(headers=EVENTS, pieces=(events(*completed(), named=True),))
    include: Any = ["reasoning.encrypted_content"]
    keywords: dict[str, Any] = {"max_output_tokens": 64_000, "store": False, "include": include, **told}
    with gpt.responses.create(model="model-1", stream=True, **keywords) as stream:
        assert [event.type for event in stream][-1] == "response.completed"
    ours = json.loads(json.dumps(DIALECT.encode(request, CARD)))
    assert _meaning(ours) == _meaning(server.last_body)
    assert server.received[-1].target == DIALECT.path("model-1")
    assert json.dumps(DIALECT.encode(request, CARD)) == json.dumps(ours)


def _accumulated(response: Response) -> Accumulated:
    told = Accumulated()
    has_refused = False
    for item in response.output:
        match item:
            case ResponseOutputMessage(content=content):
                for part in content:
                    is_refusal = isinstance(part, ResponseOutputRefusal)
                    told.text += part.refusal if is_refusal else part.text
                    has_refused |= is_refusal
            case ResponseReasoningItem(summary=summary, encrypted_content=signature):
                told.thoughts.append(["\n\n".join(part.text for part in summary if part.text), signature or ""])
            case ResponseFunctionToolCall(call_id=call_id, name=name, arguments=arguments):
                told.calls[len(told.calls)] = [call_id, name, arguments]
            case _:
                pass
    told.reason = FinishReason.TOOL_CALLS if told.calls else FinishReason.STOP
    if (why := response.incomplete_details) is not None:
        told.reason = FinishReason.REFUSED if why.reason == "content_filter" else FinishReason.LENGTH
    if has_refused:
        told.reason = FinishReason.REFUSED
    if (usage := response.usage) is not None:
        details = usage.input_tokens_details
        told.usage = Usage(
            prompt_tokens=usage.input_tokens,
            completion_tokens=usage.output_tokens,
            cached_tokens=details.cached_tokens,
            cache_written_tokens=details.cache_write_tokens,
        )
    return told


def _by_the_sdk(client: openai.OpenAI) -> Accumulated:
    """Read the last event of the SDK's own accumulating stream."""
    with client.responses.stream(model="m", input="Hi") as stream:
        *_, last = stream
    assert isinstance(last, ResponseCompletedEvent | ResponseIncompleteEvent)
    return _accumulated(last.response)


@_few
@given(payloads=response_streams(), theirs=_places, ours=_places)
def test_a_stream_of_responses_reads_as_openais_sdk_reads_it(
    server: Recording, gpt: openai.OpenAI, payloads: Payloads, theirs: list[int], ours: list[int]
) -> None:
    wire = events(*payloads, named=True)
    server.reply = Reply(headers=EVENTS, pieces=cut(wire, theirs))
    assert read(DIALECT.stream(), cut(wire, ours)) == _by_the_sdk(gpt)


_Row = tuple[int, str, str | None, type[Exception], type[AspenError]]

_REFUSALS: list[_Row] = [
    (400, "invalid_request_error", "invalid_encrypted_content", openai.BadRequestError, ProviderRefused),
    (400, "invalid_request_error", "context_length_exceeded", openai.BadRequestError, PromptTooLong),
    (401, "invalid_request_error", None, openai.AuthenticationError, KeyRejected),
    (404, "invalid_request_error", "model_not_found", openai.NotFoundError, NotFound),
    (429, "tokens", "rate_limit_exceeded", openai.RateLimitError, Limited),
    (429, "insufficient_quota", "insufficient_quota", openai.RateLimitError, ProviderRefused),
    (500, "server_error", "server_error", openai.InternalServerError, ProviderFailed),
]


@pytest.mark.parametrize("row", _REFUSALS, ids=lambda row: f"{row[0]} {row[2] or row[1]}")
def test_refusals_of_responses_are_told_apart_alike(server: Recording, gpt: openai.OpenAI, row: _Row) -> None:
    status, kind, code, theirs, ours = row
    body = json.dumps({"error": {"message": "No.", "type": kind, "param": None, "code": code}}).encode()
    server.reply = Reply(status=status, headers=(*JSON, ("retry-after", "7")), pieces=(body,))
    with pytest.raises(theirs):
        gpt.responses.create(model="m", input="Hi")
    error = DIALECT.refused(status, {"retry-after": "7"}, body, "openai")
    assert type(error) is ours
    assert error.facts.get("retry_after_seconds") == (7.0 if ours.retryable else None)


def test_a_failed_response_is_a_failure_to_both(server: Recording, gpt: openai.OpenAI) -> None:
    error = {"code": "rate_limit_exceeded", "message": "Slow down."}
    failed = {"type": "response.failed", "sequence_number": 1, "response": response("failed", error=error)}
    wire = events(*completed()[:1], failed, named=True)
    server.reply = Reply(headers=EVENTS, pieces=(wire,))
    with gpt.responses.create(model="m", input="Hi", stream=True) as stream:
        assert [event.type for event in stream][-1] == "response.failed"
    with pytest.raises(Limited):
        read(DIALECT.stream(), [wire])


_SAYS = Says(
    thinking=("Hm", "."),
    signature="gAAAAsig",
    text=("Look", "ing."),
    calls=(Call(name="look", arguments=('{"at"', ': "a"}')), Call(name="look", call_id="call_2")),
    usage=Usage(prompt_tokens=12, completion_tokens=5, cached_tokens=4, cache_written_tokens=2),
)


def _asked_of_the_fake(says: Says) -> bytes:
    body = json.dumps(DIALECT.encode(asked(user("Hi")), CARD)).encode()
    headers = (("authorization", f"Bearer {KEY}"),)
    asked_at = {"first_byte_at": 0.0, "complete_at": 0.0}
    received = Received(method="POST", target=PATH, headers=headers, body=body, connection=1, **asked_at)
    return b"".join(responses(says)(received).pieces)


def test_what_the_fake_provider_says_both_read_alike(server: Recording, gpt: openai.OpenAI) -> None:
    wire = _asked_of_the_fake(_SAYS)
    server.reply = Reply(headers=EVENTS, pieces=(wire,))
    told = read(DIALECT.stream(), [wire])
    assert told == _by_the_sdk(gpt)
    assert (told.text, told.thoughts, told.usage) == ("Looking.", [["Hm.", "gAAAAsig"]], _SAYS.usage)


def test_the_fake_fails_in_mid_stream_as_a_response_does() -> None:
    with pytest.raises(ProviderFailed) as caught:
        read(DIALECT.stream(), [_asked_of_the_fake(Says(midway=Fault.BROKEN))])
    assert caught.value.facts["provider_code"] == "server_error"
