"""One wheel through `pip download`, with the user's own index settings, in a child process.

`--no-deps --only-binary :all:`: one file and nothing of any package is ever executed. What is relied on of pip: these
options, TMPDIR for unfinished files, which end in .whl too, and exit status 0 only with the wheel in `--dest`. Its
words are never read. The log is named because the user's own (PIP_LOG) could not be written from here.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from aspen.core.errors import AspenError, NotFound, Unreachable
from aspen.egress.partial_file import Report
from aspen.egress.pip_child import UNREACHED

_POLL_SECONDS = 0.2
_OPTIONS = (
    *("--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--no-input", "--quiet"),
    *("--disable-pip-version-check", "--progress-bar", "off", "--retries", "2"),
)


def download_wheel(requirement: str, folder: Path, environment: Mapping[str, str], report: Report) -> Path:
    """Fetch the wheel of a pinned requirement into `folder`, reporting its growth; return where it lies.

    Raises Unreachable or NotFound. The child dies with this process.
    """
    if importlib.util.find_spec("pip") is None:
        raise Unreachable("pip is missing, so PyPI cannot be asked.", hint="Install it: `python -m ensurepip`.")
    wheels, unfinished = folder / "wheels", folder / "tmp"
    unfinished.mkdir(parents=True, exist_ok=True)
    child = subprocess.Popen(
        [
            *(sys.executable, "-P", "-m", "aspen.egress.pip_child", str(os.getpid())),
            *("download", *_OPTIONS, "--dest", str(wheels), "--log", str(folder / "pip.log"), requirement),
        ],
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
        cwd=folder,
        env={**environment, "TMPDIR": str(unfinished)},
    )
    received_bytes = _wait(child, folder, report)
    found = sorted(wheels.glob("*.whl"))
    if child.returncode != 0 or len(found) != 1:
        raise _failed(requirement, child.returncode, received_bytes)
    return found[0]


def _wait(child: subprocess.Popen[bytes], folder: Path, report: Report) -> int:
    """Wait for the end of the child, whatever happens here; return the most bytes that were seen of its file."""
    most_bytes = 0
    with child:
        try:
            while child.poll() is None:
                most_bytes = max(most_bytes, _largest_wheel_bytes(folder))
                report(most_bytes)
                _wait_a_moment(child)
        finally:
            child.kill()
    return most_bytes


def _wait_a_moment(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(timeout=_POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return


def _largest_wheel_bytes(folder: Path) -> int:
    sizes = [0]
    for root, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):  # pip has just moved it
                sizes.append((Path(root) / name).lstat().st_size if name.endswith(".whl") else 0)
    return max(sizes)


def _failed(requirement: str, status: int, received_bytes: int) -> AspenError:
    facts = {"requirement": requirement, "exit_status": status, "received_bytes": received_bytes}
    if status == UNREACHED:
        return Unreachable(
            "PyPI could not be reached.", hint="Check the network and your pip settings, and try again.", facts=facts
        )
    if received_bytes > 0:
        return Unreachable("The download from PyPI was broken off.", hint="Try again.", facts=facts)
    return NotFound(
        f"The package index that pip uses did not offer {requirement}.",
        hint="Check your pip settings: `pip config list`.",
        facts=facts,
    )
