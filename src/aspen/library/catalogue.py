"""A short table of good open models by size (`catalogue.toml`), and which of them suits a machine."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Any, Final

from aspen.core.model_card import Skill

WORDS_PER_TOKEN: Final = 0.75
"""English prose, for telling people a speed; other languages have fewer words in a token."""

ROOM_BESIDE_WEIGHTS_BYTES: Final = 600_000_000
"""Context and working memory of a small model at 8k tokens, beside its weights."""


THINKING_SLOWDOWN: Final = 3.0
"""A model that thinks first should be this many times faster to be as pleasant: a judgement, not a measurement."""


class Kind(StrEnum):
    CHAT = "chat"
    CODER = "coder"
    EMBEDDER = "embedder"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """A model that can be fetched. Sizes are of the recommended quantisation, to the nearest 10 MB.

    `active_parameters` is what one token reads: less than `parameters` for a mixture of experts. A higher `rank` is
    a better model of its kind, in the judgement of this table. `thinks_first` marks a model that reasons at length
    before it answers, so that the same speed feels slower.
    """

    name: str
    title: str
    repository: str
    quant: str
    kind: Kind
    skills: frozenset[Skill]
    licence: str
    parameters: int
    active_parameters: int
    size_bytes: int
    projector_bytes: int
    context_tokens: int
    rank: int
    thinks_first: bool
    aliases: tuple[str, ...]

    @property
    def bytes_per_token(self) -> int:
        """About how much memory is read for each token of an answer."""
        return round(self.size_bytes * self.active_parameters / self.parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A model that fits this computer; `words_per_second` is None where the memory's speed is not known."""

    entry: CatalogueEntry
    words_per_second: float | None


@functools.cache
def entries() -> tuple[CatalogueEntry, ...]:
    """Return the table, in its order."""
    return tuple(_entry(row) for row in _table()["model"])


def checked_on() -> str:
    """Return the date (ISO) on which the table was last looked over."""
    return str(_table()["checked_on"])


def find(name: str) -> CatalogueEntry | None:
    """Return the entry of that name or alias, whatever the letter case."""
    wanted = name.casefold().removesuffix(":latest")
    return next((entry for entry in entries() if wanted in (entry.name, *entry.aliases)), None)


def of_repository(repository: str) -> CatalogueEntry | None:
    """Return the entry that is fetched from that repository, whatever the letter case."""
    wanted = repository.casefold()
    return next((entry for entry in entries() if wanted == entry.repository.casefold()), None)


def words_per_second(entry: CatalogueEntry, memory_bytes_per_second: float) -> float:
    """Estimate the speed of an answer: each token reads the active weights once, and little else takes time."""
    return memory_bytes_per_second / entry.bytes_per_token * WORDS_PER_TOKEN


def suggest(
    ceiling_bytes: int,
    *,
    kind: Kind = Kind.CHAT,
    memory_bytes_per_second: float | None = None,
    least_words_per_second: float = 4.0,
) -> Suggestion | None:
    """Return the best model of a kind that fits under the ceiling and answers at a bearable speed.

    When none is fast enough the fastest that fits is returned; None when none fits. `ceiling_bytes` is the memory that
    the model may take, its context with it.
    """
    fitting = [
        Suggestion(entry=entry, words_per_second=_speed(entry, memory_bytes_per_second))
        for entry in entries()
        if entry.kind == kind and entry.size_bytes + entry.projector_bytes + ROOM_BESIDE_WEIGHTS_BYTES <= ceiling_bytes
    ]
    if fast := [one for one in fitting if _is_bearable(one, least_words_per_second)]:
        return max(fast, key=lambda one: one.entry.rank)
    return max(fitting, key=lambda one: one.words_per_second or 0.0, default=None)


def _is_bearable(suggestion: Suggestion, least_words_per_second: float) -> bool:
    least = least_words_per_second * (THINKING_SLOWDOWN if suggestion.entry.thinks_first else 1.0)
    return suggestion.words_per_second is None or suggestion.words_per_second >= least


def _speed(entry: CatalogueEntry, memory_bytes_per_second: float | None) -> float | None:
    return None if memory_bytes_per_second is None else words_per_second(entry, memory_bytes_per_second)


def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files("aspen.library").joinpath("catalogue.toml").read_text("utf-8"))


def _entry(row: dict[str, Any]) -> CatalogueEntry:
    return CatalogueEntry(
        name=row["name"],
        title=row["title"],
        repository=row["repository"],
        quant=row["quant"],
        kind=Kind(row["kind"]),
        skills=frozenset(Skill(skill) for skill in row["skills"]),
        licence=row["licence"],
        parameters=row["parameters"],
        active_parameters=row.get("active_parameters", row["parameters"]),
        size_bytes=row["size_bytes"],
        projector_bytes=row.get("projector_bytes", 0),
        context_tokens=row["context_tokens"],
        rank=row["rank"],
        thinks_first=row.get("thinks_first", False),
        aliases=tuple(row.get("aliases", ())),
    )
