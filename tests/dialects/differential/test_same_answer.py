"""Whatever stream an official SDK reads back, Aspen reads back the same, however the bytes were cut."""

from __future__ import annotations

import json
from collections.abc import Generator

import anthropic
import openai
import pytest
from accumulated import Accumulated, read
from anthropic.types import RedactedThinkingBlock, TextBlock, ThinkingBlock, ToolUseBlock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recording import EVENTS, Recording, cut, events, recording
from streams import Payloads, anthropic_streams, openai_streams

from aspen.core.answer import FinishReason, Usage
from aspen.dialects.table import DIALECTS
from fakes.tls_provider import Reply

_few = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
_places = st.lists(st.integers(1, 4000), max_size=20)

_ANTHROPIC_REASONS = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "pause_turn": FinishReason.LENGTH,
    "tool_use": FinishReason.TOOL_CALLS,
    "refusal": FinishReason.REFUSED,
}
_OPENAI_REASONS = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "content_filter": FinishReason.REFUSED,
}


@pytest.fixture(scope="module")
def server() -> Generator[Recording]:
    with recording() as told:
        yield told


@pytest.fixture(scope="module")
def claude(server: Recording) -> Generator[anthropic.Anthropic]:
    with server.anthropic() as client:
        yield client


@pytest.fixture(scope="module")
def gpt(server: Recording) -> Generator[openai.OpenAI]:
    with server.openai() as client:
        yield client


def _by_anthropics_sdk(client: anthropic.Anthropic) -> Accumulated:
    """Accumulate as the SDK does, then write it down as ours is."""
    with client.messages.stream(model="m", max_tokens=1, messages=[{"role": "user", "content": "Hi"}]) as stream:
        message = stream.get_final_message()
    told = Accumulated(reason=_ANTHROPIC_REASONS[message.stop_reason or ""])
    for block in message.content:
        match block:
            case TextBlock(text=text):
                told.text += text
            case ThinkingBlock(thinking=text, signature=signature):
                told.thoughts.append([text, signature])
            case RedactedThinkingBlock(data=hidden):
                told.thoughts.append(["", f"redacted_thinking:{hidden}"])
            case ToolUseBlock(id=call_id, name=name, input=arguments):
                told.calls[len(told.calls)] = [call_id, name, json.dumps(arguments)]
            case _:
                raise AssertionError(block)
    usage = message.usage
    cached, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    told.usage = Usage(
        prompt_tokens=usage.input_tokens + cached + written,
        completion_tokens=usage.output_tokens,
        cached_tokens=cached,
        cache_written_tokens=written,
    )
    return told


def _by_openais_sdk(client: openai.OpenAI) -> Accumulated:
    """Add the SDK's chunks up by hand: its own accumulator raises where an answer was cut short or filtered."""
    told = Accumulated()
    with client.chat.completions.create(model="m", messages=[{"role": "user", "content": "Hi"}], stream=True) as stream:
        for chunk in stream:
            for choice in chunk.choices:
                told.text += choice.delta.content or ""
                for call in choice.delta.tool_calls or ():
                    assert call.function is not None
                    known = told.calls.setdefault(call.index, [call.id or "", call.function.name or "", ""])
                    known[2] += call.function.arguments or ""
                if choice.finish_reason is not None:
                    told.reason = _OPENAI_REASONS[choice.finish_reason]
            if (usage := chunk.usage) is not None:
                details = usage.prompt_tokens_details
                told.usage = Usage(
                    prompt_tokens=usage.prompt_tokens,
                    completion_tokens=usage.completion_tokens,
                    cached_tokens=(details.cached_tokens or 0) if details else 0,
                )
    return told


@_few
@given(payloads=anthropic_streams(), theirs=_places, ours=_places)
def test_a_stream_of_anthropics_reads_as_its_sdk_reads_it(
    server: Recording, claude: anthropic.Anthropic, payloads: Payloads, theirs: list[int], ours: list[int]
) -> None:
    wire = events(*payloads, named=True)
    server.reply = Reply(headers=EVENTS, pieces=cut(wire, theirs))
    assert read(DIALECTS["anthropic_messages"].stream(), cut(wire, ours)) == _by_anthropics_sdk(claude)


@_few
@given(payloads=openai_streams(), theirs=_places, ours=_places)
def test_a_stream_of_openais_reads_as_its_sdk_reads_it(
    server: Recording, gpt: openai.OpenAI, payloads: Payloads, theirs: list[int], ours: list[int]
) -> None:
    wire = events(*payloads, named=False) + b"data: [DONE]\n\n"
    server.reply = Reply(headers=EVENTS, pieces=cut(wire, theirs))
    assert read(DIALECTS["openai_chat"].stream(), cut(wire, ours)) == _by_openais_sdk(gpt)
