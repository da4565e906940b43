"""The workspace: what a name means on this computer, and what the fetcher is told."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from aspen.core.engine_spec import EngineSpec
from aspen.core.errors import AspenError, BadSetting, DiskFull, NoKey, NotFound, StoreDamaged
from aspen.egress.tasks import FetchStarter, ListFiles, PullFiles, RemoveFiles, read_task
from aspen.library import starter
from aspen.library.references import HubReference
from aspen.settings import Settings, read_folders
from aspen.workspace import SHARE_OF_MEMORY_FOR_WEIGHTS, Workspace
from fakes.gguf_writer import changed, gguf
from fakes.scripted_host import ScriptedHost

_HELD_BYTES = 400 << 20
_HOLDS = f"kept = bytearray(b'x') * {_HELD_BYTES}; print(len(kept), flush=True); input()"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    folders = read_folders({"ASPEN_HOME": str(tmp_path / "aspen")})
    folders.shelf.mkdir(parents=True)
    workspace = Workspace.build(folders, Settings(), ScriptedHost())
    (tmp_path / "home").mkdir()
    workspace.home = tmp_path / "home"
    workspace.environment = {"OLLAMA_MODELS": str(tmp_path / "none")}
    return workspace


def _put(workspace: Workspace, name: str, content: bytes) -> Path:
    """Place a model in the folder of llama.cpp, where any file may lie."""
    folder = workspace.home / ".cache" / "llama.cpp"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def _chosen(workspace: Workspace, name: str | None = None) -> Path:
    chosen = workspace.choose(name)
    assert chosen is not None
    return chosen.file.path


def test_an_empty_computer_has_nothing_to_choose(workspace: Workspace) -> None:
    assert workspace.choose(None) is None
    assert workspace.inventory().models == ()


def test_a_name_that_is_not_here_is_said_so(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="nonsuch"):
        workspace.choose("nonsuch")


def test_the_largest_model_that_can_answer_is_the_default(workspace: Workspace) -> None:
    _put(workspace, "small-Q4_0.gguf", gguf())
    large = _put(workspace, "large-Q4_0.gguf", gguf() + bytes(1000))
    assert _chosen(workspace) == large


@pytest.mark.parametrize(
    "content",
    [
        b"GGUF" + bytes(20_000),
        b"a text" * 5000,
        gguf(changed(tokenizer__chat_template=None)) + bytes(10_000),
        gguf(changed(general__architecture="quux")) + bytes(10_000),
    ],
    ids=["damaged", "a text", "no chat template", "unknown architecture"],
)
def test_a_larger_file_that_cannot_answer_is_passed_over(workspace: Workspace, content: bytes) -> None:
    good = _put(workspace, "good-Q4_0.gguf", gguf())
    bad = _put(workspace, "bad-Q4_0.gguf", content)
    assert bad.stat().st_size > good.stat().st_size
    assert _chosen(workspace) == good
    bad.write_bytes(gguf() + bytes(50_000))
    assert _chosen(workspace) == bad  # what was mended counts at once


def test_a_computer_with_nothing_but_broken_files_has_nothing_to_choose(workspace: Workspace) -> None:
    _put(workspace, "bad-Q4_0.gguf", b"GGUF" + bytes(200))
    assert workspace.choose(None) is None


@pytest.fixture
def holder() -> Iterator[int]:
    """A process that holds as much memory as an engine."""
    command = [sys.executable, "-c", _HOLDS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.kill()


async def test_what_a_loaded_engine_holds_counts_as_free_when_the_default_is_chosen(
    workspace: Workspace, holder: int
) -> None:
    assert isinstance(workspace.host, ScriptedHost)
    workspace.host.pid = holder
    before = workspace.ceiling_bytes()
    spec = EngineSpec(model=(Path("/m"),), context_tokens=8, slots=1, batch_tokens=8, threads=1, spin_count=0)
    async for _ in workspace.engines.load("m", spec):
        pass
    assert workspace.ceiling_bytes() - before > SHARE_OF_MEMORY_FOR_WEIGHTS * _HELD_BYTES / 2


def test_the_default_of_the_settings_goes_before_the_largest(workspace: Workspace) -> None:
    small = _put(workspace, "small-Q4_0.gguf", gguf())
    _put(workspace, "large-Q4_0.gguf", gguf() + bytes(1000))
    workspace.settings = replace(workspace.settings, default_model=workspace.inventory().models[-1].name)
    assert _chosen(workspace) == small
    workspace.settings = replace(workspace.settings, default_model="gone")
    with pytest.raises(NotFound, match="gone"):
        workspace.choose(None)


def test_the_path_of_a_file_is_a_name_too(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(gguf())
    assert _chosen(workspace, str(file)) == file


def _told(task: Mapping[str, object]) -> object:
    """Read a task back as the fetcher does."""
    return read_task(json.dumps(task))


def test_the_fetcher_is_told_the_starter_with_its_hashes_and_where_to_put_it(workspace: Workspace) -> None:
    task = cast("FetchStarter", _told(workspace.starter_task()))
    assert (task.requirement, task.gguf_sha256) == (starter.REQUIREMENT, starter.GGUF_SHA256)
    assert (task.shelf, task.spool) == (workspace.folders.shelf, workspace.folders.spool)


def test_the_fetcher_is_told_what_to_list_pull_and_remove(workspace: Workspace) -> None:
    reference = HubReference(org="acme", repo="tiny", quant="Q4_0")
    workspace.environment = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_CACHE": "/elsewhere/hub"}
    listing = cast("ListFiles", _told(workspace.list_task(reference)))
    pulling = cast("PullFiles", _told(workspace.pull_task(reference, ("a.gguf",))))
    removing = cast("RemoveFiles", _told(workspace.remove_task((Path("/elsewhere/hub/a.gguf"),))))
    assert (listing.org, listing.repo, listing.endpoint) == ("acme", "tiny", "http://127.0.0.1:9")
    assert (pulling.files, pulling.cache, pulling.spool) == (
        ("a.gguf",),
        Path("/elsewhere/hub"),
        workspace.folders.spool,
    )
    assert (removing.paths, removing.shelf) == ((Path("/elsewhere/hub/a.gguf"),), workspace.folders.shelf)


def test_a_download_larger_than_the_disk_is_refused_with_numbers(workspace: Workspace) -> None:
    assert workspace.check_room(1) > 0
    with pytest.raises(DiskFull) as caught:
        workspace.check_room(1 << 60)
    assert caught.value.facts


def test_the_clock_knows_its_time_zone_and_never_runs_backwards(workspace: Workspace) -> None:
    assert workspace.clock.now().tzinfo is not None
    first, second = workspace.clock.monotonic(), workspace.clock.monotonic()
    assert first <= second


# What is remembered.


@dataclass(slots=True, kw_only=True)
class VaultHost(ScriptedHost):
    """Its keyring holds `key`, or says `failure` as often as there are some; it counts who asks."""

    key: bytes | None = None
    failures: list[AspenError] = field(default_factory=list[AspenError])
    wanted: list[tuple[str, Path]] = field(default_factory=list[tuple[str, Path]])

    async def ask_vault(self, wanted: str, folder: Path) -> dict[str, object]:
        self.wanted.append((wanted, folder))
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop()
        return {"event": "done", "key_hex": None if self.key is None else self.key.hex()}


def _remembering(tmp_path: Path, host: VaultHost) -> Workspace:
    return Workspace.build(read_folders({"ASPEN_HOME": str(tmp_path / "aspen")}), Settings(), host)


async def test_the_store_is_opened_once_however_many_want_it(tmp_path: Path) -> None:
    host = VaultHost()
    workspace = _remembering(tmp_path, host)
    stores = await asyncio.gather(*(workspace.store() for _ in range(5)))
    with stores[0]:
        assert all(store is stores[0] for store in stores)
        assert await workspace.store() is stores[0]
    assert host.wanted == [("store-key", workspace.folders.vault)]
    assert not stores[0].is_encrypted


async def test_with_a_keyring_the_store_is_encrypted_with_its_key(tmp_path: Path) -> None:
    host = VaultHost(key=bytes(range(32)))
    with await _remembering(tmp_path, host).store() as store:
        assert store.is_encrypted
        store.preferences.keep("canary", "a word to look for")
    content = b"".join(path.read_bytes() for path in (tmp_path / "aspen" / "data").iterdir() if path.is_file())
    assert b"a word to look for" not in content
    with await _remembering(tmp_path, host).store() as again:
        assert again.preferences.read("canary") == "a word to look for"


async def test_an_encrypted_store_without_its_key_is_an_error_and_not_an_empty_one(tmp_path: Path) -> None:
    (await _remembering(tmp_path, VaultHost(key=bytes(range(32)))).store()).close()
    for key in (None, bytes(32)):
        with pytest.raises(StoreDamaged):
            await _remembering(tmp_path, VaultHost(key=key)).store()


async def test_what_kept_the_store_from_opening_is_told_to_each_and_tried_again_by_the_next(tmp_path: Path) -> None:
    host = VaultHost(failures=[NoKey("The keyring is locked.")])
    workspace = _remembering(tmp_path, host)
    outcomes = await asyncio.gather(workspace.store(), workspace.store(), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [NoKey, NoKey]
    with await workspace.store() as store:
        assert store.conversations is not None
    assert len(host.wanted) == 2


async def test_one_who_goes_away_does_not_keep_the_store_from_the_others(tmp_path: Path) -> None:
    workspace = _remembering(tmp_path, VaultHost())
    leaving = asyncio.create_task(workspace.store())
    await asyncio.sleep(0)
    leaving.cancel()
    with await workspace.store() as store:
        assert store.path == workspace.folders.store


def test_a_pattern_of_one_s_own_that_cannot_be_one_is_refused_at_the_start(tmp_path: Path) -> None:
    folders = read_folders({"ASPEN_HOME": str(tmp_path)})
    with pytest.raises(BadSetting):
        Workspace.build(folders, Settings(own_patterns=("(",)), ScriptedHost())
