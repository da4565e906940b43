"""Turns findings into a label and hints. A label from here is only ever private: no finding is no opinion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from aspen.core.egress import Hint
from aspen.core.label import Label, LabelSource, Sensitivity
from aspen.privacy.detection.detecting import find
from aspen.privacy.detection.finding import Finding, Kind, Severity
from aspen.privacy.detection.own_words import NO_WORDS, OwnWords

_CERTAIN: Final = frozenset({Kind.OWN_WORD, Kind.UNSEEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedText:
    """A text and what people call the place where it stands: "notes.txt", "your message"."""

    name: str
    text: str


def label_of(texts: Iterable[NamedText], words: OwnWords = NO_WORDS) -> tuple[Label | None, tuple[Hint, ...]]:
    """Return the label that the texts must at least have, and what to show before they are sent.

    None says that nothing was found, which is no reason to send anything. Join it to the label that is there.
    """
    reasons: set[str] = set()
    shown: Counter[str] = Counter()
    for named in texts:
        found = find(named.text, words)
        reasons.update(_reasons(named, found))
        shown.update(each.kind.value for each in found if each.severity is Severity.SHOWN)
    hints = tuple(Hint(kind=kind, count=count) for kind, count in sorted(shown.items()))
    if not reasons:
        return None, hints
    return Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DETECTED, reasons=tuple(sorted(reasons))), hints


def _reasons(named: NamedText, found: Iterable[Finding]) -> Iterator[str]:
    """Say what stays here and where it first stands; a hundred card numbers are one reason."""
    first: dict[str, int] = {}
    count: Counter[str] = Counter()
    for each in found:
        if each.severity is Severity.STAYS_HERE:
            what = each.what if each.kind in _CERTAIN else f"what looks like {each.what}"
            first.setdefault(what, each.start)
            count[what] += 1
    for what, start in first.items():
        more = f" (and {count[what] - 1} more)" if count[what] > 1 else ""
        yield f"{named.name}{_line(named.text, start)}: {what}{more}"


def _line(text: str, start: int) -> str:
    """Name the line, in a text that has several."""
    line = text.count("\n", 0, start) + 1
    return f" line {line}" if "\n" in text.rstrip("\n") else ""
