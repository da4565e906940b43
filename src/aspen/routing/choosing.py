"""Which model answers: pure, on labels and model cards alone. Never looks at what is said.

Law: for any rules and any request, what is labelled private is never routed off the machine.
"""

from __future__ import annotations

from collections.abc import Sequence

from aspen.core.decision import Considered, Decision, Refusal, Route
from aspen.core.label import Sensitivity
from aspen.core.model_card import ModelCard, Zone
from aspen.core.request import AUTO, Purpose, Request

_STRICTEST_FOR_ZONE = {
    Zone.MACHINE: Sensitivity.PRIVATE,
    Zone.OWN_SERVERS: Sensitivity.INTERNAL,
    Zone.CLOUD: Sensitivity.PUBLIC,
}


def may_reach(request: Request, zone: Zone) -> bool:
    """Whether these words may travel that far. Background work never leaves the machine."""
    if zone is not Zone.MACHINE and request.purpose is not Purpose.CHAT:
        return False
    return request.label.sensitivity <= _STRICTEST_FOR_ZONE[zone]


def choose(request: Request, cards: Sequence[ModelCard], default: str) -> Decision:
    """Route the request to the model it names, or to `default` for `auto`; refuse what may not go there."""
    wanted = default if request.wanted_model == AUTO else request.wanted_model
    card = next((card for card in cards if card.name == wanted), None)
    if card is None:
        return Refusal(
            reasons=(f"There is no model named {wanted}.",), remedies=("`aspen models` lists what is here.",)
        )
    if not may_reach(request, card.zone):
        return Refusal(
            reasons=(f"These words stay here, and {card.name} answers elsewhere.", *request.label.reasons),
            remedies=("Answer here: aspen ask --model local …",),
        )
    return Route(model=card.name, reasons=_reasons(request, card), considered=_others(request, cards, card))


def _reasons(request: Request, card: ModelCard) -> tuple[str, ...]:
    named = (
        "No model was named, and local models answer by default." if request.wanted_model == AUTO else "You named it."
    )
    return (named, "It runs on this computer.") if card.zone is Zone.MACHINE else (named,)


def _others(request: Request, cards: Sequence[ModelCard], chosen: ModelCard) -> tuple[Considered, ...]:
    return tuple(
        Considered(
            model=card.name,
            reason="not named" if may_reach(request, card.zone) else "these words may not go there",
        )
        for card in cards
        if card.name != chosen.name
    )
