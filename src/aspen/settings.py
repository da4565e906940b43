"""Configuration, read once at the edge and passed on as one frozen value.

Order: environment (`ASPEN_…`), then `settings.toml` in the configuration folder, then what was chosen in the
workspace, then the defaults below. An unknown key or a value of the wrong kind is an error: a setting that is not
obeyed is worse than none.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from platformdirs import PlatformDirs

from aspen.core.errors import BadSetting
from aspen.core.isolation import JailLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Where Aspen keeps things. `ASPEN_HOME` puts all of them under one folder."""

    data: Path
    config: Path
    state: Path
    cache: Path

    @property
    def shelf(self) -> Path:
        """Models that Aspen itself holds: the starter, and files that the user added."""
        return self.data / "models"

    @property
    def assistants(self) -> Path:
        return self.data / "assistants"

    @property
    def store(self) -> Path:
        """What is remembered: conversations, labels, projects. Opened by the core alone."""
        return self.data / "store.sqlite"

    @property
    def vault(self) -> Path:
        """Which keyring holds the store's key; never the key itself."""
        return self.data / "vault"

    @property
    def gate(self) -> Path:
        """The gate's own folder: ledger, connections, keys. Nobody else may write it."""
        return self.state / "gate"

    @property
    def rules(self) -> Path:
        """What may leave, in the user's own words."""
        return self.config / "rules.toml"

    @property
    def spool(self) -> Path:
        """Records of downloads, until there is a ledger to take them."""
        return self.state / "fetched.jsonl"

    @property
    def log(self) -> Path:
        return self.state / "aspen.log"

    @property
    def settings(self) -> Path:
        """What the person writes; nobody else does."""
        return self.config / "settings.toml"

    @property
    def chosen_settings(self) -> Path:
        """What the person chose in the workspace: names of `CHOOSABLE` and nothing else."""
        return self.data / "chosen-settings.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a person may change. Times in seconds; None lets Aspen choose by measurement."""

    idle_exit_seconds: float = 600.0
    engine_idle_unload_seconds: float = 300.0
    least_jail_level: JailLevel | None = None
    default_model: str | None = None
    cloud_model: str | None = None
    cloud_proxy: str | None = None
    context_tokens: int | None = None
    engine_slots: int = 4
    engine_threads: int | None = None
    gpu_layers: int | None = None
    own_words: tuple[str, ...] = ()
    own_patterns: tuple[str, ...] = ()


def read_folders(environment: Mapping[str, str] = os.environ) -> Folders:
    """Find the folders by `ASPEN_HOME`, else by the platform's own convention (XDG on Linux)."""
    if home := environment.get("ASPEN_HOME"):
        root = Path(home).expanduser().absolute()
        return Folders(data=root / "data", config=root / "config", state=root / "state", cache=root / "cache")
    dirs = PlatformDirs("aspen", appauthor=False)
    return Folders(
        data=Path(dirs.user_data_dir),
        config=Path(dirs.user_config_dir),
        state=Path(dirs.user_state_dir),
        cache=Path(dirs.user_cache_dir),
    )


class SaidBy(StrEnum):
    """Where a setting's value comes from."""

    DEFAULT = "default"
    WORKSPACE = "workspace"
    FILE = "file"
    ENVIRONMENT = "environment"


CHOOSABLE = ("default_model", "engine_idle_unload_seconds", "idle_exit_seconds", "context_tokens")
"""What can be chosen in the workspace, and is therefore written by the core: none of it makes a wall any lower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The settings, and for each name who said it."""

    settings: Settings
    said_by: Mapping[str, SaidBy]


def read_settings(folders: Folders, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read what was chosen, the settings file and the environment.

    Raises BadSetting with the name of the key that cannot be used.
    """
    return read_told_settings(folders, environment).settings


def read_settings_of_people(folders: Folders, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings file and the environment alone, for a process that may not look into the data folder.

    What is chosen in the workspace is Aspen's own default here. Raises BadSetting as `read_settings` does.
    """
    return _told(folders, environment, {}).settings


def read_told_settings(folders: Folders, environment: Mapping[str, str] = os.environ) -> Told:
    """Read the settings as `read_settings` does, with who said each of them. Raises BadSetting."""
    return _told(folders, environment, read_chosen(folders.chosen_settings))


def _told(folders: Folders, environment: Mapping[str, str], chosen: Mapping[str, object]) -> Told:
    names = [field.name for field in fields(Settings)]
    written = _written(folders.settings)
    if unknown := sorted(set(written) - set(names)):
        raise BadSetting(
            f"The settings file {folders.settings} has a key that Aspen does not know: {unknown[0]}.",
            hint=f"Known keys: {', '.join(names)}.",
        )
    spoken = {name: value for name in names if (value := environment.get(f"ASPEN_{name.upper()}")) is not None}
    layers = {
        SaidBy.WORKSPACE: chosen,
        SaidBy.FILE: written,
        SaidBy.ENVIRONMENT: spoken,
    }
    said_by = dict.fromkeys(names, SaidBy.DEFAULT) | {name: by for by, layer in layers.items() for name in layer}
    values = {name: value for layer in layers.values() for name, value in layer.items()}
    parsed: dict[str, Any] = {name: parse_setting(name, value) for name, value in values.items()}
    return Told(settings=Settings(**parsed), said_by=said_by)


def parse_setting(name: str, value: object) -> object:
    """Return a setting's value as `Settings` holds it. Raises BadSetting."""
    return _PARSERS[name](name, value)


def read_chosen(path: Path) -> dict[str, object]:
    """Read what was chosen in the workspace. Raises BadSetting for a file that holds anything else."""
    try:
        told: object = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BadSetting(f"The file {path} cannot be read.", hint=f"Remove it: {error}") from error
    chosen = cast("dict[str, object]", told) if isinstance(told, dict) else {"": told}
    if unknown := sorted(set(chosen) - set(CHOOSABLE)):
        raise BadSetting(f"The file {path} holds what cannot be chosen: {unknown[0]}.", hint="Remove it.")
    return chosen


def _written(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(
            f"The settings file {path} cannot be read.", hint=f"Correct it or remove it: {error}"
        ) from error


def _positive_number(name: str, value: object) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if isinstance(value, bool) or not 0 < number < float("inf"):
        raise BadSetting(f"The setting {name} must be a positive number, not {value!r}.")
    return number


def _count(name: str, value: object) -> int:
    try:
        count = int(str(value))
    except ValueError:
        count = -1
    if isinstance(value, bool) or count < 0:
        raise BadSetting(f"The setting {name} must be a whole number, not {value!r}.")
    return count


def _at_least_one(name: str, value: object) -> int:
    if (count := _count(name, value)) == 0:
        raise BadSetting(f"The setting {name} must be at least 1.")
    return count


def _level(name: str, value: object) -> JailLevel:
    try:
        return JailLevel[str(value).upper()]
    except KeyError:
        levels = ", ".join(level.name for level in JailLevel)
        raise BadSetting(f"The setting {name} must be one of {levels}, not {value!r}.") from None


def _name(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadSetting(f"The setting {name} must be a name, not {value!r}.")
    return value


def _texts(name: str, value: object) -> tuple[str, ...]:
    """A list in the file; in the environment, text with a comma between two."""
    told = value.split(",") if isinstance(value, str) else value
    listed = cast("list[object]", told) if isinstance(told, list) else [None]
    if not all(isinstance(each, str) for each in listed):
        raise BadSetting(f"The setting {name} must be a list of texts, not {value!r}.")
    return tuple(text for each in cast("list[str]", listed) if (text := each.strip()))


_PARSERS = {
    "idle_exit_seconds": _positive_number,
    "engine_idle_unload_seconds": _positive_number,
    "least_jail_level": _level,
    "default_model": _name,
    "cloud_model": _name,
    "cloud_proxy": _name,
    "context_tokens": _at_least_one,
    "engine_slots": _at_least_one,
    "engine_threads": _at_least_one,
    "gpu_layers": _count,
    "own_words": _texts,
    "own_patterns": _texts,
}
