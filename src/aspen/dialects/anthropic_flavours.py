"""What differs between those who speak Anthropic's messages: one row of data for each.

Sources: https://platform.claude.com/docs/en/api/messages and its migration guide. The present Claude models refuse
every sampling parameter; older ones, and the servers that speak the dialect too, take three.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesFlavour:
    """How one kind of model wants it said.

    `sampling` names our sampling fields there: one that is missing cannot be said. `highest` bounds them. `replays` are
    the dialects whose signed thoughts go back. `thinking` is sent to a model that has the skill.
    """

    name: str
    sampling: Mapping[str, str] = field(default_factory=dict[str, str])
    highest: Mapping[str, float] = field(default_factory=dict[str, float])
    thinking: Mapping[str, object] | None = None
    replays: frozenset[str]


_SIGNED_HERE = frozenset({"anthropic_messages", "anthropic_messages_sampling"})

ANTHROPIC = MessagesFlavour(
    name="anthropic_messages", thinking={"type": "adaptive", "display": "summarized"}, replays=_SIGNED_HERE
)
"""Without `display` the present models keep the words of their thoughts to themselves."""

ANTHROPIC_SAMPLING = MessagesFlavour(
    name="anthropic_messages_sampling",
    sampling={name: name for name in ("temperature", "top_p", "top_k")},
    highest={"temperature": 1.0, "top_p": 1.0},
    replays=_SIGNED_HERE,
)
