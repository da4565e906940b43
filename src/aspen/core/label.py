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

    Unset is always private. `beneath` is what somebody has said of a part of unset words, at its strictest: a person
    who is asked about the rest cannot let that part go further.
    """

    sensitivity: Sensitivity
    source: LabelSource
    reasons: tuple[str, ...] = ()
    providers: frozenset[str] | None = None
    beneath: Sensitivity = Sensitivity.PUBLIC

    def __post_init__(self) -> None:
        is_unset = self.source is LabelSource.UNSET
        if is_unset and self.sensitivity is not Sensitivity.PRIVATE:
            raise ValueError("what nobody has labelled is private")
        if self.beneath is not Sensitivity.PUBLIC and (not is_unset or self.beneath is Sensitivity.PRIVATE):
            raise ValueError("only unset words have something beneath them, and it is not private")

    def join(self, other: Label) -> Label:
        """Return the stricter of the two: associative, commutative, idempotent, never laxer.

        At equal sensitivity the weightier source stands and the reasons of both are kept. Words may leave only to
        providers that both allow.
        """
        providers = _both(self.providers, other.providers)
        if self.sensitivity != other.sensitivity:
            stricter = max(self, other, key=lambda label: label.sensitivity)
            return replace(stricter, providers=providers, beneath=self._beneath_both(other, stricter.source))
        source = max(self.source, other.source)
        return Label(
            sensitivity=self.sensitivity,
            source=source,
            reasons=tuple(sorted({*self.reasons, *other.reasons})),
            providers=providers,
            beneath=self._beneath_both(other, source),
        )

    @property
    def floor(self) -> Sensitivity:
        """What a person's yes cannot make laxer: the sensitivity itself, but for unset words what lies beneath."""
        return self.beneath if self.source is LabelSource.UNSET else self.sensitivity

    def _beneath_both(self, other: Label, source: LabelSource) -> Sensitivity:
        return max(self.floor, other.floor) if source is LabelSource.UNSET else Sensitivity.PUBLIC

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


_NOBODY_KNOWS = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DETECTED, reasons=("its label is damaged",))


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
        "beneath": label.beneath.name.lower(),
    }


def label_from_json(told: object) -> Label:
    """Rebuild a label. Whatever cannot be read as one stays here, and nobody can say otherwise."""
    if not isinstance(told, dict):
        return _NOBODY_KNOWS
    fields = cast("Mapping[str, object]", told)
    reasons, providers = _texts(fields.get("reasons")), fields.get("providers")
    named = None if providers is None else _texts(providers)
    sensitivity = Sensitivity.__members__.get(str(fields.get("sensitivity")).upper())
    source = LabelSource.__members__.get(str(fields.get("source")).upper())
    beneath = Sensitivity.__members__.get(str(fields.get("beneath", "public")).upper())
    if None in (sensitivity, source, reasons, beneath) or (providers is not None and named is None):
        return _NOBODY_KNOWS
    try:
        return Label(
            sensitivity=cast("Sensitivity", sensitivity),
            source=cast("LabelSource", source),
            reasons=reasons or (),
            providers=None if named is None else frozenset(named),
            beneath=cast("Sensitivity", beneath),
        )
    except ValueError:
        return _NOBODY_KNOWS


def _texts(told: object) -> tuple[str, ...] | None:
    if not isinstance(told, list) or not all(isinstance(each, str) for each in cast("list[object]", told)):
        return None
    return tuple(cast("list[str]", told))
