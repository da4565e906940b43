"""Starting a script of this folder and killing it without warning."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

FAKES = Path(__file__).parent


def program(script: str, *words: object) -> subprocess.Popen[bytes]:
    """Start a script with pipes on all three streams."""
    command = [sys.executable, str(FAKES / script), *(str(word) for word in words)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def lines_until_killed(script: str, *words: object, after_seconds: float) -> list[str]:
    """Let a script run for a while after its first line, kill it with SIGKILL, and return its whole lines."""
    with program(script, *words) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.readline()
        assert first.endswith(b"\n"), process.stderr.read().decode()
        time.sleep(after_seconds)
        process.kill()
        rest = process.stdout.read()
        assert process.wait() == -9, process.stderr.read().decode()
    return (first + rest).decode().split("\n")[:-1]
