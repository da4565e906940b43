"""The Hugging Face cache's layout on disk, shared with every other program that uses it.

    CACHE/models--ORG--REPO/blobs/ETAG                     the bytes, named by their checksum
    CACHE/models--ORG--REPO/blobs/ETAG.incomplete          the first part of them
    CACHE/models--ORG--REPO/snapshots/COMMIT/FILE          a relative symlink to the blob
    CACHE/models--ORG--REPO/refs/REVISION                  the commit that a branch or tag stood for
    CACHE/.locks/models--ORG--REPO/ETAG.lock               held (flock) while a blob is made

Source: https://huggingface.co/docs/huggingface_hub/guides/manage-cache. No network here.
"""

from __future__ import annotations

import errno
import fcntl
import os
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_NO_SYMLINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoFolder:
    """One repository in the cache."""

    cache: Path
    org: str
    repo: str

    @property
    def folder_name(self) -> str:
        return f"models--{self.org}--{self.repo}"

    @property
    def root(self) -> Path:
        return self.cache / self.folder_name

    def blob(self, etag: str) -> Path:
        return self.root / "blobs" / etag

    def incomplete(self, etag: str) -> Path:
        return self.root / "blobs" / f"{etag}.incomplete"

    def pointer(self, commit: str, name: str) -> Path:
        return self.root / "snapshots" / commit / name

    @contextmanager
    def locked(self, etag: str) -> Generator[None]:
        """Hold the lock under which this blob is made, waiting for whoever holds it. Freed by the kernel on a kill."""
        path = self.cache / ".locks" / self.folder_name / f"{etag}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def publish(self, etag: str, commit: str, name: str) -> Path:
        """Show a blob that is already in place under its file name; atomic, and harmless to repeat."""
        pointer, blob = self.pointer(commit, name), self.blob(etag)
        pointer.parent.mkdir(parents=True, exist_ok=True)
        if not blob.exists() and pointer.is_file():
            return pointer
        beside = pointer.with_name(f".{uuid.uuid4().hex}.link")
        try:
            beside.symlink_to(os.path.relpath(blob, pointer.parent))
        except OSError as error:
            if error.errno not in _NO_SYMLINKS:
                raise
            blob.replace(pointer)
            return pointer
        beside.replace(pointer)
        return pointer

    def write_ref(self, revision: str, commit: str) -> None:
        """Remember which commit a branch or tag stood for."""
        if revision == commit:
            return
        path = self.root / "refs" / revision
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.tmp")
        beside.write_text(commit, "utf-8")
        beside.replace(path)

    def forget_refs(self, commit: str) -> None:
        """Drop every branch and tag that stood for a commit that is gone."""
        for ref in list(_files_below(self.root / "refs")):
            if ref.read_text("utf-8", errors="replace").strip() == commit:
                ref.unlink(missing_ok=True)

    def is_shown(self, blob: Path) -> bool:
        """Say whether any snapshot of this repository still points at a blob."""
        return any(
            pointer.is_symlink() and _target(pointer) == blob for pointer in _files_below(self.root / "snapshots")
        )

    def drop_empty_folders(self) -> None:
        """Remove the folders that hold nothing any more, the repository's own among them."""
        for folder, _, _ in os.walk(self.root, topdown=False):
            with suppress(OSError):  # not empty
                Path(folder).rmdir()


def _files_below(folder: Path) -> Iterator[Path]:
    for root, _, names in os.walk(folder):
        yield from (Path(root) / name for name in names)


def _target(pointer: Path) -> Path:
    """Follow one link only: a blob may itself be a link into a store that several repositories share."""
    return Path(os.path.normpath(pointer.parent / pointer.readlink()))


def blob_of(pointer: Path) -> Path | None:
    """Return the blob that a snapshot entry points at; None for a plain file."""
    return _target(pointer) if pointer.is_symlink() else None


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power failure (fsync(2) of a directory)."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
