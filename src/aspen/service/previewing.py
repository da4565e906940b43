"""What would leave, without sending it: the gate holds the bytes until a person has looked, and drops them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from aspen.channel.framing import Frame
from aspen.core.answer import AwaitingApproval
from aspen.core.decision import Refusal, Route
from aspen.core.errors import Declined
from aspen.core.request import Request
from aspen.privacy.joining import with_joined_label
from aspen.routing.choosing import choose
from aspen.service.at_hand import ModelsAtHand
from aspen.service.frames import decision_json, event_frame

_SCHEMA = 1


async def preview(models: ModelsAtHand, request: Request) -> AsyncGenerator[Frame]:
    """Decide as `ask` would, and have the gate hold what would leave. Nothing is sent and nothing is answered."""
    labelled = with_joined_label(request)
    decision = choose(labelled, models.candidates(labelled), models.situation(labelled))
    yield {"event": "decision", **decision_json(decision)}
    leaves = False
    match decision:
        case Refusal():
            pass
        case Route(model=name):
            outbound = models.outbound(labelled, name)
            if outbound is not None:
                leaves = True
                async with aclosing(models.elsewhere.gate.preview(outbound)) as events:
                    try:
                        async for event in events:
                            if isinstance(event, AwaitingApproval) and (frame := event_frame(event)):
                                yield frame
                    except Declined:
                        pass  # looked at, and dropped
    yield {"result": {"schema": _SCHEMA, "decision": decision_json(decision), "leaves": leaves}}
