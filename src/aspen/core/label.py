"""How far words may travel, and why: the label that every message carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import cast


class Sensitivity(IntEnum):
    """Ordered from lax to strict, so that joining is taking the maximum."""

    PUBLIC = 0
    INTERNAL = 1
    PRIVATE = 2


class LabelSource(IntEnum):
    """Who said so. Ordered by weight: a declaration outweighs a detection, which outweighs silence."""

    UNSET = 0
    DETECTED = 1
    DECLARED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A sensitivity with its source and the reasons a person may read, in sorted order.

    `providers` are the only ones that the words may leave to, by name; None is whoever the policy allows. It says
    nothing about words that may not leave at all.
    """

    sensitivity: Sensitivity
    source: LabelSource
    reasons: tuple[str, ...] = ()
    providers: frozenset[str] | None = None

    def join(self, other: Label) -> Label:
        """Return the stricter of the two: associative, commutative, idempotent, never laxer.

        At equal sensitivity the weightier source stands and the reasons of both are kept. Words may leave only to
        providers that both allow.
        """
        providers = _both(self.providers, other.providers)
        if self.sensitivity != other.sensitivity:
            stricter = max(self, other, key=lambda label: label.sensitivity)
            return replace(stricter, providers=providers)
        return Label(
            sensitivity=self.sensitivity,
            source=max(self.source, other.source),
            reasons=tuple(sorted({*self.reasons, *other.reasons})),
            providers=providers,
        )

    def allows(self, provider: str) -> bool:
        """Whether `providers` holds this one. Does not look at the sensitivity."""
        return self.providers is None or provider in self.providers


def _both(ours: frozenset[str] | None, theirs: frozenset[str] | None) -> frozenset[str] | None:
    if ours is None or theirs is None:
        return theirs if ours is None else ours
    return ours & theirs


UNSET = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.UNSET)
"""Nobody has said anything yet: private, for every path but the one exception of the design."""

PUBLIC = Label(sensitivity=Sensitivity.PUBLIC, source=LabelSource.DECLARED)
"""The identity of `join` for declared words: what Aspen itself wrote, such as a fixed instruction."""


def join_all(labels: Iterable[Label]) -> Label:
    """Join the labels of everything that goes into a request; nothing at all is unset."""
    joined: Label | None = None
    for label in labels:
        joined = label if joined is None else joined.join(label)
    return UNSET if joined is None else joined


def label_to_json(label: Label) -> dict[str, object]:
    """Flatten a label for a wire, a file or a table."""
    return {
        "sensitivity": label.sensitivity.name.lower(),
        "source": label.source.name.lower(),
        "reasons": list(label.reasons),
        "providers": None if label.providers is None else sorted(label.providers),
    }


def label_from_json(told: object) -> Label:
    """Rebuild a label. Whatever cannot be read as one is unset, and so stays here."""
    if not isinstance(told, dict):
        return UNSET
    fields = cast("Mapping[str, object]", told)
    reasons, providers = _texts(fields.get("reasons")), fields.get("providers")
    named = None if providers is None else _texts(providers)
    sensitivity = Sensitivity.__members__.get(str(fields.get("sensitivity")).upper())
    source = LabelSource.__members__.get(str(fields.get("source")).upper())
    if sensitivity is None or source is None or reasons is None or (providers is not None and named is None):
        return UNSET
    return Label(
        sensitivity=sensitivity,
        source=source,
        reasons=reasons,
        providers=None if named is None else frozenset(named),
    )


def _texts(told: object) -> tuple[str, ...] | None:
    if not isinstance(told, list) or not all(isinstance(each, str) for each in cast("list[object]", told)):
        return None
    return tuple(cast("list[str]", told))
