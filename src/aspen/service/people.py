"""Has words that would leave looked through for people, where the reader for it is installed. Only ever adds hints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from aspen.core.decision import Route
from aspen.core.egress import Hint
from aspen.core.model_card import Zone
from aspen.core.request import Request
from aspen.privacy.detection.finding import Finding
from aspen.privacy.detection.labelling import NamedText
from aspen.privacy.detection.people import MOST_CHARACTERS, hints_of, people_in, pieces_of
from aspen.privacy.joining import with_joined_label
from aspen.readers.reader_client import ReaderClient
from aspen.routing.choosing import choose
from aspen.service.at_hand import ModelsAtHand

_LEAST_SECONDS: Final = 10.0
_SECONDS_FOR_A_CHARACTER: Final = 0.0005
"""Twenty times what it takes on a machine that is not busy."""


def would_leave(models: ModelsAtHand, request: Request) -> bool:
    """Whether these words would be sent elsewhere as things stand, or shown for that."""
    labelled = with_joined_label(request)
    decision = choose(labelled, models.candidates(labelled), models.situation(labelled))
    return isinstance(decision, Route) and models.card(decision.model).zone is not Zone.MACHINE


async def hints_of_people(people: ReaderClient, texts: Iterable[NamedText]) -> tuple[Hint, ...]:
    """Ask the reader for each piece of each text; a piece without an answer is a hit, and so is what is too long."""
    looked: list[tuple[str, Sequence[Finding] | None]] = []
    left = MOST_CHARACTERS
    for named in texts:
        text = _without_halves(named.text)
        if len(text) > left:
            looked.append(("", None))
        for piece in pieces_of(text[:left]):
            found = await _look(people, piece)
            looked.append((piece, found))
            if found is None:  # the rest of a broken reader's work would only take as long again
                return hints_of(looked)
        left = max(0, left - len(text))
    return hints_of(looked)


async def _look(people: ReaderClient, piece: str) -> tuple[Finding, ...] | None:
    told = await people.ask({"text": piece}, _LEAST_SECONDS + _SECONDS_FOR_A_CHARACTER * len(piece))
    if told is None:
        return None
    try:
        return people_in(piece, told)
    except ValueError:
        return None


def _without_halves(text: str) -> str:
    """Put a question mark for each half of a surrogate pair, which no library of others can read."""
    return text.encode("utf-8", "replace").decode("utf-8")
