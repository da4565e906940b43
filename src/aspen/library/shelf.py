"""Aspen's own shelf: GGUF files that lie in its folder, and files of the user's that stay where they are.

`aspen add` copies nothing: `added.json` remembers the path. A file that has moved since is a problem, not a crash.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from aspen.core.errors import BadModelFile, Failed, Misused, NotFound
from aspen.core.model_card import ModelFile
from aspen.library import starter
from aspen.library.findings import Finding, Findings, StoreProblem
from aspen.library.flat_folder import find_in
from aspen.library.gguf_names import group_files, split_stem
from aspen.library.json_files import (
    as_list,
    as_object,
    as_text,
    not_written,
    open_regular,
    read_json_object,
    write_json,
)
from aspen.library.listing import list_folder, real_path
from aspen.library.model_files import many_models_in_a_folder, models_of
from aspen.library.names import check_name
from aspen.library.stores import SHELF, STORES

LOOSE_FILE: Final = "file"
"""The store name of a file that was named by its path and added to nothing."""

_SCHEMA: Final = 1
_ADDED_BYTES: Final = 4 << 20
_MAGIC: Final = b"GGUF"


def find_models(shelf: Path) -> Findings:
    """Yield what was added, then what lies on the shelf itself; the starter bears its own name."""
    try:
        added = added_paths(shelf)
    except Failed as error:
        added = {}
        yield StoreProblem(store=SHELF, path=_added_file(shelf), sentence=error.sentence)
    for name, path in added.items():
        yield _look_at_added(name, path)
    for finding in find_in(shelf, store=SHELF):
        if isinstance(finding, ModelFile) and finding.path.name == starter.FILE_NAME:
            yield replace(finding, name=starter.NAME, aliases=(starter.ALIAS,))
        else:
            yield finding


def add_file(shelf: Path, path: Path, name: str | None = None) -> ModelFile:
    """Remember a GGUF file where it lies, by a given name or its own. `path` is absolute.

    Raises NotFound, BadModelFile or Misused for what is no such file or name, and Failed when the list of added
    files is broken: it is never overwritten.
    """
    model = open_file(path)
    chosen = check_name(name if name is not None else _name_of(path))
    added = added_paths(shelf)
    taken = {known.casefold(): place for known, place in added.items()}
    if taken.get(chosen.casefold(), model.path) != model.path:
        raise Misused(
            f"The name {chosen} already stands for {taken[chosen.casefold()]}.", hint="Give another one with --name."
        )
    kept = {known: place for known, place in added.items() if known.casefold() != chosen.casefold()}
    _write_added(shelf, {**kept, chosen: model.path})
    return replace(model, name=chosen, store=SHELF)


def remove_model(shelf: Path, model: ModelFile) -> tuple[Path, ...]:
    """Forget a model that was added, or delete one that lies on the shelf; return the files that were deleted.

    Raises Misused for a model of another application's: those are never written.
    """
    if model.store != SHELF:
        raise Misused(f"{model.name} belongs to {_owner(model.store)}, and Aspen never writes there.", hint=_way(model))
    added = added_paths(shelf)
    if added.get(model.name) == model.path:
        _write_added(shelf, {name: path for name, path in added.items() if name != model.name})
        return ()
    for path in model.paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise not_written(path, error) from error
    return model.paths


def removal_by_owner(model: ModelFile) -> str | None:
    """Return how a person removes a model of another application; None where nobody is known who could."""
    row = next((row for row in STORES if row.name == model.store), None)
    return row.removal.format(name=model.name) if row else None


def open_file(path: Path) -> ModelFile:
    """Make a model of one GGUF file that the user named by its path, with its other parts and its projector.

    Only the file's first four bytes are read. Raises NotFound or BadModelFile.
    """
    try:
        folder = real_path(path.parent)
        with open_regular(folder / path.name) as file:
            magic = file.read(len(_MAGIC))
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"There is no file {path}.", facts={"path": str(path)}) from None
    except OSError as error:
        raise BadModelFile(f"{path} cannot be read ({error.strerror}).", facts={"path": str(path)}) from error
    except ValueError as error:
        raise NotFound(f"{str(path)!a} cannot be a path.") from error
    if magic != _MAGIC:
        raise BadModelFile(
            f"{path} is not a GGUF file.",
            hint="Aspen runs GGUF files; `aspen pull` fetches some.",
            facts={"path": str(path), "first_bytes": magic.hex()},
        )
    return _with_siblings(folder, path.name)


def _with_siblings(folder: Path, name: str) -> ModelFile:
    stem = split_stem(name)
    listing = list_folder(folder, root=Path(folder.anchor), store=LOOSE_FILE)
    grouped = group_files(listing.files)
    for broken in grouped.incomplete:
        if broken.stem == stem:
            raise BadModelFile(
                f"{folder / name} is one of {broken.parts} parts, and {broken.missing[0]} is not beside it.",
                facts={"parts": broken.parts, "missing": list(broken.missing)},
            )
    for found in models_of(
        folder,
        grouped,
        store=LOOSE_FILE,
        names=lambda weights: split_stem(weights.parts[0]),
        pick=many_models_in_a_folder,
    ):
        if isinstance(found, ModelFile) and folder / name in found.paths:
            return found
    # Any other ending, such as a blob of Ollama's: one file, no siblings.
    path = folder / name
    return ModelFile(name=stem, store=LOOSE_FILE, paths=(path,), size_bytes=path.stat().st_size)


def _look_at_added(name: str, path: Path) -> Finding:
    try:
        return replace(open_file(path), name=name, store=SHELF)
    except (NotFound, BadModelFile) as error:
        return StoreProblem(store=SHELF, path=path, sentence=f"{name} was added, but is unusable: {error.sentence}")


def _name_of(path: Path) -> str:
    return re.sub(r"-*[^A-Za-z0-9._-]+-*", "-", split_stem(path.name)).strip("-._")


def _added_file(shelf: Path) -> Path:
    return shelf / "added.json"


def added_paths(shelf: Path) -> dict[str, Path]:
    """Return the files that were added, by name. Raises Failed for a list that cannot be read."""
    try:
        content = read_json_object(_added_file(shelf), limit_bytes=_ADDED_BYTES)
    except NotFound:
        return {}
    if content.get("schema") != _SCHEMA:
        raise Failed(
            f"{_added_file(shelf)} was written by another version of Aspen.", facts={"schema": content.get("schema")}
        )
    entries = [entry for value in as_list(content.get("models")) if (entry := as_object(value))]
    return {
        name: Path(path)
        for entry in entries
        if (name := as_text(entry.get("name"))) and (path := as_text(entry.get("path"))) and "\0" not in path
    }


def _write_added(shelf: Path, added: dict[str, Path]) -> None:
    models = [{"name": name, "path": str(path)} for name, path in added.items()]
    write_json(_added_file(shelf), {"schema": _SCHEMA, "models": models})


def _owner(store: str) -> str:
    return next((row.title for row in STORES if row.name == store), "somebody else")


def _way(model: ModelFile) -> str:
    way = removal_by_owner(model)
    return f"It can be removed with: {way}" if way else "Remove the file by hand."
