"""A home of its own for a real service: real launcher, core and engines, and proof that none of them is left."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aspen
from aspen.channel.address import SOCKET_NAME, runtime_folder
from aspen.channel.client import Session, open_session
from aspen.core.errors import AspenError
from aspen.library import starter
from aspen.settings import Folders, read_folders
from fakes.processes import Process, becomes, kill, processes

CLIENT = Path(__file__).with_name("channel_client.py")
LAUNCHER, CORE, ENGINE = "aspen.launcher", "aspen.service", "aspen.local.engine_child"
GATE = "aspen.egress.gate"
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What a client printed: the frames of one command, from the greeting to the result or the error."""

    code: int
    frames: tuple[dict[str, Any], ...]
    errors: str

    @property
    def pid(self) -> int:
        """The core that answered."""
        return self.frames[0]["hello"]["pid"]

    @property
    def result(self) -> dict[str, Any]:
        assert "result" in self.frames[-1], (self.frames[-1], self.errors)
        return self.frames[-1]["result"]

    @property
    def error(self) -> dict[str, Any]:
        assert self.frames, self.errors
        assert "error" in self.frames[-1], self.frames[-1]
        return self.frames[-1]["error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a person sees of a command line: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> dict[str, Any]:
        """The one object that `--json` prints."""
        return json.loads(self.out)


class ServiceHome:
    """Use as a context manager: leaving it ends every process that was started here, and fails if one had to be killed.

    `settings` are those of `aspen.settings.Settings`, given through the environment. `python` begins every command
    line: a test may put another interpreter there, or a program that becomes another user first.
    """

    def __init__(self, root: Path, **settings: object) -> None:
        self.root = root
        self.python: tuple[str, ...] = (sys.executable,)
        for name in ("home", "run", "tmp"):
            (root / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        packages = [str(Path(aspen.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        self.environment: dict[str, str] = {
            **{name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
            "PYTHONPATH": os.pathsep.join(part for part in packages if part),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(root / "home"),
            "TMPDIR": str(root / "tmp"),
            "XDG_RUNTIME_DIR": str(root / "run"),
            "ASPEN_HOME": str(root / "aspen"),
            "OLLAMA_MODELS": str(root / "home" / ".ollama" / "models"),  # and not those of a service on this machine
            **{f"ASPEN_{name.upper()}": str(value) for name, value in settings.items()},
        }
        self._sessions: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError, AspenError):
            if self.processes():
                self.stop()
        ended = becomes(lambda: not self.processes(), seconds=10.0)
        left = self.processes()
        for process in left:
            kill(process.pid)
        assert ended or kind, f"still running: {left}"

    @property
    def folders(self) -> Folders:
        return read_folders(self.environment)

    @property
    def runtime(self) -> Path:
        """The folder of this home's socket."""
        return runtime_folder(self.folders.data, self.environment)

    @property
    def socket(self) -> Path:
        return self.runtime / SOCKET_NAME

    @property
    def log(self) -> str:
        return self.folders.log.read_text("utf-8") if self.folders.log.exists() else ""

    def put_on_shelf(self, model: Path, name: str = starter.FILE_NAME) -> Path:
        """Place a model file on the shelf: a second name for the same bytes, or a copy across file systems."""
        self.folders.shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = self.folders.shelf / name
        try:
            os.link(model, place)
        except OSError:
            shutil.copyfile(model, place)
        return place

    def command(self, *words: str) -> list[str]:
        return [*self.python, "-P", str(CLIENT), *words]

    def run(self, *words: str, environment: Mapping[str, str] | None = None) -> Exchange:
        """Run one command to its end in a process of its own, which starts the service if need be."""
        done = subprocess.run(
            self.command(*words),
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            env={**self.environment, **(environment or {})},
            timeout=_TIMEOUT_SECONDS,
        )
        self._note_launchers()
        return exchange_of(done.returncode, done.stdout, done.stderr)

    def aspen(self, *words: str, piped: str = "", before: tuple[str, ...] = ()) -> Outcome:
        """Run a command line to its end, with `before` in front of it, as a person would."""
        done = subprocess.run(
            [*before, *self.python, "-P", "-m", "aspen", *words],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.root,
            env=self.environment,
            input=piped,
            timeout=_TIMEOUT_SECONDS,
        )
        self._note_launchers()
        return Outcome(code=done.returncode, out=done.stdout, err=done.stderr)

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """Start one command and leave it running; `finish` ends it."""
        return subprocess.Popen(
            self.command(*words),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env=self.environment,
        )

    def finish(self, client: subprocess.Popen[str]) -> Exchange:
        with client:
            output, errors = client.communicate(timeout=_TIMEOUT_SECONDS)
        self._note_launchers()
        return exchange_of(client.returncode, output, errors)

    def session(self) -> Session:
        """Connect to the service that runs."""
        session = open_session(self.runtime)
        self._note_launchers()
        return session

    def call(self, verb: str, **arguments: object) -> dict[str, Any]:
        """Run one command against the service that runs, and return its result."""
        with self.session() as session:
            return session.call(verb, arguments)

    def stop(self) -> None:
        """Tell the service to stop, and wait until nothing of it is left."""
        with self.session() as session:
            session.call("stop")
        assert becomes(lambda: not self.processes(), seconds=10.0), self.processes()

    def processes(self) -> list[Process]:
        """Everything that was started for this home and still runs, orphans included."""
        self._note_launchers()
        return [process for process in processes() if process.session in self._sessions]

    def pids(self, module: str) -> list[int]:
        return [process.pid for process in self.processes() if process.module == module]

    def _note_launchers(self) -> None:
        """A launcher leads a session, and all of its descendants stay in it, also when it has died."""
        self._sessions |= {process.session for process in processes() if self._is_launcher(process)}

    def _is_launcher(self, process: Process) -> bool:
        places = (str(self.root / "run"), str(self.root / "tmp"))
        return process.module == LAUNCHER and any(word.startswith(places) for word in process.command)


def exchange_of(code: int, output: str, errors: str) -> Exchange:
    return Exchange(code=code, frames=tuple(json.loads(line) for line in output.splitlines()), errors=errors)


def question(text: str, **more: object) -> dict[str, object]:
    """The arguments of `ask` for one message; sampling options go into `options`."""
    return {"messages": [{"role": "user", "content": text}], **more}


def texts(frames: Iterator[dict[str, object]]) -> Iterator[str]:
    """Yield the pieces of an answer as they come."""
    for frame in frames:
        if frame.get("event") == "text":
            yield str(frame["text"])


def long_question(text: str = "List numbers.") -> dict[str, object]:
    """A question whose answer cannot be short: the grammar asks for some hundred numbers."""
    schema = {"type": "array", "items": {"type": "integer"}, "minItems": 300}
    return question(text, schema=schema, options={"temperature": 0, "answer_tokens": 4000})
