"""Who could be asked elsewhere, what it would cost there, and the switches that the gate keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from typing import Any, cast

from aspen.cloud.cloud_model import CloudModel
from aspen.cloud.gate_client import GateClient
from aspen.cloud.price_list import NO_PRICES, PriceList
from aspen.cloud.prices import ModelPrices, most_prompt_tokens, worst_cost_microdollars
from aspen.core.egress import Hint, Origin
from aspen.core.model_card import ModelCard
from aspen.core.policy import Policy
from aspen.core.protocols import Clock
from aspen.core.provider import Provider
from aspen.core.request import Request
from aspen.privacy.ceilings import Spent
from aspen.providers.catalogue import shipped_providers
from aspen.providers.connections import connected_providers, read_connections
from aspen.routing.candidate import Candidate
from aspen.routing.naming import CLOUD, find, reachable
from aspen.service.price_table import prices_of
from aspen.service.rules import policy_of
from aspen.settings import Folders
from aspen.workspace import Workspace

_CONNECTIONS = "connections.json"
_AIRPLANE = "airplane"


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The models elsewhere at one moment. `offered` are shipped ones that are not connected."""

    connected: tuple[Provider, ...]
    offered: tuple[Provider, ...]
    prices: PriceList
    policy: Policy
    spent: Spent
    is_airplane_mode: bool
    gate: GateClient
    clock: Clock

    def knows(self, name: str) -> bool:
        """Whether a name is of a model elsewhere, connected or not."""
        return name == CLOUD or any(_is_called(card, name) for _, card in self._models(self.connected, self.offered))

    def cards(self, name: str) -> list[ModelCard]:
        """Return what a name could mean, connected or not; for `cloud`, all that are connected."""
        if name == CLOUD:
            return [card for _, card in self._models(self.connected)]
        return [card for _, card in self._models(self.connected, self.offered) if _is_called(card, name)]

    def near(self, name: str) -> list[str]:
        """Return up to three names of models elsewhere that are written alike."""
        known = [each for _, card in self._models(self.connected, self.offered) for each in (card.name, *card.aliases)]
        return get_close_matches(name, known, n=3)

    def candidates(self, request: Request) -> list[Candidate]:
        """Those that are connected, and of the others the one that was named."""
        named = (
            (provider, card) for provider, card in self._models(self.offered) if _is_called(card, request.wanted_model)
        )
        longest = most_prompt_tokens(request)
        worst = partial(worst_cost_microdollars, request, longest_prompt_tokens=longest)
        return [
            *(self._candidate(worst, each, card, is_connected=True) for each, card in self._models(self.connected)),
            *(self._candidate(worst, each, card, is_connected=False) for each, card in named),
        ]

    def model(self, name: str, origin: Origin, hints: tuple[Hint, ...]) -> CloudModel:
        """Return the connected model of a name or alias: of several, the one that routing means by it."""
        found = self._connected_model(name)
        assert found is not None
        provider, card = found
        return CloudModel(
            provider=provider,
            card=card,
            gate=self.gate,
            clock=self.clock,
            prices=self.prices.of(provider, card.name),
            origin=origin,
            hints=hints,
        )

    def provider_of(self, name: str) -> Provider | None:
        """Return who answers under a model's name, if somebody elsewhere does."""
        found = self._connected_model(name)
        return None if found is None else found[0]

    def _connected_model(self, name: str) -> tuple[Provider, ModelCard] | None:
        models = list(self._models(self.connected))
        chosen = find(name, reachable(Candidate(card=card) for _, card in models))
        return None if chosen is None else next(each for each in models if each[1] is chosen.card)

    def _models(self, *groups: tuple[Provider, ...]) -> Iterator[tuple[Provider, ModelCard]]:
        return ((provider, card) for group in groups for provider in group for card in provider.models)

    def _candidate(
        self,
        worst_cost: Callable[[ModelCard, ModelPrices | None], int | None],
        provider: Provider,
        card: ModelCard,
        *,
        is_connected: bool,
    ) -> Candidate:
        return Candidate(
            card=card,
            is_connected=is_connected,
            is_routable=provider.is_routable,
            worst_cost_microdollars=worst_cost(card, self.prices.of(provider, card.name)),
        )


async def look_elsewhere(workspace: Workspace, wanted: str) -> Elsewhere:
    """Look up who is connected and what rules there are. Asks the gate only where its sums could decide.

    Raises BadRule, BadSetting for a list of connections that cannot be read, and what keeps the gate from starting.
    """
    folders = workspace.folders
    policy = policy_of(folders.rules, workspace.home)
    connected = connected_now(folders)
    names = {provider.name for provider in connected}
    gate = GateClient(workspace.host.connect_gate, policy.version)
    there = Elsewhere(
        connected=connected,
        offered=tuple(each for each in shipped_providers() if each.name not in names),
        prices=await prices_of(workspace) if connected else NO_PRICES,
        policy=policy,
        spent=Spent(),
        is_airplane_mode=(folders.gate / _AIRPLANE).exists(),
        gate=gate,
        clock=workspace.clock,
    )
    if connected and _has_sums(policy) and there.knows(wanted):
        return _with_spent(there, cast("dict[str, Any]", (await gate.status())["spent"]))
    return there


def connected_now(folders: Folders) -> tuple[Provider, ...]:
    """Read who is connected. Raises BadSetting for a list that cannot be read."""
    return connected_providers(shipped_providers(), read_connections(folders.gate / _CONNECTIONS))


def _has_sums(policy: Policy) -> bool:
    return (policy.ceilings.day_microdollars, policy.ceilings.month_microdollars) != (None, None)


def _with_spent(there: Elsewhere, spent: dict[str, Any]) -> Elsewhere:
    return replace(
        there,
        spent=Spent(
            day_microdollars=int(spent["day_microdollars"]), month_microdollars=int(spent["month_microdollars"])
        ),
    )


def _is_called(card: ModelCard, name: str) -> bool:
    return name == card.name or name in card.aliases
