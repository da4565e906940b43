"""What routing is told of a model that could answer, and of the moment: values alone, since it looks at nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from aspen.core.egress import Hint, Origin
from aspen.core.label import Label
from aspen.core.model_card import ModelCard, Zone
from aspen.core.policy import LocalTime, Policy
from aspen.privacy.ceilings import Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A model that could be asked. `worst_cost_microdollars` is what this request could cost with its longest answer:
    0 on a server of one's own, None where no price is known.

    `is_connected` says that its provider's key is there, `is_healthy` that it was seen to work or nothing is known
    against it. One that is not `is_routable` answers only by its exact name.
    """

    card: ModelCard
    is_connected: bool = True
    is_healthy: bool = True
    is_routable: bool = True
    worst_cost_microdollars: int | None = None

    @property
    def name(self) -> str:
        return self.card.name

    @property
    def provider(self) -> str:
        """Who it belongs to, by name; for a model on this machine the store that holds it."""
        return self.card.source

    @property
    def is_here(self) -> bool:
        """Whether it answers on this machine."""
        return self.card.zone is Zone.MACHINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything else that a decision rests on: the rules, the money, the switches, and where the words came from.

    `label_without_files` is the label that the request would have without the files of its `origin`; None where it has
    none. `preferred_cloud` is the model that the user would rather ask, among those elsewhere. `local_time` is the time
    of day where the user lives.
    """

    policy: Policy = field(default_factory=Policy)
    spent: Spent = field(default_factory=Spent)
    is_airplane_mode: bool = False
    preferred_cloud: str | None = None
    origin: Origin = field(default_factory=Origin)
    hints: tuple[Hint, ...] = ()
    label_without_files: Label | None = None
    local_time: LocalTime | None = None
