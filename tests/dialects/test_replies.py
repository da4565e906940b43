"""Answers that we write are in the documented order, and the official clients read them."""

from __future__ import annotations

import json

from anthropic.types import Message as AnthropicMessage
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from said_answer import EVENTS

from aspen.dialects import anthropic_messages_reply, openai_chat_reply
from aspen.dialects.anthropic_messages_reply import MessagesReply
from aspen.dialects.openai_chat_reply import ChatReply
from aspen.dialects.sse import DONE, EventStream


def test_anthropics_events_come_one_block_after_another() -> None:
    reply = MessagesReply("msg_1", "m")
    wire = reply.begin() + b"".join(reply.write(event) for event in EVENTS)
    payloads = [json.loads(payload) for payload in EventStream().feed(wire)]
    block = ["content_block_start", "content_block_delta", "content_block_stop"]
    assert [payload["type"] for payload in payloads] == [
        "message_start",
        "ping",
        *("content_block_start", "content_block_delta", "content_block_delta", "content_block_stop"),
        *("content_block_start", "content_block_delta", "content_block_delta", "content_block_stop"),
        *block,
        *block,
        "message_delta",
        "message_stop",
    ]
    assert [payload["index"] for payload in payloads if payload["type"] == "content_block_start"] == [0, 1, 2, 3]
    assert payloads[-2]["usage"] == {
        "input_tokens": 6,
        "cache_creation_input_tokens": 4,
        "cache_read_input_tokens": 20,
        "output_tokens": 5,
    }
    assert wire.count(b"event: ") == len(payloads)


def test_openais_chunks_open_with_the_role_and_close_with_usage() -> None:
    reply = ChatReply("chatcmpl-1", "m", 7, with_usage=True)
    wire = reply.begin() + b"".join(reply.write(event) for event in EVENTS)
    *payloads, last = EventStream().feed(wire)
    assert last == DONE
    chunks = [ChatCompletionChunk.model_validate_json(payload) for payload in payloads]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [choice.finish_reason for choice in chunks[-2].choices] == ["tool_calls"]
    assert (chunks[-1].choices, chunks[-1].usage and chunks[-1].usage.total_tokens) == ([], 35)
    assert {(chunk.id, chunk.created, chunk.model) for chunk in chunks} == {("chatcmpl-1", 7, "m")}


def test_usage_is_told_only_where_it_was_asked_for() -> None:
    reply = ChatReply("chatcmpl-1", "m", 7, with_usage=False)
    wire = reply.begin() + b"".join(reply.write(event) for event in EVENTS)
    assert b'"usage"' not in wire
    assert wire.endswith(b"data: [DONE]\n\n")


def test_a_whole_completion_is_what_openais_client_knows() -> None:
    told = openai_chat_reply.encode_answer(EVENTS, "chatcmpl-1", "m", 7)
    completion = ChatCompletion.model_validate(told)
    (choice,) = completion.choices
    assert (choice.message.content, choice.finish_reason) == ("Looking.", "tool_calls")
    assert [call.id for call in choice.message.tool_calls or ()] == ["a", "b"]
    assert choice.logprobs is not None
    assert [token.token for token in choice.logprobs.content or ()] == ["Look"]


def test_a_whole_message_is_what_anthropics_client_knows() -> None:
    message = AnthropicMessage.model_validate(anthropic_messages_reply.encode_answer(EVENTS, "msg_1", "m"))
    assert [block.type for block in message.content] == ["thinking", "text", "tool_use", "tool_use"]
    assert (message.stop_reason, message.usage.cache_read_input_tokens) == ("tool_use", 20)
