"""Files that a person attached in the app: what was read of each, until a question takes it along and afterwards.

What lies here was read already: the text of a document, the bytes of a picture, or only the path of a file or folder
that is read anew for each question. A file has no label of its own here: one of a path has the label of that path, and
any other is words of the chat that it was put into.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from aspen.core.errors import DoesNotFit, NotFound
from aspen.database.connection import Row
from aspen.store.json_text import plain_text, to_json_text
from aspen.store.moments import from_microseconds, to_microseconds
from aspen.store.session import Session

MOST_WAITING: Final = 20
"""Files that one question can take along."""

MOST_WAITING_BYTES: Final = 256 << 20
"""Of all drafts together."""

KEPT_UNUSED: Final = timedelta(days=7)

_COLUMNS: Final = "file_id, draft, name, kind, path, facts, created_at_us"
_OF_TURNS: Final = (
    f"SELECT turn_id, {_COLUMNS} FROM turn_files JOIN attached_files USING (file_id) "
    "WHERE turn_id IN (SELECT value FROM json_each(?)) ORDER BY turn_id, place"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """`draft` is None once a question took it along. `facts` are what a person is told of it, as JSON."""

    file_id: str
    draft: str | None
    name: str
    kind: str
    path: Path | None
    facts: Mapping[str, Any]
    created_at: datetime


class AttachedFiles:
    """Writing raises StoreTooNew, NotWritable or DiskFull."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, draft: str, *, name: str, kind: str, path: Path | None, facts: Mapping[str, object], content: bytes
    ) -> AttachedFile:
        """Let a file wait in a draft. What waited unused for too long goes first. Raises DoesNotFit for too many."""
        now_us = self._session.now_us()
        file_id = uuid4().hex
        with self._session.writing() as connection:
            oldest = to_microseconds(from_microseconds(now_us) - KEPT_UNUSED)
            connection.execute(
                "DELETE FROM attached_files WHERE draft IS NOT NULL AND created_at_us < ? "
                "AND NOT EXISTS (SELECT 1 FROM turn_files WHERE turn_files.file_id = attached_files.file_id)",
                (oldest,),
            )
            _check_room(
                connection.first("SELECT count(*) FROM attached_files WHERE draft = ?", (draft,)),
                connection.first(
                    "SELECT coalesce(sum(length(content)), 0) FROM attached_files WHERE draft IS NOT NULL"
                ),
                len(content),
            )
            connection.execute(
                "INSERT INTO attached_files (file_id, draft, name, kind, path, facts, content, created_at_us) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(file_id, draft, plain_text(name), kind, None if path is None else os.fsencode(path)),
                    *(to_json_text(dict(facts)), content, now_us),
                ),
            )
        return self.file(file_id)

    def file(self, file_id: str) -> AttachedFile:
        """Return what is known of a file. Raises NotFound."""
        row = self._session.first(f"SELECT {_COLUMNS} FROM attached_files WHERE file_id = ?", (file_id,))
        if row is None:
            raise NotFound("An attached file is not kept any more.", hint="Attach it again.")
        return _file(row)

    def content(self, file_id: str) -> bytes:
        """Return what was read of a file. Raises NotFound."""
        row = self._session.first("SELECT content FROM attached_files WHERE file_id = ?", (file_id,))
        if row is None:
            raise NotFound("An attached file is not kept any more.", hint="Attach it again.")
        return row[0]

    def waiting(self, draft: str) -> tuple[AttachedFile, ...]:
        """Return what waits in a draft, in the order in which it was attached."""
        sql = f"SELECT {_COLUMNS} FROM attached_files WHERE draft = ? ORDER BY created_at_us, rowid"
        return tuple(_file(row) for row in self._session.read(sql, (draft,)))

    def of_turns(self, turn_ids: Sequence[str]) -> Mapping[str, Sequence[AttachedFile]]:
        """Return the files that each question took along, in their order; nothing for one that took none."""
        found: dict[str, list[AttachedFile]] = {}
        for turn_id, *row in self._session.read(_OF_TURNS, (to_json_text(list(turn_ids)),)):
            found.setdefault(turn_id, []).append(_file(row))
        return found

    def took_along(self, turn_id: str, file_ids: Sequence[str]) -> None:
        """Note which files a question took along: they wait no more. One that is gone meanwhile is left out."""
        with self._session.writing() as connection:
            for place, file_id in enumerate(dict.fromkeys(file_ids)):
                connection.execute(
                    "INSERT OR IGNORE INTO turn_files (turn_id, place, file_id) "
                    "SELECT ?, ?, file_id FROM attached_files WHERE file_id = ?",
                    (turn_id, place, file_id),
                )
                connection.execute("UPDATE attached_files SET draft = NULL WHERE file_id = ?", (file_id,))

    def remove(self, file_id: str) -> None:
        """Remove a file that waits; one that a question took along belongs to that question, and stays."""
        with self._session.writing() as connection:
            connection.execute(
                "DELETE FROM attached_files WHERE file_id = ? AND draft IS NOT NULL "
                "AND NOT EXISTS (SELECT 1 FROM turn_files WHERE turn_files.file_id = attached_files.file_id)",
                (file_id,),
            )


def _check_room(count: Row | None, size: Row | None, more_bytes: int) -> None:
    waiting, waiting_bytes = (0 if row is None else int(row[0]) for row in (count, size))
    if waiting >= MOST_WAITING:
        raise DoesNotFit(
            f"A question takes at most {MOST_WAITING} files along.",
            hint="Leave one out, or attach their folder.",
            facts={"files": waiting, "most_files": MOST_WAITING},
        )
    if waiting_bytes + more_bytes > MOST_WAITING_BYTES:
        raise DoesNotFit(
            f"Files that wait for a question may have {MOST_WAITING_BYTES >> 20} MiB in all.",
            hint="Send or leave out what waits, in other chats too.",
            facts={"waiting_bytes": waiting_bytes, "most_bytes": MOST_WAITING_BYTES},
        )


def _file(row: Sequence[Any]) -> AttachedFile:
    file_id, draft, name, kind, path, facts, created_at_us = row
    return AttachedFile(
        file_id=file_id,
        draft=draft,
        name=name,
        kind=kind,
        path=None if path is None else Path(os.fsdecode(path)),
        facts=json.loads(facts),
        created_at=from_microseconds(created_at_us),
    )
