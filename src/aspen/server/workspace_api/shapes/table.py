"""The arguments and the result of every verb that the app may use."""

from __future__ import annotations

from typing import Any

from aspen.server.workspace_api.shapes import answers, conversations, files, models, places, settings, turns, walls

SHAPES: dict[str, tuple[Any, Any]] = {
    **answers.SHAPES,
    **conversations.SHAPES,
    **turns.SHAPES,
    **files.SHAPES,
    **models.SHAPES,
    **places.SHAPES,
    **settings.SHAPES,
    **walls.SHAPES,
}
