"""A home whose every process lives in the closed network, with providers connected, and a person who answers.

home.connect("anthropic")
answer = home.ask("Hello", model=CLAUDE)     # the preview is approved by a person, as a terminal would
assert answer.error is None and world.since(mark).asked
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from world import World

from aspen.core.errors import AspenError
from aspen.settings import Folders
from fakes.gate_process import Person
from fakes.service_home import Outcome, ServiceHome

CLAUDE, GPT, GEMINI, MISTRAL = "claude-opus-5-5", "gpt-6.2-sol", "gemini-3.8-flash", "mistral-small-2603"
HOSTS = {
    "anthropic": "api.anthropic.com",
    "openai": "api.openai.com",
    "google": "generativelanguage.googleapis.com",
    "mistral": "api.mistral.ai",
}
SHORT: Mapping[str, object] = {"answer_tokens": 4, "temperature": 0}
"""Sampling for a local answer of which only the existence matters."""

Frame = Mapping[str, Any]
OnPreview = Callable[[Frame], None]


@dataclass(slots=True, kw_only=True)
class Answered:
    """What came of one question: every frame, the previews that a person was shown, and the error that ended it."""

    frames: list[Frame] = field(default_factory=list[Frame])
    previews: list[Frame] = field(default_factory=list[Frame])
    error: AspenError | None = None

    @property
    def result(self) -> dict[str, Any]:
        assert self.error is None, self.error
        return self.frames[-1]["result"]

    @property
    def decision(self) -> Frame:
        """The decision, which precedes everything else."""
        return next(frame for frame in self.frames if frame.get("event") == "decision")

    @property
    def is_refused(self) -> bool:
        """Whether it was decided, before anybody could be asked, that this stays here."""
        return self.decision["kind"] == "refusal"

    @property
    def why(self) -> str:
        return " ".join(reason["words"] for reason in self.decision["reasons"])

    @property
    def text(self) -> str:
        return "".join(frame["text"] for frame in self.frames if frame.get("event") == "text")


class ClosedHome(ServiceHome):
    """As `ServiceHome`; `work` is the folder in which its person works."""

    def __init__(self, root: Path, world: World, **settings: object) -> None:
        super().__init__(root, **settings)
        self.world = world
        self.python = world.inside(self.python)
        self.papers = root / "home" / "papers"
        self.papers.mkdir(parents=True)

    @property
    def person(self) -> Person:
        """Somebody at the gate's own socket."""
        return Person(self.runtime)

    def connect(self, *names: str, key: str | None = None) -> None:
        """Connect shipped providers by the command line, their key in a file."""
        for name in names:
            done = self.aspen(
                *("cloud", "add", name, "--key-in-file"),
                piped=(key or self.world.key) + "\n",
            )
            assert done.code == 0, done

    def file(self, place: str, text: str) -> Path:
        """Write a file below the working folder."""
        path = self.papers / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def declare(self, path: Path, label: str, *providers: str) -> None:
        """Say what may happen to a file or folder, as `aspen keep` and `aspen allow` do."""
        self.call("declare_label", path=str(path), label=label, providers=list(providers))

    def ask(self, text: str, *, on_preview: OnPreview | None = None, **arguments: Any) -> Answered:
        """Ask, and have a person approve what is shown, unless `on_preview` is to do something else with it.

        `arguments` are those of the verb, in whose place `messages` may stand for the text.
        """
        asked = {"messages": [{"role": "user", "content": text}], "folder": str(self.papers), **arguments}
        answered = Answered()
        try:
            with self.session() as session:
                for frame in session.stream("ask", asked):
                    answered.frames.append(frame)
                    if frame.get("event") == "awaiting_approval":
                        answered.previews.append(self._look(frame))
                        (on_preview or self.person.approve)(frame)
        except AspenError as error:
            answered.error = error
        return answered

    def ask_here(self, text: str, **arguments: Any) -> Answered:
        """Ask the model on this machine for a few tokens."""
        return self.ask(text, model="local", options=SHORT, **arguments)

    def ledger(self, *verdicts: str) -> list[dict[str, Any]]:
        """Return the entries, oldest first, of these verdicts or of all."""
        return self.person.call("ledger_list", verdicts=list(verdicts), limit=1000)["entries"][::-1]

    def waiting(self) -> list[dict[str, Any]]:
        """Return what waits for a person."""
        return self.person.call("pending")["pending"]

    def _look(self, frame: Frame) -> Frame:
        """What the person is shown, with the exact bytes."""
        told = self.person.call("preview", nonce=frame["nonce"])
        return {**told, "body": base64.b64decode(told["body_base64"])}


def files_below(root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield all that lies on the disk below a folder, but weights of models."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.suffix != ".gguf":
            with suppress(OSError):
                yield str(path.relative_to(root)), path.read_bytes()


def files_of(folders: Folders, root: Path) -> dict[str, bytes]:
    """Return what Aspen has on its disk, and what lies in its temporary folder."""
    places = {"store": folders.data, "rules": folders.config, "state": folders.state, "cache": folders.cache}
    return {
        f"{name}/{path}": content
        for name, folder in {**places, "temporary files": root / "tmp", "runtime": root / "run"}.items()
        for path, content in files_below(folder)
    }


def processes_of(home: ServiceHome) -> dict[str, bytes]:
    """Return the command lines and environments of all of a home's processes, as far as they can be read."""
    told: dict[str, bytes] = {}
    for process in home.processes():
        for name in ("cmdline", "environ"):
            with suppress(OSError):
                told[f"{name} of {process.module} {process.pid}"] = Path(f"/proc/{process.pid}/{name}").read_bytes()
    return told


def printed(outcome: Outcome) -> dict[str, bytes]:
    """Return what a command line has printed."""
    return {"standard output": outcome.out.encode(), "standard error": outcome.err.encode()}


def is_root() -> bool:
    return os.getuid() == 0
