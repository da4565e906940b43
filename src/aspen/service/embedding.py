"""`embed`: texts into vectors. Always on this machine: an embedding gives away what it was made of."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import cast

from aspen.channel.framing import Frame
from aspen.core.errors import Misused
from aspen.service.here import require
from aspen.service.preparing import prepare
from aspen.workspace import Workspace


async def embed(workspace: Workspace, arguments: Mapping[str, object]) -> AsyncGenerator[Frame]:
    """Turn texts into vectors, locally; `input` is a list of texts."""
    texts = arguments.get("input")
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in cast("list[object]", texts)):
        raise Misused("`input` must be a list of texts.")
    name = arguments.get("model")
    chosen = require(workspace.choose(name if isinstance(name, str) else None))
    prepared = await prepare(workspace, chosen, None, embeds=True)
    vectors = await prepared.model(workspace).embed(tuple(cast("list[str]", texts)))
    yield {"result": {"schema": 1, "model": prepared.card.name, "vectors": [list(vector) for vector in vectors]}}
