"""Removing model files: entries of the Hugging Face cache with the bytes behind them, and files of the shelf."""

from __future__ import annotations

from pathlib import Path

from aspen.core.errors import AspenError, Misused, NotFound
from aspen.egress.events import Done
from aspen.egress.hub_cache import RepoFolder, blob_of
from aspen.egress.names import is_model_file_name
from aspen.egress.room import disk_error
from aspen.egress.tasks import RemoveFiles

_PREFIX = "models--"


def remove_files(task: RemoveFiles) -> Done:
    """Delete every path of the task, once all of them were found to be ours to delete."""
    found = [_Found.look(path, task) for path in task.paths]
    try:
        for file in found:
            file.remove()
    except OSError as error:
        raise disk_error(error, task.cache, needed_bytes=0) from error
    return Done(paths=task.paths)


class _Found:
    """A path that may be deleted: on the shelf (`folder` is None), or in a snapshot of a repository."""

    def __init__(self, path: Path, folder: RepoFolder | None, commit: str) -> None:
        self._path = path
        self._folder = folder
        self._commit = commit

    @classmethod
    def look(cls, path: Path, task: RemoveFiles) -> _Found:
        """Find out where a path lies, without following the path's own last link. Raises Misused or NotFound."""
        place = path.parent.resolve() / path.name
        if not place.is_symlink() and not place.is_file():
            raise NotFound(f"There is no file {path}.", facts={"path": str(path)})
        if task.shelf is not None and place.parent == task.shelf.resolve() and is_model_file_name(place.name):
            return cls(place, None, "")
        cache = task.cache.resolve()
        parts = place.relative_to(cache).parts if place.is_relative_to(cache) else ()
        match parts:
            case (repository, "snapshots", commit, *rest) if is_model_file_name("/".join(rest)):
                folder = _folder_of(cache, repository)
                if folder is not None:
                    return cls(place, folder, commit)
            case _:
                pass
        raise _not_ours(path)

    def remove(self) -> None:
        """Delete the entry, then its blob when no other entry of the repository shows it."""
        if self._folder is None:
            self._path.unlink()
            return
        blob = blob_of(self._path)
        self._path.unlink()
        if blob is not None and blob.parent == self._folder.root / "blobs" and not self._folder.is_shown(blob):
            blob.unlink(missing_ok=True)
        if not any(file.is_file() for file in (self._folder.root / "snapshots" / self._commit).rglob("*")):
            self._folder.forget_refs(self._commit)
        self._folder.drop_empty_folders()


def _folder_of(cache: Path, name: str) -> RepoFolder | None:
    org, separator, repo = name.removeprefix(_PREFIX).partition("--")
    if not name.startswith(_PREFIX) or not separator:
        return None
    return RepoFolder(cache=cache, org=org, repo=repo)


def _not_ours(path: Path) -> AspenError:
    return Misused(
        f"{path} lies neither in the Hugging Face cache nor on Aspen's shelf, so Aspen does not delete it.",
        hint="Delete it with the program that it belongs to.",
        facts={"path": str(path)},
    )
