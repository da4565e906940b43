"""Commands about assistants: make one, with its weights pinned, and copy one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

from aspen.channel.framing import Frame
from aspen.core.errors import Misused, NotFound
from aspen.library.assistant import Assistant, from_modelfile, to_modelfile
from aspen.library.assistants import copy_assistant, save_assistant
from aspen.library.modelfile import Modelfile, format_modelfile, is_go_template, parse_modelfile
from aspen.library.weights_pin import pin_weights
from aspen.local.gguf_header import read_header
from aspen.service.ask_arguments import read_limits
from aspen.service.pins import Hashing
from aspen.workspace import Workspace

Json = Mapping[str, object]


async def create(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Make an assistant from a Modelfile or from a model, a system prompt and parameters."""
    name = str(arguments.get("name", ""))
    modelfile = _modelfile(arguments)
    folder = Path(str(arguments.get("folder", "/")))
    chosen = workspace.choose(_source(modelfile.source, folder))
    if chosen is None or chosen.assistant is not None:
        raise Misused(f"{modelfile.source} is an assistant itself.", hint="Name the model that it stands on.")
    read_header(chosen.file.path).require_model()
    hashing = Hashing(workspace, chosen.file.name)
    pinning = asyncio.create_task(asyncio.to_thread(pin_weights, chosen.file, hashing.hash_files))
    async for frame in hashing.progress_of(pinning):
        yield frame
    made = from_modelfile(name, modelfile, folder, model=chosen.file, pin=await pinning)
    if chosen.file.store == "file":
        made = replace(made, model=str(chosen.file.path))
    if made.template is not None and is_go_template(made.template):
        made = replace(made, template=None)
    for adapter in made.adapters:
        if not adapter.path.is_file():
            raise NotFound(f"There is no adapter file {adapter.path}.")
    save_assistant(workspace.folders.assistants, made)
    yield {"result": {**assistant_json(made), "notes": list(modelfile.notes)}}


async def copy(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Copy an assistant under another name."""
    source, target = str(arguments.get("source", "")), str(arguments.get("target", ""))
    made = copy_assistant(workspace.folders.assistants, source, target)
    yield {"result": assistant_json(made)}


def assistant_json(assistant: Assistant) -> Frame:
    """An assistant as programs see it."""
    sampling = {name: getattr(assistant.sampling, name) for name in type(assistant.sampling).__dataclass_fields__}
    limits = {"context_tokens": assistant.context_tokens, "answer_tokens": assistant.answer_tokens}
    parameters = {name: value for name, value in {**sampling, **limits}.items() if value not in (None, ())}
    return {
        "schema": 1,
        "kind": "assistant",
        "name": assistant.name,
        "model": assistant.model,
        "system": assistant.system,
        "parameters": parameters,
        "weights_sha256": assistant.pin.sha256,
        "weights_bytes": assistant.pin.size_bytes,
        "adapters": [{"path": str(adapter.path), "scale": adapter.scale} for adapter in assistant.adapters],
        "modelfile": format_modelfile(to_modelfile(assistant)),
    }


def _source(written: str, folder: Path) -> str:
    """A path in a Modelfile is meant from the folder in which the Modelfile lies."""
    is_path = written.endswith(".gguf") and written.startswith((".", "~", "/"))
    return str((folder / Path(written).expanduser()).resolve()) if is_path else written


def _modelfile(arguments: Json) -> Modelfile:
    """Read what the assistant shall be: a Modelfile's text, or the single options of the command line."""
    if isinstance(text := arguments.get("modelfile"), str):
        return parse_modelfile(text)
    source, system = arguments.get("from"), arguments.get("system")
    if not isinstance(source, str) or not source:
        raise Misused("An assistant needs a model.", hint="Name one: --from MODEL, or -f Modelfile.")
    limits = read_limits(cast("Json", arguments.get("parameters") or {}))
    return Modelfile(
        source=source,
        sampling=limits.sampling,
        context_tokens=limits.context_tokens,
        answer_tokens=limits.answer_tokens,
        system=system if isinstance(system, str) else None,
    )
