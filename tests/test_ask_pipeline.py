"""The life of one request: the decision comes first, a refusal ends it, and nothing local touches the gate."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from aspen.ask import ask
from aspen.core.answer import Event, TextDelta
from aspen.core.decision import Decision, Refusal, Route
from aspen.core.egress import Destination, Outbound
from aspen.core.errors import EngineStopped
from aspen.core.gate_event import ResponsePiece
from aspen.core.label import PUBLIC, Label, LabelSource, Sensitivity
from aspen.core.message import Message, Role
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.protocols import Gate, Model
from aspen.core.request import Request
from aspen.routing.candidate import Candidate, Situation
from fakes.recording_gate import RecordingGate
from fakes.scripted_model import FINISHED, ScriptedModel, saying

LOCAL = ModelCard(
    name="smol",
    zone=Zone.MACHINE,
    dialect="openai_chat",
    context_tokens=2048,
    skills=frozenset({Skill.CHAT}),
    source="starter",
)
CLOUD = replace(LOCAL, name="big", zone=Zone.CLOUD, source="p")
ASKED = Request(request_id="1", messages=(Message.of_text(Role.USER, "Hello"),))
SECRET = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DETECTED, reasons=("an address",))


@dataclass(frozen=True, slots=True)
class CloudModel:
    """What a model behind the gate will look like: it sends everything that it is asked."""

    gate: Gate

    async def answer(self, request: Request) -> AsyncIterator[Event]:
        body = "".join(message.text for message in request.messages).encode()
        outbound = Outbound(
            destination=Destination(provider="p", path="/v1", model="big"),
            zone=Zone.CLOUD,
            purpose=request.purpose,
            label=request.label,
            body=body,
        )
        async for event in self.gate.send(outbound):
            if isinstance(event, ResponsePiece):
                yield TextDelta(text=event.content.decode())
        yield FINISHED


@dataclass(frozen=True, slots=True)
class TwoModels:
    """A local model and one behind the gate."""

    local: ScriptedModel
    gate: RecordingGate = field(default_factory=lambda: RecordingGate([ResponsePiece(content=b"from afar")]))

    def candidates(self, _request: Request) -> Sequence[Candidate]:
        return (Candidate(card=LOCAL), Candidate(card=CLOUD))

    def situation(self, _request: Request) -> Situation:
        return Situation()

    def open(self, name: str) -> Model:
        return self.local if name == "smol" else CloudModel(self.gate)


def _ask(request: Request, models: TwoModels) -> AsyncGenerator[Decision | Event]:
    return cast("AsyncGenerator[Decision | Event]", ask(request, models))


async def _all(request: Request, models: TwoModels) -> list[Decision | Event]:
    return [item async for item in _ask(request, models)]


async def test_the_decision_comes_first_and_the_answer_unchanged_after_it() -> None:
    decision, *events = await _all(ASKED, TwoModels(saying("Hel", "lo")))
    assert isinstance(decision, Route)
    assert decision.model == "smol"
    assert events == [TextDelta(text="Hel"), TextDelta(text="lo"), FINISHED]


async def test_nothing_is_asked_before_the_decision_was_taken_note_of() -> None:
    models = TwoModels(saying("x"))
    answer = _ask(ASKED, models)
    await anext(answer)
    await answer.aclose()
    assert models.local.asked == []


async def test_a_refusal_ends_it_and_nothing_is_asked() -> None:
    models = TwoModels(saying("x"))
    items = await _all(replace(ASKED, wanted_model="big"), models)
    assert [type(item) for item in items] == [Refusal]
    assert models.local.asked == []
    assert models.gate.sent == []


@pytest.mark.parametrize("label", [PUBLIC, SECRET], ids=["public", "private"])
async def test_a_local_request_never_touches_the_gate(label: Label) -> None:
    models = TwoModels(saying("x"))
    await _all(replace(ASKED, messages=(Message.of_text(Role.USER, "Hello", label),), label=label), models)
    assert len(models.local.asked) == 1
    assert models.gate.sent == []


async def test_only_public_words_that_were_sent_there_pass_the_gate() -> None:
    models = TwoModels(saying("x"))
    public = (Message.of_text(Role.USER, "Hello", PUBLIC),)
    await _all(replace(ASKED, messages=public, label=PUBLIC, wanted_model="big"), models)
    assert [(outbound.body, outbound.label) for outbound in models.gate.sent] == [(b"Hello", PUBLIC)]


async def test_one_private_message_keeps_the_whole_request_here() -> None:
    models = TwoModels(saying("x"))
    mixed = (Message.of_text(Role.USER, "Hello", PUBLIC), Message.of_text(Role.USER, "1 Main Street", SECRET))
    (refusal,) = await _all(replace(ASKED, messages=mixed, label=PUBLIC, wanted_model="big"), models)
    assert isinstance(refusal, Refusal)
    assert [reason.words for reason in refusal.reasons] == ["Not sent.", "an address."]
    assert models.gate.sent == []


async def test_the_model_sees_the_joined_label() -> None:
    models = TwoModels(saying("x"))
    await _all(replace(ASKED, messages=(Message.of_text(Role.USER, "Hello", SECRET),), label=PUBLIC), models)
    assert models.local.asked[0].label == SECRET


async def test_closing_the_stream_closes_the_models_stream() -> None:
    models = TwoModels(saying("Hel", "lo"))
    answer = _ask(ASKED, models)
    await anext(answer)
    await anext(answer)
    await answer.aclose()
    assert models.local.was_closed_early


async def test_a_local_failure_is_that_error_and_no_fallback() -> None:
    failure = EngineStopped("It ended.", hint="Ask again.")
    models = TwoModels(ScriptedModel([TextDelta(text="Hel"), failure]))
    answer = _ask(ASKED, models)
    assert isinstance(await anext(answer), Route)
    assert await anext(answer) == TextDelta(text="Hel")
    with pytest.raises(EngineStopped) as caught:
        await anext(answer)
    assert caught.value is failure
    assert models.gate.sent == []
