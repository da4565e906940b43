"""Commands that fetch: pull a model, prepare a machine for going offline.

This process has no network. It decides what to fetch; another one fetches, and records it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import cast

from aspen.channel.framing import Frame
from aspen.core.errors import NotFound
from aspen.library import catalogue
from aspen.library.references import (
    CatalogueReference,
    ChosenFiles,
    HubReference,
    NameReference,
    choose_file,
    hub_reference,
    parse_reference,
)
from aspen.service.fitting import fit_of_size
from aspen.service.frames import progress_frame
from aspen.service.preparing import prepare
from aspen.service.starting import fetch_starter, run_fetch
from aspen.workspace import Workspace

Json = Mapping[str, object]


async def pull(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Download a model into the shared Hugging Face cache: first the plan, then progress, then what is there."""
    reference = _hub_reference(str(arguments.get("reference", "")))
    sizes = await _list_files(workspace, reference)
    prefer_repacked = not workspace.hardware().gpus
    chosen = choose_file(reference, sizes, prefer_repacked=prefer_repacked)
    files = (*chosen.parts, *([chosen.projector] if chosen.projector else []))
    needed_bytes = chosen.size_bytes + chosen.projector_bytes
    free_disk_bytes = workspace.check_room(needed_bytes)
    yield {**_plan(workspace, reference, chosen, files), "free_disk_bytes": free_disk_bytes}
    async with aclosing(run_fetch(workspace, workspace.pull_task(reference, files))) as frames:
        async for frame in frames:
            if "done" not in frame or "event" in frame:
                yield frame
            else:
                yield {"result": _pulled(workspace, cast("Json", frame["done"]), needed_bytes)}


def _hub_reference(text: str) -> HubReference:
    match parse_reference(text):
        case HubReference() as reference:
            return reference
        case CatalogueReference(name=name, quant=quant):
            entry = catalogue.find(name)
            assert entry is not None
            reference = hub_reference(entry)
            return reference if quant is None else HubReference(org=reference.org, repo=reference.repo, quant=quant)
        case NameReference(name=name):
            known = ", ".join(entry.name for entry in catalogue.entries())
            raise NotFound(
                f"Aspen knows no model named {name} to fetch.",
                hint=f"Name a repository of Hugging Face (org/repo:QUANT), or one of: {known}.",
            )


async def _list_files(workspace: Workspace, reference: HubReference) -> Mapping[str, int]:
    """Ask the hub what the repository holds, before the first byte of any of it."""
    found: Json = {}
    async for frame in run_fetch(workspace, workspace.list_task(reference)):
        found = cast("Json", frame.get("done", found))
    files = cast("list[Mapping[str, object]]", found.get("files") or [])
    return {str(file["name"]): cast("int", file["size_bytes"]) for file in files}


def _plan(workspace: Workspace, reference: HubReference, chosen: ChosenFiles, files: tuple[str, ...]) -> Frame:
    fit = fit_of_size(workspace, chosen.size_bytes)
    return {
        "event": "plan",
        "name": f"{reference.repository}:{chosen.quant}" if chosen.quant else reference.repository,
        "files": list(files),
        "size_bytes": chosen.size_bytes + chosen.projector_bytes,
        "fit": fit.sentence,
        "words_per_second": fit.words_per_second,
    }


def _pulled(workspace: Workspace, done: Json, size_bytes: int) -> Frame:
    """Name what was pulled the way `aspen models` does from now on."""
    paths = [Path(str(path)) for path in cast("list[object]", done.get("paths") or [])]
    real = {path.resolve() for path in paths}
    found = next((model for model in workspace.inventory().models if model.path.resolve() in real), None)
    return {
        "schema": 1,
        "name": found.name if found else str(paths[0]),
        "paths": [str(path) for path in paths],
        "size_bytes": size_bytes,
        "sha256": done.get("sha256"),
    }


async def setup(workspace: Workspace, _arguments: Json) -> AsyncGenerator[Frame]:
    """Make sure that a model is here and answers, so that the machine can go offline."""
    chosen = workspace.choose(None)
    if chosen is None:
        async for frame in fetch_starter(workspace):
            yield frame
        chosen = workspace.choose(None)
    assert chosen is not None
    prepared = await prepare(workspace, chosen, None)
    async for progress in workspace.engines.load(prepared.card.name, prepared.spec):
        yield progress_frame(progress)
    names = [model.name for model in workspace.inventory().models]
    notes = [f"{chosen.name} is loaded and ready. From now on Aspen needs no network."]
    yield {"result": {"schema": 1, "ready": True, "models": names, "notes": notes}}
