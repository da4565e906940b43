"""What the core calls: a folder or files and a question become numbered sources and honest sentences.

Synchronous; to be called in a thread. Decides nothing about labels: whoever calls looks up the label of each file that
a source stands in.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aspen.database.connection import KEY_BYTES
from aspen.database.database_file import remove_with_companions
from aspen.documents.choosing import Attached, Chosen, choose_passages
from aspen.documents.document import Document
from aspen.documents.index import Index, IndexedPassage, ReadFile, Refreshed
from aspen.documents.index_file import index_path, open_index_file, passing_index_file, tidy
from aspen.documents.reading import ParseDocument, parsing_with, reading_below
from aspen.documents.searching import Found, search
from aspen.documents.walking import FoundFile, WalkBounds, Walked, walk

_MOST_KEPT_BYTES: Final = 1 << 30
_MOST_PASSAGES: Final = 8
_SHOWN_UNREAD: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was chosen for a question, and everything that a person should know of it, the main thing first."""

    chosen: Chosen
    sentences: tuple[str, ...]


OnRead = Callable[[int, int], None]
"""Told before each file how many were read so far, and how many there are; what it raises ends the reading."""


def _count_nothing(done: int, total: int) -> None:
    """Nobody wants to know."""
    del done, total


class FolderIndexes:
    """The indexes of all folders, below one folder of ours. `key` None lets them end with this process."""

    def __init__(self, kept_in: Path, key: bytes | None) -> None:
        self._kept_in = kept_in
        self._is_passing = key is None
        self._key = secrets.token_bytes(KEY_BYTES) if key is None else key
        self._made: set[Path] = set()

    def tidy(self, most_bytes: int = _MOST_KEPT_BYTES) -> None:
        """Remove what earlier processes left, and what is too much. Call it before the first index is opened."""
        tidy(self._kept_in, most_bytes)

    def close(self) -> None:
        """Remove what must not outlive this process."""
        for path in self._made if self._is_passing else ():
            remove_with_companions(path)
        self._made.clear()

    @contextmanager
    def open(self, folder: Path) -> Generator[Index]:
        """Open the index of a folder in this thread. Raises NotWritable, DiskFull."""
        path = index_path(self._kept_in, folder.resolve(), is_passing=self._is_passing)
        self._made.add(path)
        with open_index_file(path, self._key) as connection:
            yield Index(connection)

    def passage(self, folder: Path, passage_id: int) -> IndexedPassage | None:
        """Return a passage that was cited; None where its file has changed since, or the index was thrown away."""
        with self.open(folder) as index:
            return index.passage(passage_id)

    @contextmanager
    def passing(self) -> Generator[Index]:
        """Open an empty index that is gone in the end."""
        with passing_index_file(self._kept_in) as connection:
            yield Index(connection)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, how many tokens the passages may have, and the number that the first one gets."""

    text: str
    budget_tokens: int
    first_number: int = 1


def read_folder(
    folder: Path,
    question: Question,
    indexes: FolderIndexes,
    parse_document: ParseDocument,
    bounds: WalkBounds | None = None,
    on_read: OnRead = _count_nothing,
) -> Reading:
    """Bring a folder's index up to date and take the passages that answer the question.

    The paths of the sources are below the folder. Seconds the first time, some ten milliseconds afterwards. Raises
    NotFound, Misused for what is no folder, NotWritable, DiskFull.
    """
    walked = walk(folder, bounds)
    with indexes.open(walked.folder) as index:
        read = _counted(reading_below(walked.folder), len(walked.files), on_read)
        refreshed = index.refresh(walked.files, read, parsing_with(parse_document))
        found = search(index, question.text, most=_MOST_PASSAGES)
        chosen = choose_passages(found, question.budget_tokens, question.first_number)
        notes = dict(index.notes())
    told = [chosen.sentence, *_walk_sentences(walked), *_unread_sentences(refreshed), *_notes_of(chosen, notes)]
    return Reading(chosen=chosen, sentences=tuple(told))


def read_files(attached: Sequence[Attached], question: Question, indexes: FolderIndexes) -> Reading:
    """Take the passages that answer a question from files that are too large to go whole.

    Where no word of the question stands in any of them, their beginnings are taken, and that is said. Raises
    NotWritable, DiskFull.
    """
    documents = {each.path: each.document for each in attached}
    with indexes.passing() as index:
        _index_documents(index, documents)
        found = search(index, question.text, most=_MOST_PASSAGES, most_of_a_file=_MOST_PASSAGES)
        told = [f"{path}: {note}" for path, document in documents.items() for note in document.notes]
        if not found.passages and found.passage_count:
            found = _beginnings(index, documents, found)
            told.insert(0, "No word of the question stands in what was attached, so its beginning was read.")
        chosen = choose_passages(found, question.budget_tokens, question.first_number)
    return Reading(chosen=chosen, sentences=(chosen.sentence, *told))


def _counted(read: ReadFile, total: int, on_read: OnRead) -> ReadFile:
    done = itertools.count()

    def counted(file: FoundFile) -> bytes:
        on_read(next(done), total)
        return read(file)

    return counted


def _index_documents(index: Index, documents: Mapping[str, Document]) -> None:
    files = [
        FoundFile(path=path, kind=document.kind, size_bytes=len(document.text), mtime_ns=0, device=0, inode=0)
        for path, document in documents.items()
    ]
    index.refresh(files, lambda file: file.path.encode(), lambda file, _: documents[file.path])


def _beginnings(index: Index, documents: Mapping[str, Document], found: Found) -> Found:
    """What stands at the top of each file, in turns, as for "Summarise this"."""
    ways = [index.passages_of(path)[:_MOST_PASSAGES] for path in documents]
    turns = [way[turn] for turn in range(_MOST_PASSAGES) for way in ways if turn < len(way)]
    return Found(passages=tuple(turns[:_MOST_PASSAGES]), passage_count=found.passage_count)


def _walk_sentences(walked: Walked) -> list[str]:
    return [walked.sentence] if walked.left_out or not walked.is_complete else []


def _unread_sentences(refreshed: Refreshed) -> list[str]:
    shown = [why for _, why in refreshed.unread[:_SHOWN_UNREAD]]
    if len(refreshed.unread) > _SHOWN_UNREAD:
        shown.append(f"{len(refreshed.unread) - _SHOWN_UNREAD:,} more files could not be read.")
    return shown


def _notes_of(chosen: Chosen, notes: Mapping[str, str]) -> list[str]:
    cited = dict.fromkeys(source.path for source in chosen.sources)
    return [f"{path}: {notes[path]}" for path in cited if path in notes]
