"""The verbs of files without a reader: what a test says was read of each file, and the passages that it tells of."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aspen.core.errors import NotFound

Json = Mapping[str, Any]

PLAIN = {"kind": "text", "words": 12, "lines": 3, "tokens": 20}


@dataclass(slots=True, kw_only=True)
class ScriptedFiles:
    """`facts` say what is read of a file by its name, `passages` what a number opens, `ahead` what is looked up.

    `received` are the bytes of every file by its name.
    """

    facts: dict[str, Json] = field(default_factory=dict[str, Json])
    passages: dict[int, Json] = field(default_factory=dict[int, Json])
    ahead: dict[str, object] = field(default_factory=dict[str, object])
    received: dict[str, bytes] = field(default_factory=dict[str, bytes])
    removed: list[str] = field(default_factory=list[str])
    _files: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    _ids: count[int] = field(default_factory=lambda: count(1))

    def verbs(self) -> dict[str, Callable[[Json], Json]]:
        return {
            "attach_file": self._attach,
            "attach_path": lambda told: self._keep(told["path"].split("/")[-1], told, path=told["path"]),
            "detach_file": self._detach,
            "look_ahead": lambda _: {"model": "scripted", "sees_pictures": True, "in_passages": [], **self.ahead},
            "passage": self._passage,
            "picture": self._picture,
        }

    def waiting(self, conversation: str) -> list[Json]:
        return [each for each in self._files.values() if each["draft"] == conversation]

    def took_along(self, files: Sequence[str]) -> Json:
        """Return what a question that takes files along has of them."""
        taken = [self._files[file] for file in files]
        for each in taken:
            each["draft"] = None
        numbered = [
            {"name": told["name"], "number": number, "words": told["words"], "size_bytes": 9, "kind": "text"}
            for number, told in self.passages.items()
        ]
        return {"attached": taken, "files": numbered if taken else []}

    def _attach(self, told: Json) -> Json:
        self.received[told["name"]] = base64.b64decode(told["base64"])
        return self._keep(told["name"], told, path=None)

    def _keep(self, name: str, told: Json, *, path: str | None) -> Json:
        file = f"attached:{next(self._ids)}"
        known: Json = {**PLAIN, "notes": [], "word": None, **self.facts.get(name, {})}
        self._files[file] = {"file": file, "name": name, "path": path, "draft": told["conversation"], **known}
        return self._files[file]

    def _detach(self, told: Json) -> Json:
        self.removed.append(self._files.pop(told["file"])["name"])
        return {}

    def _passage(self, told: Json) -> Json:
        found = self.passages.get(told["number"])
        if found is None:
            raise NotFound("No such passage.")
        return {"before": "", "after": "", **found}

    def _picture(self, told: Json) -> Json:
        name = self._files[told["file"]]["name"]
        return {"media_type": "image/png", "base64": base64.b64encode(self.received[name]).decode()}
