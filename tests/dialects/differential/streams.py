"""How streams of answers are drawn, written by hand from the providers' pages and not by Aspen's own writers."""

from __future__ import annotations

import json
from collections.abc import Mapping

from hypothesis import strategies as st

Json = Mapping[str, object]
Payloads = list[Json]
Block = tuple[Json, Payloads]

_words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_pieces = st.lists(_words.filter(bool), min_size=1, max_size=4)
_names = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
_signatures = st.from_regex(r"[A-Za-z0-9+/]{4,12}", fullmatch=True)
_counts = st.integers(0, 5000)
_arguments = st.dictionaries(_names, st.integers() | _words, max_size=2)


def _cut_text(text: str, place: int) -> list[str]:
    return [piece for piece in (text[:place], text[place:]) if piece]


def _block(index: int, block: Json, deltas: list[Json]) -> Payloads:
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def _text_block(pieces: list[str]) -> Block:
    return {"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in pieces]


def _thinking_block(pieces: list[str], signature: str) -> Block:
    deltas: Payloads = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
    block = {"type": "thinking", "thinking": "", "signature": ""}
    return block, [*deltas, {"type": "signature_delta", "signature": signature}]


def _redacted_block(hidden: str) -> Block:
    return {"type": "redacted_thinking", "data": hidden}, []


def _tool_block(call_id: str, name: str, arguments: Json, place: int) -> Block:
    block: Json = {"type": "tool_use", "id": f"toolu_{call_id}", "name": name, "input": {}}
    pieces = ["", *(_cut_text(json.dumps(arguments), place) if arguments else ())]
    return block, [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]


_NO_PIECES: list[str] = []
_NO_PING: Payloads = []
_PING: Payloads = [{"type": "ping"}]
_blocks = st.one_of(
    st.builds(_text_block, _pieces),
    st.builds(_thinking_block, st.just(_NO_PIECES) | _pieces, _signatures),
    st.builds(_redacted_block, _signatures),
    st.builds(_tool_block, _signatures, _names, _arguments, st.integers(0, 20)),
)


@st.composite
def anthropic_streams(draw: st.DrawFn) -> Payloads:
    """Draw the events of one whole answer in the documented order."""
    blocks = draw(st.lists(_blocks, max_size=4))
    reasons = ["end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal"]
    counts = {"input_tokens": draw(_counts), "output_tokens": 1}
    cached = {"cache_creation_input_tokens": draw(_counts), "cache_read_input_tokens": draw(_counts)}
    message: Json = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "model-1",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**counts, **(cached if draw(st.booleans()) else {})},
    }
    payloads: Payloads = [{"type": "message_start", "message": message}]
    for index, (block, deltas) in enumerate(blocks):
        payloads += draw(st.sampled_from([_PING, _NO_PING])) + _block(index, block, deltas)
    reason = draw(st.sampled_from([*reasons, "model_context_window_exceeded"]))
    end: Json = {"stop_reason": reason, "stop_sequence": None}
    usage = {"output_tokens": draw(_counts), **({"input_tokens": draw(_counts)} if draw(st.booleans()) else {})}
    return [*payloads, {"type": "message_delta", "delta": end, "usage": usage}, {"type": "message_stop"}]


def _chunk(delta: Json, reason: str | None = None) -> Json:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "model-1",
        "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
    }


def _call_chunks(index: int, call_id: str, name: str, pieces: list[str]) -> Payloads:
    first = {"index": index, "id": call_id, "type": "function", "function": {"name": name, "arguments": ""}}
    more = [{"index": index, "function": {"arguments": piece}} for piece in pieces]
    return [_chunk({"tool_calls": [call]}) for call in [first, *more]]


@st.composite
def openai_streams(draw: st.DrawFn) -> Payloads:
    """Draw the chunks of one whole answer: words, then calls, then the reason, then usage."""
    payloads: Payloads = [_chunk({"role": "assistant", "content": ""})]
    payloads += [_chunk({"content": piece}) for piece in draw(st.just(_NO_PIECES) | _pieces)]
    for index in range(draw(st.integers(0, 2))):
        written = json.dumps(draw(_arguments))
        pieces = _cut_text(written, draw(st.integers(0, 20)))
        payloads += _call_chunks(index, f"call_{draw(_names)}", draw(_names), pieces)
    payloads.append(_chunk({}, draw(st.sampled_from(["stop", "length", "tool_calls", "content_filter"]))))
    usage: dict[str, object] = {"prompt_tokens": draw(_counts), "completion_tokens": draw(_counts), "total_tokens": 0}
    if draw(st.booleans()):
        usage["prompt_tokens_details"] = {"cached_tokens": draw(_counts)}
    return [*payloads, {**_chunk({}), "choices": [], "usage": usage}]
