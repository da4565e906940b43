"""`load`: bring a model into memory before anybody asks it anything."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping

from aspen.channel.framing import Frame
from aspen.core.errors import Misused
from aspen.service.frames import progress_frame
from aspen.service.here import require
from aspen.service.pins import check_weights_of
from aspen.service.preparing import prepare
from aspen.workspace import Workspace

Json = Mapping[str, object]


async def load(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Load one model or assistant by its `name`, with frames of progress; it stays as long as after an answer.

    Raises NotFound, WeightsChanged, and what preparing and loading raise.
    """
    name = arguments.get("name")
    if not isinstance(name, str) or not name:
        raise Misused("`name` must be the name of a model.")
    chosen = require(workspace.choose(name))
    async for frame in check_weights_of(workspace, chosen):
        yield frame
    prepared = await prepare(workspace, chosen, None if chosen.assistant is None else chosen.assistant.context_tokens)
    async for progress in workspace.engines.load(prepared.card.name, prepared.spec):
        yield progress_frame(progress)
    told = {"name": prepared.card.name, "context_tokens": prepared.spec.context_tokens}
    yield {"result": {"schema": 1, **told, "notes": list(prepared.notes)}}
