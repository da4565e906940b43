"""What a removal takes away, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aspen.core.errors import Misused, NotFound
from aspen.egress.events import Done
from aspen.egress.hub_cache import RepoFolder
from aspen.egress.removal import remove_files
from aspen.egress.tasks import RemoveFiles

FIRST, SECOND = "a" * 40, "b" * 40
ETAG = "c" * 64


@pytest.fixture
def folder(tmp_path: Path) -> RepoFolder:
    return RepoFolder(cache=tmp_path / "hub", org="acme", repo="tiny")


@pytest.fixture
def publish(folder: RepoFolder) -> Callable[[str, str], Path]:
    def make(commit: str, name: str) -> Path:
        folder.blob(ETAG).parent.mkdir(parents=True, exist_ok=True)
        folder.blob(ETAG).write_bytes(b"bytes")
        return folder.publish(ETAG, commit, name)

    return make


def remove(folder: RepoFolder, *paths: Path, shelf: Path | None = None) -> Done:
    return remove_files(RemoveFiles(cache=folder.cache, shelf=shelf, paths=paths))


def test_the_last_entry_takes_its_bytes_and_empty_folders_along(
    folder: RepoFolder, publish: Callable[[str, str], Path]
) -> None:
    path = publish(FIRST, "part/m.gguf")
    folder.write_ref("main", FIRST)
    assert remove(folder, path) == Done(paths=(path,))
    assert list(folder.cache.iterdir()) == []


def test_bytes_that_another_snapshot_shows_stay(folder: RepoFolder, publish: Callable[[str, str], Path]) -> None:
    gone, stays = publish(FIRST, "m.gguf"), publish(SECOND, "m.gguf")
    folder.write_ref("main", SECOND)
    remove(folder, gone)
    assert stays.read_bytes() == b"bytes"
    assert not gone.parent.exists()
    assert (folder.root / "refs" / "main").read_text() == SECOND


def test_a_file_of_the_shelf_is_removed(folder: RepoFolder, tmp_path: Path) -> None:
    shelf = tmp_path / "models"
    shelf.mkdir()
    (shelf / "m.gguf").write_bytes(b"bytes")
    remove(folder, shelf / "m.gguf", shelf=shelf)
    assert list(shelf.iterdir()) == []


def test_a_file_elsewhere_is_refused_and_nothing_at_all_is_removed(
    folder: RepoFolder, publish: Callable[[str, str], Path], tmp_path: Path
) -> None:
    inside, outside = publish(FIRST, "m.gguf"), tmp_path / "mine.gguf"
    outside.write_bytes(b"mine")
    with pytest.raises(Misused):
        remove(folder, inside, outside)
    assert inside.exists()
    assert outside.exists()


def test_a_folder_that_leads_out_of_the_cache_is_refused(
    folder: RepoFolder, publish: Callable[[str, str], Path], tmp_path: Path
) -> None:
    publish(FIRST, "m.gguf")
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "mine.gguf").write_bytes(b"mine")
    (folder.root / "snapshots" / SECOND).symlink_to(outside)
    with pytest.raises(Misused):
        remove(folder, folder.root / "snapshots" / SECOND / "mine.gguf")
    assert (outside / "mine.gguf").exists()


def test_an_entry_that_points_out_of_the_cache_goes_and_its_target_stays(
    folder: RepoFolder, publish: Callable[[str, str], Path], tmp_path: Path
) -> None:
    (tmp_path / "mine.gguf").write_bytes(b"mine")
    pointer = publish(FIRST, "m.gguf").with_name("other.gguf")
    pointer.symlink_to(tmp_path / "mine.gguf")
    remove(folder, pointer)
    assert not pointer.is_symlink()
    assert (tmp_path / "mine.gguf").exists()


@pytest.mark.parametrize("name", ["config.json", "blobs"])
def test_only_model_files_are_removed(folder: RepoFolder, publish: Callable[[str, str], Path], name: str) -> None:
    path = publish(FIRST, name)
    with pytest.raises(Misused):
        remove(folder, path)
    assert path.exists()


def test_a_file_that_is_not_there_is_not_found(folder: RepoFolder) -> None:
    with pytest.raises(NotFound):
        remove(folder, folder.pointer(FIRST, "m.gguf"))
