"""An index of files: kept fresh by what changed on the disk, and asked for the passages that answer a question.

Synchronous, for the one thread that opened the connection. Labels are not kept here: they are looked up anew for each
passage that goes along (by its `path`, `device` and `inode`), so that what a person says of a folder holds at once.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from aspen.core.errors import AspenError
from aspen.database.connection import Connection, Row
from aspen.documents.document import Document, DocumentKind, Passage, Place, estimated_tokens
from aspen.documents.passages import split
from aspen.documents.terms import camel_parts, spaced
from aspen.documents.walking import FoundFile

_FILES_OF_A_TRANSACTION: Final = 200
_RACY_NS: Final = 2_000_000_000
"""A file that was changed less than two seconds before it was read may change again within its time stamp."""

_NEVER: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What one refresh did, in files. `unread` tells why some could not be read, by their path."""

    files: int
    passages: int
    read: int
    unchanged: int
    gone: int
    unread: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedPassage:
    """A passage with the file that it stands in, as it was when it was read."""

    passage_id: int
    path: str
    kind: DocumentKind
    device: int
    inode: int
    passage: Passage


ReadFile = Callable[[FoundFile], bytes]
"""Returns the content of the very file that was found. Raises AspenError."""

ParseFile = Callable[[FoundFile, bytes], Document]
"""Returns what a file says. Raises AspenError; a `retryable` one has the file read again at the next refresh."""


class Index:
    """What is known of a set of files. `connection` is one of `index_file`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def connection(self) -> Connection:
        """The open file, for searching."""
        return self._connection

    def refresh(self, files: Sequence[FoundFile], read: ReadFile, parse: ParseFile) -> Refreshed:
        """Bring the index to the state of the disk, reading only what changed since the last time.

        A file that cannot be read is noted with the reason and is no error. Raises NotWritable, DiskFull.
        """
        known = {row[0]: row[1:] for row in self._connection.execute(_KNOWN)}
        changed = [file for file in files if known.get(file.path) != _stamp(file)]
        gone = sorted(known.keys() - {file.path for file in files})
        count = 0
        for start in range(0, len(changed), _FILES_OF_A_TRANSACTION):
            with self._connection.transaction():
                for file in changed[start : start + _FILES_OF_A_TRANSACTION]:
                    count += self._take(file, read, parse)
        self._forget(gone)
        return Refreshed(
            files=len(files),
            passages=self.passage_count,
            read=count,
            unchanged=len(files) - count,
            gone=len(gone),
            unread=tuple((path, why) for path, why in self._connection.execute(_UNREAD)),
        )

    @property
    def passage_count(self) -> int:
        """How many passages there are."""
        return int(self._connection.execute("SELECT count(*) FROM passages")[0][0])

    @property
    def tokens(self) -> int:
        """How many tokens all files have, estimated."""
        return int(self._connection.execute("SELECT coalesce(sum(tokens), 0) FROM files")[0][0])

    def notes(self) -> tuple[tuple[str, str], ...]:
        """What was not read of files that were, by path."""
        rows = self._connection.execute("SELECT path, notes FROM files WHERE notes <> '[]' ORDER BY path")
        return tuple((path, note) for path, notes in rows for note in json.loads(notes))

    def passage(self, passage_id: int) -> IndexedPassage | None:
        """Return one passage, to open a citation; None when its file has changed since."""
        row = self._connection.first(f"{PASSAGES} WHERE passage_id = ?", (passage_id,))
        return None if row is None else passage_from_row(row)

    def passages_of(self, path: str) -> tuple[IndexedPassage, ...]:
        """Return all passages of a file, in order."""
        rows = self._connection.execute(f"{PASSAGES} WHERE path = ? ORDER BY starts, ends", (path,))
        return tuple(passage_from_row(row) for row in rows)

    def _take(self, file: FoundFile, read: ReadFile, parse: ParseFile) -> bool:
        """Read one file; False when it is the one that is known already but for its times."""
        try:
            content = read(file)
        except AspenError as error:
            self._replace(file, b"", None, error)
            return True
        digest = hashlib.sha256(content).digest()
        same = self._connection.first(_SAME, (file.path, digest, file.kind.value))
        if same is not None:
            self._connection.change(_RESTAMP, (*_stamp_to_keep(file), same[0]))
            return False
        try:
            document = parse(file, content)
        except AspenError as error:
            self._replace(file, digest, None, error)
        else:
            self._replace(file, digest, document, None)
        return True

    def _replace(self, file: FoundFile, digest: bytes, document: Document | None, error: AspenError | None) -> None:
        self._forget([file.path])
        stamp = (*_stamp_to_keep(file)[:1], _NEVER, file.device, file.inode)
        if error is None or not error.retryable:
            stamp = _stamp_to_keep(file)
        kind = file.kind if document is None else document.kind
        notes = json.dumps(document.notes if document else [])
        tokens = estimated_tokens(document.text) if document else 0
        why_not = None if error is None else error.sentence
        row = self._connection.first(_NEW_FILE, (file.path, *stamp, digest, kind.value, tokens, notes, why_not))
        if document is not None and row is not None:
            self._add(int(row[0]), file.path, split(document))

    def _add(self, file_id: int, path: str, passages: Iterable[Passage]) -> None:
        named = f"{path} {camel_parts(path)}"
        for passage in passages:
            if not passage.text.strip():
                continue
            row = self._connection.first(_NEW_PASSAGE, (file_id, *_columns(passage)))
            headings = " ".join(passage.place.headings)
            names = camel_parts(f"{headings} {passage.text}")
            words = (row[0] if row else None, named, f"{headings} {passage.lead}", names, spaced(passage.text))
            self._connection.change(_NEW_WORDS, words)

    def _forget(self, paths: Sequence[str]) -> None:
        if paths:
            with self._connection.transaction():
                self._connection.executemany("DELETE FROM files WHERE path = ?", [(path,) for path in paths])


PASSAGES: Final = """SELECT passage_id, path, kind, device, inode, starts, ends, first_line, last_line,
    first_page, last_page, headings, lead, body FROM passages JOIN files USING (file_id)"""

_KNOWN: Final = "SELECT path, size_bytes, mtime_ns, device, inode FROM files"
_UNREAD: Final = "SELECT path, why_not FROM files WHERE why_not IS NOT NULL ORDER BY path"
_SAME: Final = "SELECT file_id FROM files WHERE path = ? AND sha256 = ? AND kind = ? AND why_not IS NULL"
_RESTAMP: Final = "UPDATE files SET size_bytes = ?, mtime_ns = ?, device = ?, inode = ? WHERE file_id = ?"
_NEW_FILE: Final = """INSERT INTO files
    (path, size_bytes, mtime_ns, device, inode, sha256, kind, tokens, notes, why_not)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING file_id"""
_NEW_PASSAGE: Final = """INSERT INTO passages (file_id, starts, ends, first_line, last_line, first_page, last_page,
    headings, lead, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING passage_id"""
_NEW_WORDS: Final = "INSERT INTO words (rowid, path, headings, names, body) VALUES (?, ?, ?, ?, ?)"


def passage_from_row(row: Row) -> IndexedPassage:
    """Rebuild what `PASSAGES` selects."""
    passage_id, path, kind, device, inode, starts, ends, *lines_and_pages, headings, lead, body = row
    first_line, last_line, first_page, last_page = lines_and_pages
    place = Place(
        start=starts,
        end=ends,
        first_line=first_line,
        last_line=last_line,
        first_page=first_page,
        last_page=last_page,
        headings=tuple(json.loads(headings)),
    )
    return IndexedPassage(
        passage_id=passage_id,
        path=path,
        kind=DocumentKind(kind),
        device=device,
        inode=inode,
        passage=Passage(place=place, text=body, lead=lead),
    )


def _columns(passage: Passage) -> tuple[int | str | None, ...]:
    place = passage.place
    headings = json.dumps(place.headings, ensure_ascii=False)
    numbers = (place.start, place.end, place.first_line, place.last_line, place.first_page, place.last_page)
    return (*numbers, headings, passage.lead, passage.text)


def _stamp(file: FoundFile) -> tuple[int, int, int, int]:
    return file.size_bytes, file.mtime_ns, file.device, file.inode


def _stamp_to_keep(file: FoundFile) -> tuple[int, int, int, int]:
    is_racy = time.time_ns() - file.mtime_ns < _RACY_NS
    return file.size_bytes, _NEVER if is_racy else file.mtime_ns, file.device, file.inode
