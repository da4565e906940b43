"""A home of its own for a benchmark: a fresh `ASPEN_HOME` with the model on its shelf, and `aspen` run in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aspen.library import starter


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """`environment` points every Aspen process at this home."""

    environment: Mapping[str, str]

    def json(self, *words: str) -> dict[str, object]:
        """Run `aspen WORDS --json` and return what it prints."""
        command = [sys.executable, "-m", "aspen", *words, "--json"]
        done = subprocess.run(command, env=self.environment, check=True, capture_output=True)
        return json.loads(done.stdout)

    def seconds_to_first_byte(self, *words: str) -> float:
        """Run `aspen WORDS` and return the seconds from its start to the first byte of its answer."""
        command = [sys.executable, "-m", "aspen", *words]
        started = time.perf_counter()
        with subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        ) as running:
            assert running.stdout is not None
            os.read(running.stdout.fileno(), 1)
            elapsed = time.perf_counter() - started
            running.stdout.read()
        return elapsed


@contextmanager
def fresh_home(model: Path) -> Generator[Home]:
    """Make a home with `model` on its shelf as the starter; end its service afterwards."""
    with tempfile.TemporaryDirectory(prefix="aspen-benchmark-") as folder:
        root = Path(folder)
        shelf = root / "home" / "data" / "models"
        shelf.mkdir(parents=True)
        shutil.copyfile(model, shelf / starter.FILE_NAME)
        (root / "run").mkdir(mode=0o700)
        places = {"HOME": str(root), "ASPEN_HOME": str(root / "home"), "XDG_RUNTIME_DIR": str(root / "run")}
        home = Home(environment={**os.environ, **places})
        try:
            yield home
        finally:
            home.json("stop")
