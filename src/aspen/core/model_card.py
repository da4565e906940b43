"""What is known of a model before it is asked, and where its weights lie."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Zone(StrEnum):
    """How far away a model answers. A model is in MACHINE because Aspen started it, never by its address."""

    MACHINE = "machine"
    OWN_SERVERS = "own_servers"
    CLOUD = "cloud"


class Skill(StrEnum):
    CHAT = "chat"
    TOOLS = "tools"
    SCHEMA = "schema"
    THINKING = "thinking"
    VISION = "vision"
    EMBED = "embed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """US dollars per million tokens, as listed on `listed_on` (ISO date)."""

    prompt_per_million: float
    completion_per_million: float
    listed_on: str
    cached_prompt_per_million: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """`source` is the store that holds it, or the provider's name; `aliases` name it too.

    `answer_tokens` is the longest answer that its provider gives; None where only the context bounds it.
    """

    name: str
    zone: Zone
    dialect: str
    context_tokens: int
    skills: frozenset[Skill]
    source: str
    prices: Prices | None = None
    answer_tokens: int | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """Weights on this disk: GGUF files found in a store and never written.

    `paths` has more than one entry for a model split in parts (in their order); `projector` is the mmproj file of
    a vision model; `size_bytes` is the sum of `paths`.
    """

    name: str
    store: str
    paths: tuple[Path, ...]
    size_bytes: int
    projector: Path | None = None
    aliases: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The file that the engine opens; the other parts of a split model are found from it."""
        return self.paths[0]
