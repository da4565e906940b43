"""The model on this machine that a request could go to: found, prepared, and with what its assistant brings along."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Any

from aspen.channel.framing import Frame
from aspen.core.errors import Misused, NotFound
from aspen.core.label import UNSET
from aspen.core.message import Message, Role
from aspen.core.request import AdapterScale, Limits, Sampling
from aspen.library.assistant import Assistant
from aspen.local.engine_pool import LoadedEngine
from aspen.local.local_model import LocalModel
from aspen.service.ask_arguments import AskArguments
from aspen.service.pins import check_weights_of
from aspen.service.preparing import Prepared, prepare
from aspen.service.starting import fetch_starter
from aspen.workspace import Chosen, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """A local model, ready to be asked. `limits` are those of the client, else the assistant's."""

    workspace: Workspace
    chosen: Chosen
    prepared: Prepared
    limits: Limits
    adapters: tuple[AdapterScale, ...]

    @property
    def name(self) -> str:
        return self.prepared.card.name

    @property
    def engine(self) -> LoadedEngine | None:
        """The engine that answers, once it is loaded."""
        return next((each for each in self.workspace.engines.loaded() if each.spec == self.prepared.spec), None)

    def model(self) -> LocalModel:
        return self.prepared.model(self.workspace)

    def with_assistant(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Put what the assistant brings before what was said; a system prompt of the client's own takes its place."""
        assistant = self.chosen.assistant
        if assistant is None:
            return messages
        has_system = any(message.role is Role.SYSTEM for message in messages)
        system = () if has_system or not assistant.system else (Message.of_text(Role.SYSTEM, assistant.system, UNSET),)
        examples = tuple(Message.of_text(example.role, example.text, UNSET) for example in assistant.messages)
        return (*system, *examples, *messages)


async def find_here(
    workspace: Workspace, asked: AskArguments, name: str | None, found: list[Here]
) -> AsyncGenerator[Frame]:
    """Prepare the local model of a name, or the best one for None, and append it to `found`; yields progress.

    Fetches the starter when no model is here. Raises NotFound, WeightsChanged, and what preparing raises.
    """
    chosen = workspace.choose(name)
    if chosen is None:
        async for frame in fetch_starter(workspace):
            yield frame
        chosen = require(workspace.choose(name))
    async for frame in check_weights_of(workspace, chosen):
        yield frame
    limits = limits_of(asked.limits, chosen.assistant)
    prepared = await prepare(workspace, chosen, limits.context_tokens)
    _check_adapters(asked, prepared)
    adapters = asked.adapters or _adapters(chosen.assistant)
    found.append(Here(workspace=workspace, chosen=chosen, prepared=prepared, limits=limits, adapters=adapters))


def require(chosen: Chosen | None) -> Chosen:
    """Return what was chosen. Raises NotFound."""
    if chosen is None:
        raise NotFound("No model on this computer can answer.", hint="`aspen doctor` says what was found.")
    return chosen


def limits_of(asked: Limits, assistant: Assistant | None) -> Limits:
    """Join the limits: what the client asks for goes before what the assistant was made with."""
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


def _adapters(assistant: Assistant | None) -> tuple[AdapterScale, ...]:
    """The engine loads adapters without effect; each request says how strongly they apply."""
    adapters = () if assistant is None else assistant.adapters
    return tuple(AdapterScale(index=index, scale=adapter.scale) for index, adapter in enumerate(adapters))


def _check_adapters(asked: AskArguments, prepared: Prepared) -> None:
    """llama.cpp would answer without an adapter that is not there, and say nothing."""
    count = len(prepared.spec.adapters)
    if unknown := [adapter.index for adapter in asked.adapters if adapter.index >= count]:
        raise Misused(f"There is no adapter {unknown[0]}: {prepared.card.name} has {count}.")
