"""How much room a model has for passages beside what was said, by the same estimate that routing goes by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aspen.core.message import Message
from aspen.core.model_card import ModelCard
from aspen.core.request import Limits
from aspen.routing.needs import BYTES_PER_TOKEN, needs_of
from aspen.service.ask_arguments import AskArguments

_BYTES_OF_A_DOCUMENT_TOKEN: Final = 4.0
"""Documents are measured by a laxer estimate than requests."""

_RESERVED_TOKENS: Final = 320
"""For the instruction, and for names and marks of passages; never more than an eighth of what is left."""

_BESIDE_WHAT_DOES_NOT_FIT: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """In tokens as documents are measured. `is_full` says that what was said fits no more even by itself."""

    tokens: int
    is_full: bool = False


def room_for_documents(asked: AskArguments, history: Sequence[Message], limits: Limits, cards: list[ModelCard]) -> Room:
    """Return what the smallest of the models leaves beside history, question and answer.

    Where the words alone do not fit, routing decides; then passages are taken as for a small model.
    """
    needs = needs_of(asked.request(None, (*history, *asked.messages), limits))
    left = min((-needs.excess_tokens(card) for card in cards), default=0)
    if left <= 0:
        return Room(tokens=_BESIDE_WHAT_DOES_NOT_FIT, is_full=True)
    left -= min(_RESERVED_TOKENS, left // 8)
    return Room(tokens=int(left * BYTES_PER_TOKEN / _BYTES_OF_A_DOCUMENT_TOKEN))
