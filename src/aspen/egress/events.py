"""What the fetcher says: newline-delimited JSON, one event a line, the last one `Done`, `FilesFound` or `Failure`."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from aspen.core.errors import AspenError, Misused, error_of_code
from aspen.egress.json_object import JsonObject

_LEAST_SECONDS_BETWEEN = 0.1


class Step(StrEnum):
    """What the bytes of a progress event are being: fetched, or read again to check them."""

    DOWNLOAD = "download"
    VERIFY = "verify"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoFile:
    """A file of a repository; `sha256` is None for the rare file that the hub does not keep in LFS."""

    name: str
    size_bytes: int
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesFound:
    """The GGUF files of a repository at one commit, in the hub's order."""

    commit: str
    files: tuple[RepoFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchProgress:
    """How many bytes of `what` are here, those of earlier runs included."""

    what: str
    done: int
    total: int
    step: Step = Step.DOWNLOAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The files that are now on the disk (or, for a removal, no longer are), and their SHA-256 in the same order."""

    paths: tuple[Path, ...]
    sha256: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An AspenError on its way through a pipe."""

    code: str
    sentence: str
    hint: str = ""
    retryable: bool = False
    facts: Mapping[str, object] = field(default_factory=dict[str, object])

    @classmethod
    def of(cls, error: AspenError) -> Failure:
        """Describe an error."""
        return cls(
            code=error.code,
            sentence=error.sentence,
            hint=error.hint,
            retryable=error.retryable,
            facts=error.facts,
        )

    def as_error(self) -> AspenError:
        """Make the error again on the other side."""
        return error_of_code(self.code)(self.sentence, hint=self.hint, facts=self.facts)


FetchEvent = FilesFound | FetchProgress | Done | Failure


def write_event(event: FetchEvent) -> str:
    """Return the event as one line of JSON, with its line end."""
    return json.dumps(_as_object(event), default=str) + "\n"


def read_event(line: str | bytes) -> FetchEvent:
    """Read one event. Raises Misused for a line that no fetcher of this version writes."""
    values = JsonObject.parse(line, "event")
    kind = values.text("event")
    event: FetchEvent
    match kind:
        case "files":
            files = tuple(_read_file(entry) for entry in values.objects("files"))
            event = FilesFound(commit=values.text("commit"), files=files)
        case "progress":
            event = _read_progress(values)
        case "done":
            event = Done(paths=values.paths("paths"), sha256=values.texts("sha256"))
        case "error":
            event = _read_failure(values)
        case _:
            raise Misused(f"The fetcher's event {kind!r} is not known.")
    values.finish()
    return event


class EventWriter:
    """Writes events to a descriptor; of progress at most ten a second, besides the first and last of each step."""

    def __init__(self, descriptor: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._descriptor = descriptor
        self._monotonic = monotonic
        self._last_subject: tuple[str, Step] | None = None
        self._last_at = 0.0

    def write(self, event: FetchEvent) -> None:
        """Write one event now. Raises BrokenPipeError when nobody listens any more."""
        rest = memoryview(write_event(event).encode())
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def progress(self, what: str, done: int, total: int, step: Step = Step.DOWNLOAD) -> None:
        """Tell how far a file has come, unless that was told a moment ago."""
        now, subject = self._monotonic(), (what, step)
        if subject == self._last_subject and done < total and now - self._last_at < _LEAST_SECONDS_BETWEEN:
            return
        self._last_subject, self._last_at = subject, now
        self.write(FetchProgress(what=what, done=done, total=total, step=step))


def _as_object(event: FetchEvent) -> dict[str, object]:
    match event:
        case FilesFound():
            files = [{"name": file.name, "size_bytes": file.size_bytes, "sha256": file.sha256} for file in event.files]
            return {"event": "files", "commit": event.commit, "files": files}
        case FetchProgress():
            counts = {"done": event.done, "total": event.total}
            return {"event": "progress", "what": event.what, **counts, "step": event.step.value}
        case Done():
            return {"event": "done", "paths": [str(path) for path in event.paths], "sha256": list(event.sha256)}
        case Failure():
            said = {"sentence": event.sentence, "hint": event.hint, "retryable": event.retryable}
            return {"event": "error", "code": event.code, **said, "facts": dict(event.facts)}


def _read_file(values: JsonObject) -> RepoFile:
    file = RepoFile(
        name=values.text("name"), size_bytes=values.count("size_bytes"), sha256=values.optional_text("sha256")
    )
    values.finish()
    return file


def _read_progress(values: JsonObject) -> FetchProgress:
    step = values.text("step")
    if step not in set(Step):
        raise Misused(f"The fetcher's step {step!r} is not known.")
    return FetchProgress(
        what=values.text("what"), done=values.count("done"), total=values.count("total"), step=Step(step)
    )


def _read_failure(values: JsonObject) -> Failure:
    return Failure(
        code=values.text("code"),
        sentence=values.text("sentence"),
        hint=values.text("hint"),
        retryable=values.flag("retryable"),
        facts=values.mapping("facts"),
    )
