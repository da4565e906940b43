"""How streams of OpenAI's Responses are drawn, written by hand from its reference and not by Aspen's own writer."""

from __future__ import annotations

import json
from collections.abc import Mapping

from hypothesis import strategies as st

Json = Mapping[str, object]
Payloads = list[Json]
Item = tuple[Json, Payloads]
"""An item whole, and the deltas that fill it, without what counts them."""

_words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_pieces = st.lists(_words.filter(bool), min_size=1, max_size=4)
_summaries = st.lists(_pieces, max_size=2)
_names = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
_signatures = st.from_regex(r"gAAA[A-Za-z0-9_-]{4,12}", fullmatch=True)
_counts = st.integers(0, 5000)
_arguments = st.dictionaries(_names, st.integers() | _words, max_size=2)
_EMPTY: Mapping[str, Json] = {
    "message": {"content": []},
    "reasoning": {"summary": [], "encrypted_content": None},
    "function_call": {"arguments": ""},
    "web_search_call": {},
}


def response(status: str, **fields: object) -> Json:
    """Return a response as its reference shows it."""
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "model-1",
        "status": status,
        "output": [],
        "error": None,
        "incomplete_details": None,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": None,
        **fields,
    }


def completed(*output: Json, usage: Json | None = None) -> Payloads:
    """Return the first and the last event of an answer that came to its end."""
    opening = {"type": "response.created", "sequence_number": 0, "response": response("in_progress")}
    whole = response("completed", output=list(output), usage=usage)
    return [opening, {"type": "response.completed", "sequence_number": 1, "response": whole}]


def _message(pieces: list[str], *, is_refusal: bool) -> Item:
    field, delta = ("refusal", "response.refusal") if is_refusal else ("text", "response.output_text")
    kind = "refusal" if is_refusal else "output_text"
    extras: Json = {} if is_refusal else {"annotations": [], "logprobs": []}
    part = {"type": kind, field: "".join(pieces), **extras}
    at = {"content_index": 0}
    logprobs: Json = {} if is_refusal else {"logprobs": []}
    return {"type": "message", "role": "assistant", "status": "completed", "content": [part]}, [
        {"type": "response.content_part.added", **at, "part": {**part, field: ""}},
        *({"type": f"{delta}.delta", **at, "delta": piece, **logprobs} for piece in pieces),
        {"type": f"{delta}.done", **at, field: "".join(pieces), **logprobs},
        {"type": "response.content_part.done", **at, "part": part},
    ]


def _thought(summaries: list[list[str]], signature: str) -> Item:
    parts = [{"type": "summary_text", "text": "".join(pieces)} for pieces in summaries]
    deltas: Payloads = []
    for index, (pieces, part) in enumerate(zip(summaries, parts, strict=True)):
        at = {"summary_index": index}
        deltas.append({"type": "response.reasoning_summary_part.added", **at, "part": {**part, "text": ""}})
        deltas += [{"type": "response.reasoning_summary_text.delta", **at, "delta": piece} for piece in pieces]
        deltas.append({"type": "response.reasoning_summary_text.done", **at, "text": part["text"]})
        deltas.append({"type": "response.reasoning_summary_part.done", **at, "part": part})
    return {"type": "reasoning", "summary": parts, "encrypted_content": signature}, deltas


def _call(name: str, arguments: Json, place: int) -> Item:
    written = json.dumps(arguments)
    kind = "response.function_call_arguments"
    pieces = [piece for piece in (written[:place], written[place:]) if piece]
    deltas: Payloads = [{"type": f"{kind}.delta", "delta": piece} for piece in pieces]
    deltas.append({"type": f"{kind}.done", "name": name, "arguments": written})
    return {"type": "function_call", "status": "completed", "name": name, "arguments": written}, deltas


def _search(query: str) -> Item:
    """An item that Aspen never asks for."""
    return {"type": "web_search_call", "status": "completed", "action": {"type": "search", "query": query}}, []


_items = st.one_of(
    st.builds(_message, _pieces, is_refusal=st.booleans()),
    st.builds(_thought, _summaries, _signatures),
    st.builds(_call, _names, _arguments, st.integers(0, 20)),
    st.builds(_search, _names),
)


def _numbered(index: int, item: Json) -> Json:
    """Give an item its ids, which are never another one's."""
    numbered = {**item, "id": f"item_{index}"}
    return {**numbered, "call_id": f"call_{index}"} if item["type"] == "function_call" else numbered


def _told(index: int, whole: Json, deltas: Payloads, manner: str) -> Payloads:
    """Tell one item with all its events, without deltas (as some servers do), or not before the response ends."""
    added: Json = {
        "type": "response.output_item.added",
        "output_index": index,
        "item": {**whole, **_EMPTY[str(whole["type"])], "status": "in_progress"},
    }
    done: Json = {"type": "response.output_item.done", "output_index": index, "item": whole}
    placed: Payloads = [{**delta, "item_id": whole["id"], "output_index": index} for delta in deltas]
    told: Mapping[str, Payloads] = {"whole": [added, *placed, done], "brief": [added, done], "late": []}
    return told[manner]


@st.composite
def response_streams(draw: st.DrawFn) -> Payloads:
    """Draw the events of one whole answer in the documented order."""
    drawn = draw(st.lists(_items, max_size=4))
    items = [(_numbered(index, item), deltas) for index, (item, deltas) in enumerate(drawn)]
    told: Payloads = [
        {"type": f"response.{step}", "response": response("in_progress")} for step in ("created", "in_progress")
    ]
    manner = draw(st.sampled_from(["whole", "whole", "brief", "late"]))
    for index, (whole, deltas) in enumerate(items):
        told += _told(index, whole, deltas, manner)
    told.append(draw(_endings([whole for whole, _ in items])))
    return [{**each, "sequence_number": at} for at, each in enumerate(told)]


@st.composite
def _endings(draw: st.DrawFn, output: list[Json]) -> Json:
    usage = {
        "input_tokens": draw(_counts),
        "input_tokens_details": {"cached_tokens": draw(_counts), "cache_write_tokens": draw(_counts)},
        "output_tokens": draw(_counts),
        "output_tokens_details": {"reasoning_tokens": draw(_counts)},
        "total_tokens": 0,
    }
    why = draw(st.sampled_from([None, "max_output_tokens", "content_filter", "max_messages"]))
    status = "completed" if why is None else "incomplete"
    details = None if why is None else {"reason": why}
    whole = response(status, output=output, usage=usage, incomplete_details=details)
    return {"type": f"response.{status}", "response": whole}
