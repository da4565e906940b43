"""The models that one request may choose from: one on this machine at most, and those elsewhere."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

from aspen.cloud.cloud_model import CloudModel
from aspen.core.answer import Event
from aspen.core.egress import Outbound
from aspen.core.model_card import ModelCard
from aspen.core.policy import LocalTime
from aspen.core.protocols import Model
from aspen.core.request import Request
from aspen.privacy.redaction import without_names
from aspen.routing.candidate import Candidate, Situation
from aspen.service.elsewhere import Elsewhere
from aspen.service.gathering import Gathered
from aspen.service.here import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class BareWords:
    """A model elsewhere, which gets words without the names of files and pictures without their metadata."""

    model: CloudModel

    async def answer(self, request: Request) -> AsyncIterator[Event]:
        """See `core.protocols.Model`."""
        answer = self.model.answer(without_names(request))
        async with aclosing(cast("AsyncGenerator[Event]", answer)) as events:
            async for event in events:
                yield event


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsAtHand:
    """Implements `aspen.ask.Models`."""

    here: Here | None
    elsewhere: Elsewhere
    gathered: Gathered
    preferred_cloud: str | None

    def candidates(self, request: Request) -> Sequence[Candidate]:
        """The local model first."""
        local = [] if self.here is None else [Candidate(card=self.here.prepared.card)]
        return [*local, *self.elsewhere.candidates(request)]

    def situation(self, request: Request) -> Situation:
        """The same for every request: it was looked up a moment ago."""
        del request
        return Situation(
            policy=self.elsewhere.policy,
            spent=self.elsewhere.spent,
            is_airplane_mode=self.elsewhere.is_airplane_mode,
            preferred_cloud=self.preferred_cloud,
            origin=self.gathered.origin,
            hints=self.gathered.hints,
            label_without_files=self.gathered.label_without_files,
            local_time=LocalTime.of(self.elsewhere.clock.now().astimezone()),
        )

    def open(self, name: str) -> Model:
        """The local one, else the one elsewhere."""
        if self.here is not None and self.here.name == name:
            return self.here.model()
        return BareWords(model=self._cloud_model(name))

    def card(self, name: str) -> ModelCard:
        """Return what is known of the model that `open` would return."""
        if self.here is not None and self.here.name == name:
            return self.here.prepared.card
        return self._cloud_model(name).card

    def outbound(self, request: Request, name: str | None = None) -> Outbound | None:
        """Return what would leave for a model, by default the one that is wanted; None if that is none elsewhere.

        Raises ModelCannot.
        """
        wanted = name or request.wanted_model
        if self.elsewhere.provider_of(wanted) is None or (self.here is not None and self.here.name == wanted):
            return None
        return self._cloud_model(wanted).outbound(without_names(request))

    def _cloud_model(self, name: str) -> CloudModel:
        return self.elsewhere.model(name, self.gathered.origin, self.gathered.hints)
