"""Random words that must not leave, sent through every purpose: past the routing first, then straight at the gate.

Asks as a request of a program would: a model elsewhere is wanted and no person has named it. Also speaks to the gate
as no honest core does. Nothing here can be sent by an Aspen that works; what is recorded bears the model's name below.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, field, replace

from aspen.cloud.gate_client import Connect, GateClient
from aspen.core.answer import Sent
from aspen.core.decision import Refusal
from aspen.core.egress import Destination, Outbound
from aspen.core.errors import AirplaneMode, NotFound, StaysHere
from aspen.core.label import PUBLIC, UNSET, Label, LabelSource, Sensitivity
from aspen.core.message import Message, Role
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.policy import Policy
from aspen.core.provider import Provider
from aspen.core.request import AUTO, Purpose, Request
from aspen.dialects.table import DIALECTS
from aspen.routing.candidate import Candidate, Situation
from aspen.routing.choosing import choose
from aspen.routing.naming import CLOUD
from aspen.service.forging import FORGERIES, UNRECORDABLE, forge

CANARY_MODEL = "aspen-prove-canary"
"""What the ledger shows as the model of every try."""

_MADE_UP = Provider(
    name="aspen-prove-nobody", title="Nobody", zone=Zone.CLOUD, dialect="openai_chat", base_url="", key_header=None
)
_LABELS: Mapping[str, Label] = {
    "declared": Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED, reasons=("It is a canary.",)),
    "detected": Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DETECTED, reasons=("It is a canary.",)),
    "unset": UNSET,
}


@dataclass(slots=True, kw_only=True)
class Tried:
    """What came of all tries. `refused` and `blocked` are entries that the ledger must hold; `left` must stay empty.

    `unrecorded` were turned away because the ledger takes no entries.
    """

    purposes: list[str] = field(default_factory=lambda: [purpose.value for purpose in Purpose])
    providers: list[str] = field(default_factory=list[str])
    routings: int = 0
    sends: int = 0
    refused: int = 0
    blocked: int = 0
    forgeries: int = 0
    unrecorded: int = 0
    is_airplane_mode: bool = False
    has_sent: bool = False
    left: list[str] = field(default_factory=list[str])

    def to_json(self) -> dict[str, object]:
        return {"model": CANARY_MODEL, **asdict(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Canaries:
    """One run over `providers`, which are connected, and over one that nobody has connected."""

    canary: str
    connect: Connect
    policy: Policy
    providers: Sequence[Provider]
    is_airplane_mode: bool

    async def fly(self) -> Tried:
        """Try everything, up to the first that is sent: one is enough to know, and each would cost.

        Raises what keeps the gate from answering at all, such as GateUnreachable or BadRule.
        """
        tried = Tried(providers=[provider.name for provider in self.providers], is_airplane_mode=self.is_airplane_mode)
        for purpose in Purpose:
            for name, label in _LABELS.items():
                self._route(purpose, label, f"{purpose} {name}", tried)
                for provider in (*self.providers, _MADE_UP):
                    await self._send(self._outbound(provider, purpose, label), f"{purpose} {name}", tried)
                    if tried.has_sent:
                        return tried
        if self.is_airplane_mode:
            for provider in self.providers:
                await self._send(self._outbound(provider, Purpose.CHAT, PUBLIC), "under airplane mode", tried)
        await self._forge(tried)
        return tried

    def _route(self, purpose: Purpose, label: Label, what: str, tried: Tried) -> None:
        """Everything but the label speaks for leaving here: all are connected, nothing costs, no switch is set."""
        cards = [card for provider in (*self.providers, _MADE_UP) for card in provider.models or (_card(provider),)]
        situation = Situation(policy=self.policy)
        candidates = [Candidate(card=card, worst_cost_microdollars=0) for card in cards]
        for wanted in (AUTO, CLOUD, *(card.name for card in cards)):
            message = Message.of_text(Role.USER, self.canary, label)
            request = Request(
                request_id="prove", messages=(message,), purpose=purpose, label=label, wanted_model=wanted
            )
            tried.routings += 1
            if not isinstance(choose(request, candidates, situation), Refusal):
                tried.left.append(f"Routing lets {what} leave for {wanted}.")

    async def _send(self, outbound: Outbound, what: str, tried: Tried) -> None:
        """Hand it to the gate with an honest label. One that is held for a person has passed the label, too."""
        tried.sends += 1
        gate = GateClient(self.connect, self.policy.version)
        try:
            async with aclosing(gate.send(outbound)) as events:
                async for event in events:
                    tried.has_sent |= isinstance(event, Sent)
                    went = "sent" if tried.has_sent else "let through"
                    tried.left.append(f"The gate has {went} {what} for {outbound.destination.provider}.")
                    return
            tried.left.append(f"The gate has not refused {what} for {outbound.destination.provider}.")
        except StaysHere as error:
            tried.refused += 1
            # A refusal for anything else, such as a path, would hide a label that nobody looks at.
            if not isinstance(error, AirplaneMode) and error.facts.get("body_sha256") != outbound.body_sha256:
                tried.left.append(f"The gate refuses {what}, but not for what it is: {error.sentence}")
        except UNRECORDABLE:
            tried.unrecorded += 1
        except NotFound:
            if outbound.destination.provider != _MADE_UP.name:
                tried.left.append(f"The gate does not know {outbound.destination.provider} and recorded nothing.")

    async def _forge(self, tried: Tried) -> None:
        first = next(iter(self.providers), _MADE_UP)
        for purpose in Purpose:
            outbound = self._outbound(first, purpose, _LABELS["declared"])
            for forgery in FORGERIES if purpose is Purpose.CHAT else FORGERIES[:1]:
                outcome = await forge(self.connect, replace(outbound, body=self._body()), self.policy.version, forgery)
                tried.forgeries += 1
                tried.blocked += outcome.is_blocked
                tried.refused += outcome.refused_before
                if not outcome.is_turned_away:
                    tried.left.append(f"The gate takes {forgery.words}.")

    def _outbound(self, provider: Provider, purpose: Purpose, label: Label) -> Outbound:
        return Outbound(
            destination=Destination(
                provider=provider.name, path=DIALECTS[provider.dialect].path(CANARY_MODEL), model=CANARY_MODEL
            ),
            zone=provider.zone,
            purpose=purpose,
            label=label,
            body=self._body(),
            worst_cost_microdollars=0,
        )

    def _body(self) -> bytes:
        return json.dumps({"canary": self.canary, "salt": secrets.token_hex(8)}).encode()


def _card(provider: Provider) -> ModelCard:
    return ModelCard(
        name=f"{provider.name}-model",
        zone=provider.zone,
        dialect="openai_chat",
        context_tokens=1 << 20,
        skills=frozenset(Skill),
        source=provider.name,
    )
