"""How far words may travel, and why: the label that every message carries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


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
    """A sensitivity with its source and the reasons a person may read, in sorted order."""

    sensitivity: Sensitivity
    source: LabelSource
    reasons: tuple[str, ...] = ()

    def join(self, other: Label) -> Label:
        """Return the stricter of the two: associative, commutative, idempotent, never laxer.

        At equal sensitivity the weightier source stands and the reasons of both are kept.
        """
        if self.sensitivity != other.sensitivity:
            return max(self, other, key=lambda label: label.sensitivity)
        return Label(
            sensitivity=self.sensitivity,
            source=max(self.source, other.source),
            reasons=tuple(sorted({*self.reasons, *other.reasons})),
        )


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
