"""The messages dialect: what is encoded and decoded again is what it was.

Honest exclusions, since the dialect cannot say them: a label; a `File` (it becomes text); where a system message stood;
the border between two turns of one role; text of blanks alone; a thought without a signature or of another dialect;
arguments written otherwise than JSON is written here; adapters, logprobs and sampling beside three fields;
`context_tokens`.
"""

from __future__ import annotations

import json

from dialect_strategies import anthropic_requests, few, garbage
from hypothesis import given
from hypothesis import strategies as st

from aspen.core.errors import Misused
from aspen.core.model_card import ModelCard, Zone
from aspen.core.request import Request
from aspen.dialects.anthropic_messages_request import decode_request
from aspen.dialects.table import DIALECTS

_SAMPLING = DIALECTS["anthropic_messages_sampling"]
_CARD = ModelCard(
    name="model-1",
    zone=Zone.CLOUD,
    dialect=_SAMPLING.name,
    context_tokens=200_000,
    skills=frozenset(),
    source="anthropic",
)


@few
@given(request=anthropic_requests)
def test_requests_come_back(request: Request) -> None:
    body = json.loads(json.dumps(_SAMPLING.encode(request, _CARD)))
    assert decode_request(body, "1") == request


_wires = garbage("role", "content", "type", "text", "input", "id", "name", "source", "data", "tool_use_id")
_bodies = garbage(
    "model", "messages", "max_tokens", "system", "tools", "tool_choice", "stop_sequences", "output_config", "top_p"
)


@few
@given(body=_bodies)
def test_a_body_of_garbage_is_read_or_refused_as_misuse(body: dict[str, object]) -> None:
    try:
        request = decode_request(body, "1")
    except Misused as refusal:
        assert refusal.facts["field"]
        return
    assert request.wanted_model == body["model"]


@few
@given(wire=_wires, role=st.sampled_from(["user", "assistant"]))
def test_a_turn_of_garbage_is_read_or_refused_as_misuse(wire: dict[str, object], role: str) -> None:
    try:
        request = decode_request({"model": "m", "max_tokens": 1, "messages": [{**wire, "role": role}]}, "1")
    except Misused as refusal:
        assert str(refusal.facts["field"]).startswith("messages[0].")
        return
    assert request.messages
