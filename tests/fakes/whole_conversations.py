"""A store with one conversation that has everything in it: branches, a picture, a decision, labels, instructions."""

from __future__ import annotations

from dataclasses import replace

from aspen.core.decision import Considered, Reason, Refusal, Route
from aspen.core.label import PUBLIC, UNSET, Label, LabelSource, Sensitivity
from aspen.core.message import File, Image, Message, Role, Text, Thinking, ToolCall, ToolResult
from aspen.service.resuming import Instructions, settings_with
from aspen.store.store import Store
from aspen.store.turns import KeptTurn
from fakes.turns import turn_of

KEPT = Label(
    sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED, reasons=("notes.txt stays on this computer",)
)
TO_ACME = Label(sensitivity=Sensitivity.PUBLIC, source=LabelSource.DECLARED, providers=frozenset({"acme"}))
SERVERS = Label(sensitivity=Sensitivity.INTERNAL, source=LabelSource.DECLARED)
PICTURE = Image(media_type="image/png", encoded=b"\x89PNG" + bytes(range(256)))
REASON = Reason(code="local", words="It runs here.")
ROUTE = Route(model="tiny", reasons=(REASON,), considered=(Considered(model="big", reason=REASON),), flips=("more",))


def answer_of(turn_id: str, parent_id: str, label: Label) -> KeptTurn:
    """Make an answer with one part of each other kind."""
    asked = turn_of(turn_id, parent_id)
    parts = (
        Thinking(text="Hm.\nWell.", signature="s", dialect="d"),
        ToolCall(call_id="1", name="look", arguments='{"a": 1}'),
        Text(text="Because `it` is so. ``` \ud83d ä 山"),
    )
    message = Message(role=Role.ASSISTANT, parts=parts, label=label)
    return replace(asked, turn=replace(asked.turn, message=message), decision=ROUTE)


def fill(store: Store, conversation_id: str = "c1") -> None:
    """Keep the conversation: a question about a kept file, two answers, and a branch that may leave to one provider."""
    instructions = Instructions(text="Be brief.", label=SERVERS, was_answered=True)
    store.conversations.create(
        "A trip to the fair",
        conversation_id=conversation_id,
        label=UNSET,
        wanted_model="tiny",
        settings=settings_with({}, instructions),
    )
    first, second, third, fourth = (f"{conversation_id}-{number}" for number in range(1, 5))
    file = File(name="notes.txt", text="```\nsecret cake\n````\n")
    store.turns.save(conversation_id, turn_of(first, None, "What is in it?", label=KEPT, parts=(file, PICTURE)))
    store.turns.save(conversation_id, answer_of(second, first, KEPT))
    refused = replace(
        turn_of(third, first, "half", label=UNSET, is_complete=False), decision=Refusal(reasons=(REASON,))
    )
    store.turns.save(conversation_id, refused)
    tool = Message(role=Role.TOOL, parts=(ToolResult(call_id="1", text="found"),), label=TO_ACME)
    beside = turn_of(fourth, None, label=PUBLIC)
    store.turns.save(conversation_id, replace(beside, turn=replace(beside.turn, message=tool)))
    store.turns.choose(conversation_id, second)
