"""Commands about what is on this disk: list the models, show one, remember a file of the user's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

from aspen.channel.framing import Frame
from aspen.core.errors import AspenError, BadSetting, Misused
from aspen.core.model_card import ModelFile
from aspen.library.assistants import find_assistant, list_assistants
from aspen.library.find import Inventory, resolve
from aspen.library.findings import StoreProblem
from aspen.library.gguf_names import read_quant
from aspen.library.shelf import add_file
from aspen.local.gguf_header import GgufHeader, read_header
from aspen.local.quantisation import reads_prompts_slowly
from aspen.service.assistants import assistant_json
from aspen.service.elsewhere import connected_now
from aspen.service.fitting import fit_of
from aspen.service.removing import removals
from aspen.workspace import Workspace

Json = Mapping[str, object]


async def models(workspace: Workspace, _arguments: Json) -> AsyncGenerator[Frame]:
    """List every model of every store with how it fits, the assistants, those elsewhere, and what could not be used."""
    inventory = await asyncio.to_thread(workspace.inventory)
    listed = await asyncio.to_thread(_listed, workspace, inventory)
    assistants, broken = list_assistants(workspace.folders.assistants)
    elsewhere, unread = _elsewhere(workspace)
    problems = [
        {"store": problem.store, "path": str(problem.path), "sentence": problem.sentence}
        for problem in (*inventory.problems, *broken, *unread)
    ]
    own = [{"name": one.name, "model": one.model, "system": one.system} for one in assistants]
    found = {"models": listed, "assistants": own, "elsewhere": elsewhere, "problems": problems}
    yield {"result": {"schema": 1, "default": await asyncio.to_thread(_default, workspace), **found}}


def _default(workspace: Workspace) -> str | None:
    """Who answers where nobody is named; None where nobody could."""
    try:
        chosen = workspace.choose(None)
    except AspenError:  # the one that is set is not here: asking says so
        return None
    return None if chosen is None else chosen.name


def _elsewhere(workspace: Workspace) -> tuple[list[Frame], tuple[StoreProblem, ...]]:
    """The models of those who are connected. A list that cannot be read hides no model that is here."""
    try:
        connected = connected_now(workspace.folders)
    except BadSetting as error:
        return [], (StoreProblem(store="cloud", path=workspace.folders.gate, sentence=error.sentence),)
    return [
        {"name": card.name, "provider": provider.name, "title": provider.title, "zone": provider.zone.name.lower()}
        for provider in connected
        for card in provider.models
    ], ()


def _listed(workspace: Workspace, inventory: Inventory) -> list[Frame]:
    removal = removals(workspace)
    return [{**_model_json(workspace, model), "removal": removal(model)} for model in inventory.models]


async def show(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Show one assistant or one model with what its header says.

    Raises NotFound or BadModelFile.
    """
    name = str(arguments.get("name", ""))
    if assistant := find_assistant(workspace.folders.assistants, name):
        yield {"result": assistant_json(assistant)}
        return
    model = resolve(workspace.inventory(), name)
    header = await asyncio.to_thread(read_header, model.path)
    yield {
        "result": {
            "schema": 1,
            "kind": "model",
            **_model_json(workspace, model),
            "file_version": header.version,
            "tensor_types": dict(header.bytes_by_type),
            "chat_template": header.chat_template,
            "paths": [str(path) for path in model.paths],
            "projector": str(model.projector) if model.projector else None,
            "advice": reads_prompts_slowly(header, workspace.hardware().instruction_sets),
        }
    }


async def add(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Remember a GGUF file where it lies, after checking it.

    Raises BadModelFile, NotFound or Misused.
    """
    path, name = Path(str(arguments.get("path", ""))), arguments.get("name")
    if not path.is_absolute():
        raise Misused(f"{path} must be an absolute path.")
    header = await asyncio.to_thread(read_header, path)
    header.require_model()
    model = add_file(workspace.folders.shelf, path, name if isinstance(name, str) else None)
    yield {"result": {"schema": 1, "name": model.name, "path": str(model.path)}}


def _model_json(workspace: Workspace, model: ModelFile) -> Frame:
    """One row of `aspen models`. A file that cannot be used says why and hides nothing else."""
    known: Frame = {
        "name": model.name,
        "aliases": list(model.aliases),
        "store": model.store,
        "path": str(model.path),
        "size_bytes": model.size_bytes,
        "quantization": read_quant(model.path.name),
    }
    try:
        header = read_header(model.path)
        return {**known, **_header_json(workspace, header, model), "problem": None}
    except AspenError as error:
        return {**known, **dict.fromkeys(_HEADER_FIELDS), "skills": [], "problem": error.sentence}


_HEADER_FIELDS = ("architecture", "parameters", "context_tokens", "fit", "words_per_second")


def _header_json(workspace: Workspace, header: GgufHeader, model: ModelFile) -> Frame:
    fit = fit_of(workspace, header)
    skills = ["embed"] if header.is_embedder else ["chat"]
    return {
        "architecture": header.architecture,
        "parameters": header.parameters,
        "context_tokens": header.require_model().context_tokens,
        "skills": [*skills, *(["vision"] if model.projector else [])],
        "fit": fit.sentence,
        "words_per_second": None if fit.words_per_second is None else round(fit.words_per_second, 1),
    }
