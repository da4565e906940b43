"""A home whose window is a real Chromium without a screen, driven by DevTools, and proof that nothing of it is left."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from devtools import DevTools

import aspen
from aspen.window.opening import running_window
from fakes.processes import becomes, kill, processes
from fakes.service_home import Outcome, ServiceHome

ORDINARY_ID = 65534
CHROMIUM = shutil.which("chromium")
_RUNNER = Path(__file__).with_name("run_aspen.py")
_BECOME = ("setpriv", f"--reuid={ORDINARY_ID}", f"--regid={ORDINARY_ID}", "--clear-groups")
_SYSTEM_PYTHON = "/usr/bin/python3"
_TIMEOUT_SECONDS = 90.0
_PAGE, _OK = "http://aspen.localhost/", 200
_HEADLESS = "--headless=new"
# DevTools by pipe are the descriptors 3 and 4.
_SCRIPT = """#!/bin/sh
exec {program} {headless} --disable-gpu --remote-debugging-pipe "$@" 3<{pipes}/in 4>{pipes}/out
"""


class WindowHome:
    """`browser` drives the window's browser. `before` goes in front of every command line."""

    def __init__(self, home: ServiceHome, program: str, display: str = "") -> None:
        self.home = home
        self.before: tuple[str, ...] = ()
        self.runner = _RUNNER
        self.folder = home.root / "browser"
        self.folder.mkdir()
        self.folder.chmod(0o755)
        self.browser = DevTools(self.folder)
        script = self.folder / "chromium"
        headless = "" if display else _HEADLESS
        script.write_text(_SCRIPT.format(program=program, headless=headless, pipes=self.folder), "utf-8")
        script.chmod(0o755)
        home.environment |= {"PATH": f"{self.folder}:{os.environ['PATH']}", "DISPLAY": display or ":0"}

    def command(self, *words: str) -> list[str]:
        return [*self.before, *self.home.python, "-P", str(self.runner), *words]

    def aspen(self, *words: str, **environment: str) -> Outcome:
        """Run a command line to its end."""
        done = subprocess.run(
            self.command(*words),
            check=False,
            capture_output=True,
            text=True,
            cwd=self.home.root,
            env={**self.home.environment, **environment},
            stdin=subprocess.DEVNULL,
            timeout=_TIMEOUT_SECONDS,
        )
        self.home.processes()
        return Outcome(code=done.returncode, out=done.stdout, err=done.stderr)

    def open(self) -> None:
        opened = self.aspen("open", "--window")
        assert opened.code == 0, (opened.err, self.home.log)

    def told(self) -> dict[str, object]:
        """What the window says of itself."""
        told = running_window(self.home.runtime)
        assert told is not None
        return told

    def pid(self, name: str) -> int:
        pid = self.told()[f"{name}_pid"]
        assert isinstance(pid, int)
        return pid

    def is_in(self) -> bool:
        """Whether the page has a session: the start page goes on to the page itself only then."""
        return (
            self.browser.becomes("location.href", lambda href: href == _PAGE) == _PAGE
            and self.browser.becomes("fetch('/api/runs').then(answer => answer.status)", lambda told: told == _OK)
            == _OK
        )

    def pids(self) -> list[int]:
        """Every process of the window that runs: each names a folder of this home, or is the forwarder."""
        place = str(self.home.root)
        named = {
            process.pid
            for process in processes()
            if process.module.startswith("aspen.window") or "chrom" in " ".join(process.command[:1])
            if any(place in word for word in process.command)
        }
        return sorted(named | {process.pid for process in processes() if process.parent in named})

    def close(self) -> None:
        """End the window as closing it does, and fail when something of it stays."""
        for process in processes():
            if process.module == "aspen.window" and process.pid in self.pids():
                os.kill(process.pid, 15)
        has_ended = becomes(lambda: not self.pids())
        left = self.pids()
        for pid in left:
            kill(pid)
        self.browser.close()
        assert has_ended, left


@contextmanager
def window_home(root: Path, *, display: str = "", as_ordinary: bool = False) -> Generator[WindowHome]:
    """Give a home without a model, whose window is on `display` or on no screen at all.

    `as_ordinary` runs everything in it as somebody who is not root.
    """
    assert CHROMIUM is not None
    with ExitStack() as stack:
        home = stack.enter_context(ServiceHome(root))
        window = WindowHome(home, CHROMIUM, display)
        if as_ordinary:
            _become_ordinary(window)
            stack.callback(window.aspen, "stop")
        stack.callback(window.close)
        yield window


@contextmanager
def screen() -> Generator[str]:
    """Give the name of a display that nobody sees."""
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1200x800x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=(writer,), stderr=subprocess.DEVNULL) as server:
        os.close(writer)
        with os.fdopen(reader) as told:
            number = told.readline().strip()
        try:
            yield f":{number}"
        finally:
            server.terminate()


@contextmanager
def open_folder() -> Generator[Path]:
    """Give a folder that another user can reach, with a name so short that Chromium finds room for its socket there."""
    with tempfile.TemporaryDirectory(prefix="aspen-test-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def _become_ordinary(window: WindowHome) -> None:
    home = window.home
    packages = home.root / "packages"
    shutil.copytree(Path(aspen.__file__).parent, packages / "aspen")
    window.runner = Path(shutil.copy(_RUNNER, packages))
    home.environment["PYTHONPATH"] = os.pathsep.join((str(packages), sysconfig.get_path("platlib")))
    for path in (home.root, *home.root.rglob("*")):
        if packages not in (path, *path.parents):
            os.chown(path, ORDINARY_ID, ORDINARY_ID)
    home.python = next(
        (
            (*_BECOME, python)
            for python in (sys.executable, _SYSTEM_PYTHON)
            if not subprocess.run(
                [
                    *_BECOME,
                    python,
                    "-c",
                    "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import re2'])",
                ],
                check=False,
                capture_output=True,
                env=home.environment,
                cwd="/",
            ).returncode
        ),
        (),
    )
