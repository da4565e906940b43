"""The settings that hold, who said each of them, and the change of those that a person may choose in the workspace.

What stands in the person's own file or in the environment goes before a choice, so it cannot be chosen otherwise here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import asdict
from enum import Enum

from aspen.channel.framing import Frame
from aspen.core.errors import Misused
from aspen.library.json_files import write_json
from aspen.settings import CHOOSABLE, SaidBy, Told, parse_setting, read_chosen, read_told_settings
from aspen.workspace import Workspace

Json = Mapping[str, object]


async def settings(workspace: Workspace, _arguments: Json) -> AsyncGenerator[Frame]:
    """List all settings. Raises BadSetting where the file was changed into one that cannot be read."""
    told = read_told_settings(workspace.folders, workspace.environment)
    yield {"result": _shown(workspace, told)}


async def change_setting(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Choose one setting (`name`, `value`; a null value is Aspen's own choice again), which holds at once.

    Raises Misused, BadSetting, NotFound for a model that is not here, NotWritable, DiskFull.
    """
    name, value = str(arguments.get("name")), arguments.get("value")
    _check_choosable(name, read_told_settings(workspace.folders, workspace.environment))
    if value is not None:
        value = parse_setting(name, value)
        if name == "default_model":
            workspace.choose(str(value))
    async with workspace.choosing_settings:  # two choices at once would write one file
        await asyncio.to_thread(_keep, workspace, name, value)
        told = read_told_settings(workspace.folders, workspace.environment)
        workspace.take_settings(told.settings)
    yield {"result": _shown(workspace, told)}


def _check_choosable(name: str, told: Told) -> None:
    if name not in CHOOSABLE:
        raise Misused(f"{name} cannot be chosen here.", hint="Settings that are no matter of taste stand in a file.")
    if told.said_by[name] in (SaidBy.FILE, SaidBy.ENVIRONMENT):
        place = "in your settings file" if told.said_by[name] is SaidBy.FILE else "in the environment"
        raise Misused(f"{name} is said {place}, which goes before what is chosen here.", hint="Change it there.")


def _keep(workspace: Workspace, name: str, value: object) -> None:
    path = workspace.folders.chosen_settings
    chosen = {known: each for known, each in read_chosen(path).items() if known != name}
    write_json(path, chosen if value is None else {**chosen, name: value})


def _shown(workspace: Workspace, told: Told) -> Frame:
    return {
        "schema": 1,
        "path": str(workspace.folders.settings),
        "values": {name: _plain(value) for name, value in asdict(told.settings).items()},
        "said_by": {name: by.value for name, by in told.said_by.items()},
        "choosable": [name for name in CHOOSABLE if told.said_by[name] in (SaidBy.DEFAULT, SaidBy.WORKSPACE)],
    }


def _plain(value: object) -> object:
    return value.name if isinstance(value, Enum) else value
