"""Answers that we write in the Responses dialect are in the documented order, and the official client reads them."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from openai.types.responses import Response, ResponseStreamEvent
from said_answer import EVENTS, TIMINGS, USAGE

from aspen.core.answer import Finished, FinishReason
from aspen.dialects.openai_responses_reply import ResponsesReply, encode_answer
from aspen.dialects.sse import EventStream

_CLASSES: dict[str, Any] = {
    get_args(known.model_fields["type"].annotation)[0]: known for known in get_args(get_args(ResponseStreamEvent)[0])
}


def test_the_events_of_a_response_come_in_the_documented_order() -> None:
    reply = ResponsesReply("resp_1", "m", 7)
    wire = reply.begin() + b"".join(reply.write(event) for event in EVENTS)
    payloads = [json.loads(payload) for payload in EventStream().feed(wire)]
    assert [_CLASSES[payload["type"]].model_validate(payload).type for payload in payloads] == [
        *("response.created", "response.in_progress"),
        "response.output_item.added",
        *("response.reasoning_summary_part.added", "response.reasoning_summary_text.delta"),
        *("response.reasoning_summary_text.done", "response.reasoning_summary_part.done"),
        "response.output_item.done",
        "response.output_item.added",
        *("response.content_part.added", "response.output_text.delta", "response.output_text.delta"),
        *("response.output_text.done", "response.content_part.done"),
        "response.output_item.done",
        *("response.output_item.added", "response.function_call_arguments.delta") * 2,
        "response.function_call_arguments.delta",
        *("response.function_call_arguments.done", "response.output_item.done") * 2,
        "response.completed",
    ]
    assert [payload["sequence_number"] for payload in payloads] == list(range(len(payloads)))
    assert wire.count(b"event: ") == len(payloads)
    assert payloads[-1]["response"] == json.loads(json.dumps(encode_answer(EVENTS, "resp_1", "m", 7)))


def test_a_whole_response_is_what_openais_client_knows() -> None:
    response = Response.model_validate(encode_answer(EVENTS, "resp_1", "m", 7))
    assert [item.type for item in response.output] == ["reasoning", "message", "function_call", "function_call"]
    assert (response.output_text, response.status) == ("Looking.", "completed")
    assert response.usage is not None
    assert (response.usage.input_tokens, response.usage.input_tokens_details.cached_tokens) == (30, 20)


@pytest.mark.parametrize(
    ("reason", "why"), [(FinishReason.LENGTH, "max_output_tokens"), (FinishReason.REFUSED, "content_filter")]
)
def test_an_answer_that_was_cut_is_incomplete_and_says_why(reason: FinishReason, why: str) -> None:
    told = encode_answer([Finished(reason=reason, usage=USAGE, timings=TIMINGS)], "resp_1", "m", 7)
    response = Response.model_validate(told)
    assert response.incomplete_details is not None
    assert (response.status, response.incomplete_details.reason) == ("incomplete", why)
