"""A pull: files of one repository into the shared cache, each recorded, resumed, checked and only then shown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial as bind
from pathlib import Path

from aspen.core.errors import AspenError, DoesNotFit
from aspen.egress.events import Done, EventWriter, FilesFound, Step
from aspen.egress.hub import Hub, RemoteFile
from aspen.egress.hub_cache import RepoFolder, sync_folder
from aspen.egress.names import without_secrets
from aspen.egress.partial_file import PartialFile, weigh
from aspen.egress.room import check_room, disk_error
from aspen.egress.spool import Fetch, Origin, Spool
from aspen.egress.tasks import ListFiles, PullFiles
from aspen.egress.transfer import transfer

_LARGEST_OVER_HTTP_BYTES = 50_000_000_000
"""The hub serves larger files through Xet alone (huggingface_hub, `MAX_HTTP_DOWNLOAD_SIZE`)."""


def list_files(task: ListFiles, environment: Mapping[str, str] = os.environ) -> FilesFound:
    """Name the GGUF files of a repository and their sizes."""
    return Hub(task.endpoint, environment.get("HF_TOKEN")).list_files(f"{task.org}/{task.repo}", task.revision)


def pull_files(task: PullFiles, events: EventWriter, environment: Mapping[str, str] = os.environ) -> Done:
    """Bring every file of the task into the cache. What was fetched before an error stays."""
    with Spool(task.spool) as spool:
        return _Pull(task, events, spool, Hub(task.endpoint, environment.get("HF_TOKEN"))).run()


class _Pull:
    def __init__(self, task: PullFiles, events: EventWriter, spool: Spool, hub: Hub) -> None:
        self._task = task
        self._events = events
        self._spool = spool
        self._hub = hub
        self._repo_id = f"{task.org}/{task.repo}"
        self._folder = RepoFolder(cache=task.cache.resolve(), org=task.org, repo=task.repo)

    def run(self) -> Done:
        remotes = [self._describe(name) for name in self._task.files]
        needed_bytes = sum(self._missing_bytes(remote) for remote in remotes)
        try:
            check_room(self._folder.cache, needed_bytes)
            for remote in remotes:
                check_size(remote)
        except AspenError as error:
            for remote in remotes:
                self._spool.refuse(_as_fetch(remote), error)
            raise
        placed = [self._place(remote, needed_bytes) for remote in remotes]
        return Done(paths=tuple(path for path, _ in placed), sha256=tuple(sha256 for _, sha256 in placed))

    def _describe(self, name: str) -> RemoteFile:
        try:
            return self._hub.describe(self._repo_id, self._task.revision, name)
        except AspenError as error:
            source = without_secrets(f"{self._hub.endpoint}/{self._repo_id}/resolve/{self._task.revision}/{name}")
            self._spool.refuse(Fetch(origin=Origin.HUB, source=source, size_bytes=None, sha256=None), error)
            raise

    def _missing_bytes(self, remote: RemoteFile) -> int:
        if self._has_blob(remote):
            return 0
        try:
            here = self._folder.incomplete(remote.etag).stat().st_size
        except OSError:
            here = 0
        return max(remote.size_bytes - here, 0)

    def _has_blob(self, remote: RemoteFile) -> bool:
        blob = self._folder.blob(remote.etag)
        return blob.is_file() and blob.stat().st_size == remote.size_bytes

    def _place(self, remote: RemoteFile, needed_bytes: int) -> tuple[Path, str]:
        """Make one file appear in the cache; return its path and SHA-256."""
        try:
            with self._folder.locked(remote.etag):
                sha256 = self._verified_blob(remote) or self._fetch(remote)
                path = self._folder.publish(remote.etag, remote.commit, remote.name)
                self._folder.write_ref(self._task.revision, remote.commit)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise disk_error(error, self._folder.cache, needed_bytes=needed_bytes) from error
        return path, sha256

    def _verified_blob(self, remote: RemoteFile) -> str | None:
        """Return the SHA-256 of a blob that is already here; None when there is none, or a bad one to be replaced."""
        if not self._has_blob(remote):
            return None
        report = bind(self._events.progress, remote.name, total=remote.size_bytes, step=Step.VERIFY)
        weight = weigh(self._folder.blob(remote.etag), remote.etag, report)
        return weight.sha256 if weight.etag == remote.etag else None

    def _fetch(self, remote: RemoteFile) -> str:
        blob = self._folder.blob(remote.etag)
        blob.parent.mkdir(parents=True, exist_ok=True)
        with (
            self._spool.watch(_as_fetch(remote)),
            PartialFile(self._folder.incomplete(remote.etag), remote.size_bytes, remote.etag) as partial,
        ):
            try:
                partial.take_up(bind(self._events.progress, remote.name, total=remote.size_bytes, step=Step.VERIFY))
                report = bind(self._events.progress, remote.name, total=remote.size_bytes)
                report(partial.offset)
                transfer(self._hub, self._repo_id, remote, partial, report)
                sha256 = partial.seal_as(blob)
                sync_folder(blob.parent)
            except BrokenPipeError:
                raise
            except OSError as error:
                missing_bytes = remote.size_bytes - partial.offset
                raise disk_error(error, self._folder.cache, needed_bytes=missing_bytes) from error
        return sha256


def _as_fetch(remote: RemoteFile) -> Fetch:
    return Fetch(
        origin=Origin.HUB, source=without_secrets(remote.url), size_bytes=remote.size_bytes, sha256=remote.sha256
    )


def check_size(remote: RemoteFile) -> None:
    """Refuse what the hub does not send over plain HTTP."""
    if remote.size_bytes > _LARGEST_OVER_HTTP_BYTES:
        raise DoesNotFit(
            f"{remote.name} has {remote.size_bytes / 1e9:.1f} GB, and the hub sends at most 50 GB as one file.",
            hint="Get it with `hf download`: Aspen finds it in the Hugging Face cache.",
            facts={"size_bytes": remote.size_bytes, "limit_bytes": _LARGEST_OVER_HTTP_BYTES},
        )
