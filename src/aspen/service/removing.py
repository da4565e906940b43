"""Removing a model or an assistant, and which of them are Aspen's to remove. The fetcher deletes what was pulled."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

from aspen.channel.framing import Frame
from aspen.core.errors import Misused
from aspen.core.model_card import ModelFile
from aspen.library.assistants import find_assistant, remove_assistant
from aspen.library.find import resolve
from aspen.library.shelf import added_paths, removal_by_owner, remove_model
from aspen.library.stores import SHELF
from aspen.service.starting import run_fetch
from aspen.workspace import Workspace

Json = Mapping[str, object]

_HUB_STORE = "huggingface"


async def remove(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Remove an assistant, forget a file that was added, or delete a model that Aspen fetched.

    Raises Misused for a model that belongs to another application.
    """
    name = str(arguments.get("name", ""))
    if find_assistant(workspace.folders.assistants, name):
        remove_assistant(workspace.folders.assistants, name)
        yield {"result": {"schema": 1, "kind": "assistant", "removed": []}}
        return
    model = resolve(workspace.inventory(), name, paths_allowed=False)
    await workspace.engines.unload(model.name)
    if model.store == _HUB_STORE and not _was_pulled_here(_fetched_sources(workspace), model.paths):
        raise Misused(
            f"{model.name} was not fetched by Aspen, so it is not Aspen's to delete.",
            hint="Remove it with: hf cache rm",
        )
    if model.store != _HUB_STORE:
        removed = remove_model(workspace.folders.shelf, model)
        yield {"result": {"schema": 1, "kind": "model", "removed": [str(path) for path in removed]}}
        return
    async for _ in run_fetch(workspace, workspace.remove_task(model.paths)):
        pass
    yield {"result": {"schema": 1, "kind": "model", "removed": [str(path) for path in model.paths]}}


def removals(workspace: Workspace) -> Callable[[ModelFile], Frame]:
    """Return what says of a model how it is removed: `kind`, and where that is not Aspen's to do the `way`.

    `delete` takes its files away, `forget` leaves them, `elsewhere` is another application's.
    """
    sources, added = _fetched_sources(workspace), added_paths(workspace.folders.shelf)

    def removal(model: ModelFile) -> Frame:
        if model.store == SHELF:
            return {"kind": "forget" if added.get(model.name) == model.path else "delete", "way": None}
        if model.store == _HUB_STORE and _was_pulled_here(sources, model.paths):
            return {"kind": "delete", "way": None}
        return {"kind": "elsewhere", "way": removal_by_owner(model)}

    return removal


def _was_pulled_here(sources: Sequence[str], paths: tuple[Path, ...]) -> bool:
    """Whether the record of downloads has these files as fetched: another application's are left alone."""
    return all(any(_is_source_of(path, source) for source in sources) for path in paths)


def _fetched_sources(workspace: Workspace) -> Sequence[str]:
    try:
        lines = workspace.folders.spool.read_text("utf-8").splitlines()
    except OSError:
        return ()
    records = [_record(line) for line in lines]
    return [str(record.get("source")) for record in records if record.get("outcome") == "fetched"]


def _record(line: str) -> Json:
    """One line of the record of downloads; empty for one that a crash or a full disk has cut off."""
    try:
        told: object = json.loads(line)
    except ValueError:
        return {}
    return cast("Json", told) if isinstance(told, dict) else {}


def _is_source_of(path: Path, source: str) -> bool:
    """`…/models--org--repo/snapshots/<commit>/<file>` comes from `…/org/repo/resolve/<revision>/<file>`."""
    repository, _, snapshot = str(path).partition("/snapshots/")
    file = snapshot.partition("/")[2]
    place = Path(repository).name.removeprefix("models--").replace("--", "/", 1)
    return bool(file) and f"/{place}/resolve/" in source and source.endswith(f"/{file}")
