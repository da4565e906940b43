"""Runs the real engine once in a process of its own and returns what it logged."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping

_PROGRAM = """
import json, os, sys
import xllamacpp
kept = []
for number, settings in enumerate(json.load(sys.stdin)):
    os.write(2, b"@@@")
    params = xllamacpp.CommonParams()
    params.model.path = settings.pop("model")
    params.hostnames = [f"engine{number}.sock"]
    params.fit_params = params.warmup = False
    params.cache_ram_mib = 0
    params.verbosity = 4
    for name, value in settings.items():
        setattr(params, name, value)
    try:
        kept.append(xllamacpp.Server(params))
    except RuntimeError:
        pass
os._exit(0)
"""


def engine_logs(*settings: Mapping[str, object]) -> list[str]:
    """Load each of these settings (`model` is a path) in turn; one log for each."""
    with tempfile.TemporaryDirectory(prefix="eng") as folder:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            input=json.dumps(settings).encode(),
            capture_output=True,
            timeout=120,
            check=False,
            cwd=folder,
        )
    logs = done.stderr.decode("utf-8", errors="replace").split("@@@")[1:]
    assert len(logs) == len(settings), done.stderr.decode("utf-8", errors="replace")
    return logs
