"""Models elsewhere as the core sees them, made of providers that a test names."""

from __future__ import annotations

from collections.abc import Iterable

from aspen.cloud.gate_client import GateClient
from aspen.cloud.price_list import NO_PRICES
from aspen.core.label import Label
from aspen.core.message import Message, Role
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.policy import Policy
from aspen.core.provider import Provider
from aspen.core.request import AUTO, Request
from aspen.privacy.ceilings import Spent
from aspen.privacy.words import declared_label
from aspen.service.elsewhere import Elsewhere
from aspen.workspace import SystemClock
from fakes.scripted_gate import ScriptedGate

LEAVES = declared_label("may-leave")
CHAT = frozenset({Skill.CHAT})


def provider(name: str, *models: str, zone: Zone = Zone.CLOUD, aliases: tuple[str, ...] = ()) -> Provider:
    """Return a provider with these models; all of them have the aliases."""
    cards = [
        ModelCard(
            name=model, zone=zone, dialect="openai_chat", context_tokens=1000, skills=CHAT, source=name, aliases=aliases
        )
        for model in models
    ]
    return Provider(
        name=name,
        title=name.capitalize(),
        zone=zone,
        dialect="openai_chat",
        base_url=f"https://{name}.test" if zone is Zone.CLOUD else "http://127.0.0.1:8000",
        key_header=None,
        models=tuple(cards),
    )


def elsewhere(*connected: Provider, offered: Iterable[Provider] = (), gate: ScriptedGate | None = None) -> Elsewhere:
    """Return what was looked up; without a gate nothing can be sent."""
    return Elsewhere(
        connected=connected,
        offered=tuple(offered),
        prices=NO_PRICES,
        policy=Policy(),
        spent=Spent(),
        is_airplane_mode=False,
        gate=GateClient((gate or ScriptedGate()).connect),
        clock=SystemClock(),
    )


def request(wanted: str = AUTO, label: Label = LEAVES, text: str = "Hello") -> Request:
    """Return a question that may leave, unless `label` says otherwise."""
    message = Message.of_text(Role.USER, text, label)
    return Request(request_id="1", messages=(message,), wanted_model=wanted, label=label)
