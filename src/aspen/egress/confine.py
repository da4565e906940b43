"""What the fetcher takes from itself before it speaks to anybody: every folder but its own, and core dumps."""

from __future__ import annotations

import resource
from pathlib import Path

from aspen.core.errors import NotWritable
from aspen.egress.tasks import FetchStarter, ListFiles, PullFiles, RemoveFiles, Task
from aspen.jail.landlock import limit_writes


def writable_folders(task: Task) -> tuple[Path, ...]:
    """Return the folders that a task has to write, and no other."""
    match task:
        case ListFiles():
            return ()
        case PullFiles():
            return (task.cache, task.spool.parent)
        case FetchStarter():
            return (task.shelf, task.spool.parent)
        case RemoveFiles():
            return tuple(folder for folder in (task.cache, task.shelf) if folder is not None and folder.is_dir())


def confine(task: Task) -> None:
    """Make the task's folders and give up writing anywhere else, for this process and its children.

    Where the system has no Landlock, only core dumps are refused. Raises NotWritable.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    folders = writable_folders(task)
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotWritable(
                f"The folder {folder} cannot be made.",
                hint="Make the folder above it writable for you.",
                facts={"folder": str(folder), "errno": error.errno},
            ) from error
    limit_writes(folders)
