"""One launcher for each data home: a lock that the kernel frees, and a note of where its holder listens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aspen.launcher.lock import noted_runtime, take_lock

_HOLD = (
    "import sys; from pathlib import Path; from aspen.launcher.lock import take_lock;"
    "print(take_lock(Path(sys.argv[1]), Path('/run/of/the/other')) is not None, flush=True); sys.stdin.read()"
)


def test_one_holder_at_a_time_and_the_next_one_after_it(tmp_path: Path) -> None:
    first = take_lock(tmp_path, Path("/run/first"))
    assert first is not None
    assert take_lock(tmp_path, Path("/run/second")) is None
    assert noted_runtime(tmp_path) == Path("/run/first")
    os.close(first)
    second = take_lock(tmp_path, Path("/run/2"))
    assert second is not None
    assert noted_runtime(tmp_path) == Path("/run/2")
    os.close(second)


def test_a_holder_that_is_killed_holds_it_no_more(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"True\n"
        assert take_lock(tmp_path, Path("/mine")) is None
        assert noted_runtime(tmp_path) == Path("/run/of/the/other")
        other.kill()
        other.wait()
    lock = take_lock(tmp_path, Path("/mine"))
    assert lock is not None
    os.close(lock)


def test_a_home_without_a_launcher_has_no_note(tmp_path: Path) -> None:
    assert noted_runtime(tmp_path) is None
    assert noted_runtime(tmp_path / "missing") is None
    (tmp_path / "service.lock").touch()
    assert noted_runtime(tmp_path) is None


def test_only_its_owner_may_read_the_lock(tmp_path: Path) -> None:
    lock = take_lock(tmp_path, Path("/run/mine"))
    assert lock is not None
    os.close(lock)
    assert (tmp_path / "service.lock").stat().st_mode & 0o777 == 0o600


def test_a_home_that_is_missing_is_the_caller_s_to_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        take_lock(tmp_path / "missing", Path("/run/mine"))
