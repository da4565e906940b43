"""The life of one request, from words to answer. Read this file first.

    label  →  route  →  answer

The words get the strictest label of everything that goes along with them. Routing decides on that label, and its
decision is the first thing that comes out, so that nobody has to guess where words went. Then one model is asked: the
engine on this machine, or, behind the gate, a cloud model. What comes back streams through unchanged.

Local failure is an error with a remedy. There is no fallback here that could carry words further than was decided.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Protocol, cast

from aspen.core.answer import Event
from aspen.core.decision import Decision, Refusal, Route
from aspen.core.protocols import Model
from aspen.core.request import Request
from aspen.privacy.joining import with_joined_label
from aspen.routing.candidate import Candidate, Situation
from aspen.routing.choosing import choose


class Models(Protocol):
    """The models that could be asked, and the way to one of them."""

    def candidates(self, request: Request, /) -> Sequence[Candidate]:
        """What is known of each, best first, and what this request could cost there."""
        ...

    def situation(self, request: Request, /) -> Situation:
        """The rules, the money spent, the switches, and where the words of this request came from."""
        ...

    def open(self, name: str) -> Model:
        """Return the model of a name, the nearest where several have it; nothing is loaded or sent yet."""
        ...


async def ask(request: Request, models: Models) -> AsyncIterator[Decision | Event]:
    """Answer one request: first the decision, then the events of the answer, the last of them `Finished`.

    A refusal ends the stream. Closing the stream cancels the answer. Raises what the model raises.
    """
    labelled = with_joined_label(request)
    decision = choose(labelled, models.candidates(labelled), models.situation(labelled))
    yield decision
    match decision:
        case Refusal():
            return
        case Route(model=name):
            answer = models.open(name).answer(labelled)
            async with aclosing(cast("AsyncGenerator[Event]", answer)) as events:
                async for event in events:
                    yield event
