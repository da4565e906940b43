"""The folder of assistants: one JSON file each, whole or not there at all, readable by its owner alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from aspen.core.errors import Failed, Misused, NotFound
from aspen.library.assistant import Assistant
from aspen.library.assistant_json import decode_assistant, encode_assistant
from aspen.library.findings import StoreProblem
from aspen.library.json_files import not_written, read_json_object, write_json
from aspen.library.listing import is_file, list_folder, real_path
from aspen.library.names import check_name, file_stem

STORE: Final = "assistants"

_ENDING: Final = ".json"
_MOST_BYTES: Final = 16 << 20


def save_assistant(folder: Path, assistant: Assistant, *, replacing: bool = False) -> None:
    """Keep an assistant. Raises Misused for a name that is taken (unless `replacing`) or cannot be one."""
    path = _path(folder, assistant.name)
    if is_file(path) and not replacing:
        raise Misused(
            f"There is an assistant {assistant.name} already.",
            hint=f"`aspen rm {assistant.name}` removes it, or choose another name.",
        )
    write_json(path, encode_assistant(assistant))


def load_assistant(folder: Path, name: str) -> Assistant:
    """Return the assistant of that name, in any letter case. Raises NotFound, or Failed for a damaged file."""
    path = _path(folder, name)
    try:
        content = read_json_object(path, limit_bytes=_MOST_BYTES)
    except NotFound:
        raise NotFound(f"There is no assistant {name}.", hint="`aspen models` lists assistants too.") from None
    return decode_assistant(content, path)


def find_assistant(folder: Path, name: str) -> Assistant | None:
    """Return the assistant of that name, or None where there is none or the text cannot be one's name.

    For telling assistants from models. Raises Failed for a damaged file: it must not turn into another model.
    """
    try:
        return load_assistant(folder, name.removesuffix(":latest"))
    except (NotFound, Misused):
        return None


def list_assistants(folder: Path) -> tuple[tuple[Assistant, ...], tuple[StoreProblem, ...]]:
    """Return all assistants in the order of their names, and what is wrong with the files that hold none."""
    listing = list_folder(folder, root=real_path(folder), store=STORE, ending=_ENDING)
    assistants: list[Assistant] = []
    problems = list(listing.problems)
    for file in listing.files:
        path = folder / file.name
        try:
            assistants.append(decode_assistant(read_json_object(path, limit_bytes=_MOST_BYTES), path))
        except (Failed, NotFound) as error:
            problems.append(StoreProblem(store=STORE, path=path, sentence=error.sentence))
    return tuple(sorted(assistants, key=lambda one: one.name.casefold())), tuple(problems)


def remove_assistant(folder: Path, name: str) -> None:
    """Remove an assistant, damaged or not. Raises NotFound."""
    path = _path(folder, name)
    try:
        path.unlink()
    except FileNotFoundError:
        raise NotFound(f"There is no assistant {name}.", hint="`aspen models` lists assistants too.") from None
    except OSError as error:
        raise not_written(path, error) from error


def copy_assistant(folder: Path, source: str, target: str) -> Assistant:
    """Keep a copy under another name, bound to the same weights. Raises NotFound or Misused."""
    copy = replace(load_assistant(folder, source), name=check_name(target))
    save_assistant(folder, copy)
    return copy


def _path(folder: Path, name: str) -> Path:
    return folder / f"{file_stem(name)}{_ENDING}"
