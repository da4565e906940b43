"""A started program: lines in, lines out, and no descriptor beyond its three streams."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

import aspen
from aspen.launcher.children import Child, Line, copy_to_log, start_child

_PLAYER = """
import json, os, sys
told = json.loads(sys.stdin.readline())
print("not json")
print("[1]")
print(json.dumps({"echo": told}))
held = {}
for number in range(64):
    try:
        held[number] = os.readlink(f"/proc/self/fd/{number}")
    except OSError:
        pass
print(json.dumps({"held": held, "folder": os.getcwd(), "names": sorted(os.environ)}))
print("a secret? no: a warning", file=sys.stderr)
"""


_NOISY = """
import asyncio, os
from pathlib import Path
from aspen.launcher.children import copy_to_log, start_child

async def run():
    child = await start_child("noise", os.environ, Path.cwd())
    await copy_to_log(child, "noise")
    return await child.ended()

os.write(1, b"%d" % asyncio.run(run()))
"""


def _environment(folder: Path) -> Mapping[str, str]:
    (folder / "player.py").write_text(_PLAYER, "utf-8")
    packages = [str(folder), str(Path(aspen.__file__).parents[1])]
    return {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(packages), "LC_ALL": "C.UTF-8"}


async def _lines(child: Child) -> list[Line]:
    return [line async for line in child.lines()]


async def test_a_child_hears_one_line_and_its_objects_come_back(tmp_path: Path) -> None:
    child = await start_child("player", _environment(tmp_path), tmp_path)
    child.tell({"text": "ü"})
    echo, state = await _lines(child)
    log = await copy_to_log(child, "player")
    assert await child.ended() == 0
    assert echo == {"echo": {"text": "ü"}}
    assert state["folder"] == str(tmp_path)
    assert log == b"a secret? no: a warning\n"


async def test_a_child_holds_its_three_streams_and_nothing_else(tmp_path: Path) -> None:
    inherited = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(inherited, True)
    child = await start_child("player", _environment(tmp_path), tmp_path)
    child.tell({})
    _, state = await _lines(child)
    await copy_to_log(child, "player")
    await child.ended()
    os.close(inherited)
    held = cast("dict[str, str]", state["held"])
    assert sorted(held) == ["0", "1", "2"]
    assert held["0"].startswith("pipe:")  # an engine's walls let a socket through, so it must be none


async def test_a_child_has_no_variable_that_was_not_given(tmp_path: Path) -> None:
    child = await start_child("player", _environment(tmp_path), tmp_path)
    child.tell({})
    _, state = await _lines(child)
    await copy_to_log(child, "player")
    await child.ended()
    assert state["names"] == ["LC_ALL", "PATH", "PYTHONPATH"]


async def test_a_killed_child_says_so_and_leaves_no_descriptor(tmp_path: Path) -> None:
    child = await start_child("player", _environment(tmp_path), tmp_path)
    child.kill()
    assert await _lines(child) == []
    await copy_to_log(child, "player")
    assert await child.ended() == -signal.SIGKILL
    child.kill()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(child.stdin)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_a_log_that_cannot_be_written_keeps_no_child_waiting(tmp_path: Path) -> None:
    (tmp_path / "noise.py").write_text("import sys\nfor _ in range(5000): print('x' * 99, file=sys.stderr)\n", "utf-8")
    command, environment = [sys.executable, "-P", "-c", _NOISY], _environment(tmp_path)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command, check=False, stdout=subprocess.PIPE, stderr=full, cwd=tmp_path, env=environment, timeout=60
        )
    assert done.stdout == b"0"
