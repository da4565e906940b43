"""What is committed belongs to nobody's machine: no path of the one it was written on, no host in a lock file."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from standards.repository import ROOT, committed_files, shown

LOCK_FILE = re.compile(r".*\.lock|.*-lock\.(json|ya?ml)|requirements.*\.txt|constraints.*\.txt|npm-shrinkwrap\.json")
HOST = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s\"'/]+", re.IGNORECASE)
LARGEST_BYTES = 1_000_000


def paths_of_this_machine() -> list[str]:
    """Return the checkout, the home folder and the environment that runs this, as they would be written."""
    own = [ROOT, Path.home()] + ([Path(sys.prefix)] if sys.prefix != sys.base_prefix else [])
    return [f"{path}/" for path in own if len(path.parts) > 1]


def hosts_in_lock(name: str, text: str) -> list[str]:
    """Return the addresses in a lock file; other files may name some."""
    return HOST.findall(text) if LOCK_FILE.fullmatch(name) else []


def texts() -> Iterator[tuple[Path, str]]:
    for path in committed_files():
        try:
            yield path, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def test_no_file_names_a_path_of_this_machine() -> None:
    own = paths_of_this_machine()
    assert own
    assert [shown(path) for path, text in texts() if any(place in text for place in own)] == []


def test_no_lock_file_names_a_download_host() -> None:
    assert [shown(path) for path, text in texts() if hosts_in_lock(path.name, text)] == []


@pytest.mark.parametrize(
    ("name", "text", "is_found"),
    [
        ("uv.lock", 'source = { registry = "https://index.example/simple" }', True),
        ("package-lock.json", '{"resolved": "https://registry.example/a.tgz"}', True),
        ("requirements-dev.txt", "click==8.2.0 --hash=sha256:00", False),
        ("README.md", "https://example.org", False),
    ],
)
def test_a_host_counts_in_a_lock_file(name: str, text: str, is_found: bool) -> None:
    assert bool(hosts_in_lock(name, text)) == is_found


def test_no_weights_and_no_archives_are_committed() -> None:
    large = {shown(path): path.stat().st_size for path in committed_files() if path.stat().st_size > LARGEST_BYTES}
    assert large == {}
    assert [shown(path) for path in committed_files() if path.suffix in {".gguf", ".whl", ".zip", ".safetensors"}] == []
