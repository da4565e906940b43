"""A process that has sealed itself can still load the detectors and look through a text."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import aspen
from aspen.jail.landlock import kernel_abi

KEY = "AKIA" + "IOSFODNN7EXAMPLE"

SEALED = """
import socket, sys
from pathlib import Path
from aspen.jail.seal import seal_this_process

ours, _theirs = socket.socketpair()
seal_this_process(ours.fileno(), (Path(sys.argv[1]),))
try:
    socket.socket()
except PermissionError:
    print("sealed")

from aspen.privacy.detection.detecting import find

print([each.what for each in find(sys.argv[2])])
"""


@pytest.mark.skipif(sys.platform != "linux" or kernel_abi() < 1, reason="needs the seal of Linux")
def test_a_sealed_process_loads_the_rules_and_finds_a_secret(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SEALED, str(tmp_path), f"my key is {KEY}"],
        env={**os.environ, "PYTHONPATH": str(Path(aspen.__file__).parent.parent), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == ["sealed", "['a secret (AWS access token)']"], done.stderr
