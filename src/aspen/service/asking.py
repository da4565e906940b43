"""`ask`, the story of one command: find the model (fetch the starter if there is none), prepare it, ask, report."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, cast

from aspen.ask import ask
from aspen.channel.framing import Frame
from aspen.core.answer import Event
from aspen.core.decision import Decision, Refusal, Route
from aspen.core.errors import Misused, ModelCannot, NotFound
from aspen.core.label import PUBLIC
from aspen.core.message import Message, Role
from aspen.core.model_card import ModelCard, Skill
from aspen.core.request import AdapterScale, Limits, Sampling
from aspen.library.assistant import Assistant
from aspen.local.engine_pool import LoadedEngine
from aspen.local.local_model import LocalModel
from aspen.service import offers
from aspen.service.answer_so_far import AnswerSoFar
from aspen.service.ask_arguments import AskArguments, read_ask
from aspen.service.frames import decision_json, event_frame
from aspen.service.pins import check_weights_of
from aspen.service.preparing import Prepared, prepare
from aspen.service.starting import fetch_starter
from aspen.workspace import Chosen, Workspace

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneModel:
    """What `ask()` may choose from when the command has named its model already: that one."""

    prepared: Prepared
    model: LocalModel

    @property
    def cards(self) -> Sequence[ModelCard]:
        """The card of the one model."""
        return (self.prepared.card,)

    @property
    def default(self) -> str:
        """Its name."""
        return self.prepared.card.name

    def open(self, name: str) -> LocalModel:
        """Return it."""
        assert name == self.default
        return self.model


async def ask_model(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Answer one request: frames of progress, the decision, the answer as it comes, and the result object."""
    asked = read_ask(arguments)
    chosen = workspace.choose(asked.model)
    if chosen is None:
        async for frame in fetch_starter(workspace):
            yield frame
        chosen = _require(workspace.choose(asked.model))
    async for frame in check_weights_of(workspace, chosen):
        yield frame
    limits = _limits(asked.limits, chosen.assistant)
    prepared = await prepare(workspace, chosen, limits.context_tokens)
    _check_adapters(asked, prepared)
    for note in prepared.notes:
        yield {"event": "note", "text": note}
    async with aclosing(_converse(workspace, asked, chosen, prepared, limits)) as frames:
        async for frame in frames:
            yield frame


async def _converse(
    workspace: Workspace, asked: AskArguments, chosen: Chosen, prepared: Prepared, limits: Limits
) -> AsyncGenerator[Frame]:
    _demand_skills(asked, prepared.card)
    model = prepared.model(workspace)
    wanted = prepared.card.name if asked.model else None
    request = asked.request(wanted, _messages(asked.messages, chosen.assistant), limits)
    if not request.adapters:
        request = replace(request, adapters=_adapters(chosen.assistant))
    so_far, decision = AnswerSoFar(), None
    answer = cast("AsyncGenerator[Decision | Event]", ask(request, OneModel(prepared=prepared, model=model)))
    async with aclosing(answer) as items:
        async for item in items:
            if isinstance(item, Route | Refusal):
                decision = item
                yield {"event": "decision", **decision_json(item)}
                continue
            so_far.add(item)
            if frame := event_frame(item):
                yield frame
    assert decision is not None
    if asked.keep_seconds is not None:
        workspace.engines.keep(prepared.spec, asked.keep_seconds)
    engine = _engine_of(workspace, prepared)
    offer = await offers.after_answer(workspace, chosen)
    yield {"result": so_far.result(decision, engine.report if engine else None, list(prepared.notes), offer)}


async def embed(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Turn texts into vectors, locally; `input` is a list of texts."""
    texts = arguments.get("input")
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in cast("list[object]", texts)):
        raise Misused("`input` must be a list of texts.")
    name = arguments.get("model")
    chosen = _require(workspace.choose(name if isinstance(name, str) else None))
    prepared = await prepare(workspace, chosen, None, embeds=True)
    vectors = await prepared.model(workspace).embed(tuple(cast("list[str]", texts)))
    yield {"result": {"schema": 1, "model": prepared.card.name, "vectors": [list(vector) for vector in vectors]}}


def _demand_skills(asked: AskArguments, card: ModelCard) -> None:
    """What the model cannot do is said before it is asked, and never left out in silence."""
    if Skill.CHAT not in card.skills:
        raise ModelCannot(f"{card.name} gives vectors and no answers.", hint="`aspen models` lists models for chat.")
    if asked.tools and Skill.TOOLS not in card.skills:
        raise ModelCannot(
            f"{card.name} cannot call tools: its chat template has no place for them.", hint="Ask without tools."
        )


def _messages(messages: tuple[Message, ...], assistant: Assistant | None) -> tuple[Message, ...]:
    """Put what the assistant brings before what was said; a system prompt of the client's own takes its place."""
    if assistant is None:
        return messages
    has_system = any(message.role is Role.SYSTEM for message in messages)
    system = () if has_system or not assistant.system else (Message.of_text(Role.SYSTEM, assistant.system, PUBLIC),)
    examples = tuple(Message.of_text(example.role, example.text, PUBLIC) for example in assistant.messages)
    return (*system, *examples, *messages)


def _adapters(assistant: Assistant | None) -> tuple[AdapterScale, ...]:
    """The engine loads adapters without effect; each request says how strongly they apply."""
    adapters = () if assistant is None else assistant.adapters
    return tuple(AdapterScale(index=index, scale=adapter.scale) for index, adapter in enumerate(adapters))


def _limits(asked: Limits, assistant: Assistant | None) -> Limits:
    """What the client asks for goes before what the assistant was made with."""
    if assistant is None:
        return asked
    own, theirs = asked.sampling, assistant.sampling
    drawn: dict[str, Any] = {
        name: _first(getattr(own, name), getattr(theirs, name)) for name in Sampling.__dataclass_fields__
    }
    return replace(
        asked,
        answer_tokens=asked.answer_tokens or assistant.answer_tokens,
        context_tokens=asked.context_tokens or assistant.context_tokens,
        sampling=Sampling(**drawn),
    )


def _first(own: object, theirs: object) -> object:
    return theirs if own is None or own == () else own


def _check_adapters(asked: AskArguments, prepared: Prepared) -> None:
    """llama.cpp would answer without an adapter that is not there, and say nothing."""
    count = len(prepared.spec.adapters)
    if unknown := [adapter.index for adapter in asked.adapters if adapter.index >= count]:
        raise Misused(f"There is no adapter {unknown[0]}: {prepared.card.name} has {count}.")


def _engine_of(workspace: Workspace, prepared: Prepared) -> LoadedEngine | None:
    return next((engine for engine in workspace.engines.loaded() if engine.spec == prepared.spec), None)


def _require(chosen: Chosen | None) -> Chosen:
    if chosen is None:
        raise NotFound("No model on this computer can answer.", hint="`aspen doctor` says what was found.")
    return chosen
