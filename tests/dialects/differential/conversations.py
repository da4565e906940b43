"""The conversations that Aspen and the official SDKs both ask, and how a person would write each for the SDK."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from aspen.core.message import File, Image, Message, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.request import JsonSchema, Limits, Request, Sampling, Tool

Keywords = dict[str, Any]

PICTURE = b"\x89PNG\r\n\x1a\n"
SHOWN = base64.b64encode(PICTURE).decode()
LOOK = Tool(
    name="look",
    description="Look at a place.",
    parameters={"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]},
)
BREAKPOINT = {"cache_control": {"type": "ephemeral"}}


def card(dialect: str) -> ModelCard:
    return ModelCard(
        name="model-1",
        zone=Zone.CLOUD,
        dialect=dialect,
        context_tokens=200_000,
        skills=frozenset({Skill.CHAT}),
        source="provider",
        answer_tokens=64_000,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """`anthropic` and `openai` are what the SDK's `create` is given beside model and stream; None where it cannot."""

    name: str
    request: Request
    anthropic: Keywords | None = None
    openai: Keywords | None = None
    keeps_breakpoints: bool = False

    def __str__(self) -> str:
        return self.name


def asked(*messages: Message, **more: Any) -> Request:
    return Request(request_id="1", messages=messages, **more)


def user(text: str) -> Message:
    return Message.of_text(Role.USER, text)


def assistant(*parts: Any) -> Message:
    return Message(role=Role.ASSISTANT, parts=parts)


def calls(*ids: str) -> tuple[ToolCall, ...]:
    return tuple(ToolCall(call_id=each, name="look", arguments=f'{{"at": "{each}"}}') for each in ids)


def results(*ids: str) -> Message:
    return Message(role=Role.TOOL, parts=tuple(ToolResult(call_id=each, text=f"seen {each}") for each in ids))


def say(text: str, role: str = "user") -> Keywords:
    return {"role": role, "content": text}


def _use(call_id: str) -> Keywords:
    return {"type": "tool_use", "id": call_id, "name": "look", "input": {"at": call_id}}


def _result(call_id: str) -> Keywords:
    return {"type": "tool_result", "tool_use_id": call_id, "content": f"seen {call_id}"}


def _call(call_id: str) -> Keywords:
    function = {"name": "look", "arguments": f'{{"at": "{call_id}"}}'}
    return {"id": call_id, "type": "function", "function": function}


_TEXT_FILE = "File notes.txt:\nMilk, bread.\n"
_ANTHROPIC_LOOK = {"name": LOOK.name, "description": LOOK.description, "input_schema": LOOK.parameters}
_OPENAI_LOOK = {
    "type": "function",
    "function": {"name": LOOK.name, "description": LOOK.description, "parameters": LOOK.parameters},
}
_SCHEMA: Keywords = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}
_CLOSED: Keywords = {**_SCHEMA, "additionalProperties": False}
_ANTHROPIC_PICTURE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": SHOWN}}
_OPENAI_PICTURE = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{SHOWN}"}}
_SIGNED = Thinking(text="Hm.", signature="c2ln", dialect="anthropic_messages")
_HIDDEN = Thinking(text="", signature="redacted_thinking:aGlkZGVu", dialect="anthropic_messages")
_OMITTED = Thinking(text="", signature="c2lnMg", dialect="anthropic_messages")
_FOREIGN = Thinking(text="Foreign.", signature="Zm9yZWlnbg", dialect="gemini_generate")

CONVERSATIONS = (
    Conversation(
        name="a question",
        request=asked(user("Hello")),
        anthropic={"max_tokens": 64_000, "messages": [say("Hello")]},
        openai={"messages": [say("Hello")]},
    ),
    Conversation(
        name="a system prompt and two turns",
        request=asked(
            Message.of_text(Role.SYSTEM, "Be brief."), user("Größe? 🙂"), assistant(Text(text="42")), user("Why?")
        ),
        anthropic={
            "max_tokens": 64_000,
            "system": "Be brief.",
            "messages": [say("Größe? 🙂"), say("42", "assistant"), say("Why?")],
        },
        openai={"messages": [say("Be brief.", "system"), say("Größe? 🙂"), say("42", "assistant"), say("Why?")]},
    ),
    Conversation(
        name="a tool on offer",
        request=asked(user("Where?"), tools=(LOOK,)),
        anthropic={"max_tokens": 64_000, "messages": [say("Where?")], "tools": [_ANTHROPIC_LOOK]},
        openai={"messages": [say("Where?")], "tools": [_OPENAI_LOOK]},
    ),
    Conversation(
        name="parallel calls and their results",
        request=asked(
            user("Where?"),
            assistant(Text(text="Looking."), *calls("call_a", "call_b")),
            results("call_a", "call_b"),
            user("And?"),
            tools=(LOOK,),
        ),
        anthropic={
            "max_tokens": 64_000,
            "tools": [_ANTHROPIC_LOOK],
            "messages": [
                say("Where?"),
                {
                    "role": "assistant",
                    "content": [{"type": "text", "text": "Looking."}, _use("call_a"), _use("call_b")],
                },
                {"role": "user", "content": [_result("call_a"), _result("call_b"), {"type": "text", "text": "And?"}]},
            ],
        },
        openai={
            "tools": [_OPENAI_LOOK],
            "messages": [
                say("Where?"),
                {**say("Looking.", "assistant"), "tool_calls": [_call("call_a"), _call("call_b")]},
                {"role": "tool", "tool_call_id": "call_a", "content": "seen call_a"},
                {"role": "tool", "tool_call_id": "call_b", "content": "seen call_b"},
                say("And?"),
            ],
        },
    ),
    Conversation(
        name="results in two messages",
        request=asked(user("Where?"), assistant(*calls("a", "b")), results("a"), results("b"), tools=(LOOK,)),
        anthropic={
            "max_tokens": 64_000,
            "tools": [_ANTHROPIC_LOOK],
            "messages": [
                say("Where?"),
                {"role": "assistant", "content": [_use("a"), _use("b")]},
                {"role": "user", "content": [_result("a"), _result("b")]},
            ],
        },
    ),
    Conversation(
        name="a picture and words",
        request=asked(
            Message(role=Role.USER, parts=(Image(media_type="image/png", encoded=PICTURE), Text(text="What is this?")))
        ),
        anthropic={
            "max_tokens": 64_000,
            "messages": [{"role": "user", "content": [_ANTHROPIC_PICTURE, {"type": "text", "text": "What is this?"}]}],
        },
        openai={
            "messages": [{"role": "user", "content": [_OPENAI_PICTURE, {"type": "text", "text": "What is this?"}]}]
        },
    ),
    Conversation(
        name="a file",
        request=asked(Message(role=Role.USER, parts=(File(name="notes.txt", text="Milk, bread."), Text(text="List?")))),
        anthropic={
            "max_tokens": 64_000,
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": _TEXT_FILE}, {"type": "text", "text": "List?"}]}
            ],
        },
        openai={
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": _TEXT_FILE}, {"type": "text", "text": "List?"}]}
            ]
        },
    ),
    Conversation(
        name="an answer in JSON",
        request=asked(user("Who?"), output=JsonSchema(schema=_SCHEMA)),
        anthropic={
            "max_tokens": 64_000,
            "messages": [say("Who?")],
            "output_config": {"format": {"type": "json_schema", "schema": _CLOSED}},
        },
        openai={
            "messages": [say("Who?")],
            "response_format": {
                "type": "json_schema",
                "json_schema": {
                    "name": "answer",
                    "strict": True,
                    "schema": {**_CLOSED, "required": ["name", "age"]},
                },
            },
        },
    ),
    Conversation(
        name="stop texts and a short answer",
        request=asked(user("Count"), limits=Limits(answer_tokens=20, sampling=Sampling(stop=("END", "\n\nQ:")))),
        anthropic={"max_tokens": 20, "messages": [say("Count")], "stop_sequences": ["END", "\n\nQ:"]},
        openai={"max_completion_tokens": 20, "messages": [say("Count")], "stop": ["END", "\n\nQ:"]},
    ),
    Conversation(
        name="sampling and logprobs",
        request=asked(
            user("Pick"), limits=Limits(sampling=Sampling(temperature=0.5, top_p=0.9, seed=7)), top_logprobs=3
        ),
        openai={
            "messages": [say("Pick")],
            "temperature": 0.5,
            "top_p": 0.9,
            "seed": 7,
            "logprobs": True,
            "top_logprobs": 3,
        },
    ),
    Conversation(
        name="a signed thought before a call",
        request=asked(user("Where?"), assistant(_SIGNED, *calls("a")), results("a"), tools=(LOOK,)),
        anthropic={
            "max_tokens": 64_000,
            "tools": [_ANTHROPIC_LOOK],
            "messages": [
                say("Where?"),
                {
                    "role": "assistant",
                    "content": [{"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}, _use("a")],
                },
                {"role": "user", "content": [_result("a")]},
            ],
        },
        openai={
            "tools": [_OPENAI_LOOK],
            "messages": [
                say("Where?"),
                {"role": "assistant", "content": None, "tool_calls": [_call("a")]},
                {"role": "tool", "tool_call_id": "a", "content": "seen a"},
            ],
        },
    ),
    Conversation(
        name="hidden thoughts of two kinds",
        request=asked(user("Why?"), assistant(_HIDDEN, _OMITTED, Text(text="So.")), user("Really?")),
        anthropic={
            "max_tokens": 64_000,
            "messages": [
                say("Why?"),
                {
                    "role": "assistant",
                    "content": [
                        {"type": "redacted_thinking", "data": "aGlkZGVu"},
                        {"type": "thinking", "thinking": "", "signature": "c2lnMg"},
                        {"type": "text", "text": "So."},
                    ],
                },
                say("Really?"),
            ],
        },
        openai={"messages": [say("Why?"), say("So.", "assistant"), say("Really?")]},
    ),
    Conversation(
        name="thoughts of another dialect",
        request=asked(user("Why?"), assistant(_FOREIGN, Text(text="So.")), user("Really?")),
        anthropic={"max_tokens": 64_000, "messages": [say("Why?"), say("So.", "assistant"), say("Really?")]},
        openai={"messages": [say("Why?"), say("So.", "assistant"), say("Really?")]},
    ),
    Conversation(
        name="a turn of thoughts alone",
        request=asked(user("Why?"), assistant(_FOREIGN), user("Really?")),
        anthropic={
            "max_tokens": 64_000,
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Why?"}, {"type": "text", "text": "Really?"}]}
            ],
        },
        openai={"messages": [say("Why?"), say("Really?")]},
    ),
    Conversation(
        name="a call without arguments",
        request=asked(
            user("When?"),
            assistant(ToolCall(call_id="n", name="now", arguments="{}")),
            Message(role=Role.TOOL, parts=(ToolResult(call_id="n", text="noon"),)),
        ),
        anthropic={
            "max_tokens": 64_000,
            "messages": [
                say("When?"),
                {"role": "assistant", "content": [{"type": "tool_use", "id": "n", "name": "now", "input": {}}]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "n", "content": "noon"}]},
            ],
        },
        openai={
            "messages": [
                say("When?"),
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [{"id": "n", "type": "function", "function": {"name": "now", "arguments": "{}"}}],
                },
                {"role": "tool", "tool_call_id": "n", "content": "noon"},
            ]
        },
    ),
    Conversation(
        name="cache breakpoints behind tools, system and the last two questions",
        request=asked(
            Message.of_text(Role.SYSTEM, "Be brief."),
            user("One?"),
            assistant(Text(text="1")),
            user("Two?"),
            assistant(Text(text="2")),
            user("Three?"),
            tools=(LOOK,),
        ),
        keeps_breakpoints=True,
        anthropic={
            "max_tokens": 64_000,
            "tools": [{**_ANTHROPIC_LOOK, **BREAKPOINT}],
            "system": [{"type": "text", "text": "Be brief.", **BREAKPOINT}],
            "messages": [
                say("One?"),
                say("1", "assistant"),
                {"role": "user", "content": [{"type": "text", "text": "Two?", **BREAKPOINT}]},
                say("2", "assistant"),
                {"role": "user", "content": [{"type": "text", "text": "Three?", **BREAKPOINT}]},
            ],
        },
    ),
)
