"""The words that people use for labels, and what they mean in code."""

from __future__ import annotations

from collections.abc import Mapping

from aspen.core.errors import Misused
from aspen.core.label import Label, LabelSource, Sensitivity

STAYS_HERE, MY_SERVERS, MAY_LEAVE = "stays-here", "my-servers", "may-leave"

SENSITIVITY_OF_WORD: Mapping[str, Sensitivity] = {
    STAYS_HERE: Sensitivity.PRIVATE,
    MY_SERVERS: Sensitivity.INTERNAL,
    MAY_LEAVE: Sensitivity.PUBLIC,
}

WORD_OF_SENSITIVITY: Mapping[Sensitivity, str] = {meaning: word for word, meaning in SENSITIVITY_OF_WORD.items()}

FATE_OF_SENSITIVITY: Mapping[Sensitivity, str] = {
    Sensitivity.PRIVATE: "stays on this computer",
    Sensitivity.INTERNAL: "may go to your own servers",
    Sensitivity.PUBLIC: "may leave",
}
"""What it means, in the middle of a sentence."""


def declared_label(word: str, reason: str = "", providers: frozenset[str] | None = None) -> Label:
    """Return the label that a person means by a word, with why it stands if that is not plain from elsewhere.

    Raises Misused for a word that is none of the three.
    """
    sensitivity = SENSITIVITY_OF_WORD.get(word)
    if sensitivity is None:
        raise Misused(f"There is no label {word!r}.", hint=f"Labels are {', '.join(SENSITIVITY_OF_WORD)}.")
    return Label(
        sensitivity=sensitivity, source=LabelSource.DECLARED, reasons=(reason,) if reason else (), providers=providers
    )
