"""Reads what is attached to a question: documents through the jailed reader, folders through their indexes.

A text file that fits whole is left to `gathering`, which reads it as it is; everything else becomes numbered passages.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from aspen.channel.framing import Frame
from aspen.core.errors import Misused
from aspen.documents.attaching import FolderIndexes, Question, Reading, read_files, read_folder
from aspen.documents.choosing import Attached, WholeOrNot, choose_whole, whole_or_not
from aspen.documents.citing import Source
from aspen.documents.file_kinds import NEEDS_READER
from aspen.documents.parsing.content_kind import kind_of_content
from aspen.documents.parsing.text import read_text
from aspen.service.ask_arguments import ATTACHED, AskArguments
from aspen.service.attachments import NOTHING_ATTACHED, Attachments, Located, ReadFile, next_number
from aspen.service.document_reading import DocumentReading
from aspen.service.document_room import Room
from aspen.service.file_texts import read_file
from aspen.service.gathering import text_of
from aspen.service.resuming import Entered
from aspen.store.path_facts import facts_of_path
from aspen.workspace import Workspace

_LARGEST_BYTES: Final = 32 << 20
_PATIENCE_SECONDS: Final = 1.0


async def attach(workspace: Workspace, entered: Entered, room: Room, found: list[Attachments]) -> AsyncGenerator[Frame]:
    """Read what is attached, and append it to `found`; yields progress, then sentences on what was read.

    Raises AspenError for a file that cannot be read; in a folder such a file is noted.
    """
    asked = entered.asked
    if not (asked.files or asked.documents):
        found.append(NOTHING_ATTACHED)
        return
    reading = DocumentReading(workspace.documents)
    job = _Job(asked, room, await workspace.indexes(), reading, next_number(entered.around.history))
    folders = await asyncio.to_thread(lambda: [path for path in asked.files if path.is_dir()])
    task = asyncio.ensure_future(_run(job, workspace.indexing if folders else nullcontext()))
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    what = next(iter([path.name for path in (*folders, *asked.files)]), "")
    try:
        while not (await asyncio.wait({task}, timeout=_PATIENCE_SECONDS))[0]:
            yield {"event": "progress", "stage": "read", "done": reading.done, "total": reading.total, "what": what}
        found.append(task.result())
    finally:
        reading.stop()
    for frame in found[-1].events():
        yield frame


async def _run(job: _Job, turn: asyncio.Lock | nullcontext[None]) -> Attachments:
    """Indexes are written by one thread at a time."""
    async with turn:
        return await asyncio.to_thread(job.collect)


@dataclass(frozen=True, slots=True)
class _Opened:
    """An attached file that was read. `is_plain` says that it can go whole as the text that it is.

    What has no `file` was attached in the app, by its bytes: its `path` is only its name.
    """

    path: Path
    file: ReadFile | None
    attached: Attached
    is_plain: bool


@dataclass(slots=True)
class _Job:
    """Everything for one thread, and what it has found so far."""

    asked: AskArguments
    room: Room
    indexes: FolderIndexes
    reading: DocumentReading
    next_number: int
    located: list[Located] = field(default_factory=list[Located])
    files: dict[Path, ReadFile] = field(default_factory=dict[Path, ReadFile])
    told: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])
    passages_in_all: int = 0

    def collect(self) -> Attachments:
        paths = list(dict.fromkeys(self.asked.files))
        folders = [path for path in paths if path.is_dir()]
        opened = self._opened([path for path in paths if path not in folders])
        opened += [_given(document) for document in self.asked.documents]
        plain = {each.attached.path for each in opened if each.is_plain}
        divided = self._divided(opened, has_folders=bool(folders))
        whole = [each for each in divided.whole if each.path not in plain]
        handled = {each.path: each for each in opened if each.attached in [*whole, *divided.too_large]}
        self._take_whole(whole, handled)
        ways = len(folders) + bool(divided.too_large)
        left = max(0, self.room.tokens - divided.tokens)
        if divided.too_large:
            named = {each.attached.path: each for each in handled.values()}
            read = read_files(divided.too_large, self._question(left // ways), self.indexes)
            self._take(read, lambda source: _place_of(named[source.path]))
        for folder in folders:
            self._take_folder(folder, left // ways, is_alone=len(paths) + len(self.asked.documents) == 1)
        self.files.update({path: each.file for path, each in handled.items() if each.file is not None})
        return Attachments(
            handled=frozenset([*handled, *folders]),
            folders=tuple(folders),
            files=tuple(self.files.values()),
            located=tuple(self.located),
            told=tuple(self.told),
            notes=tuple(self.notes),
            passages_in_all=self.passages_in_all,
        )

    def _opened(self, paths: Sequence[Path]) -> list[_Opened]:
        names = Counter([*(path.name for path in paths), *(each.path for each in self.asked.documents)])
        return [self._open(path, path.name if names[path.name] == 1 else str(path)) for path in paths]

    def _open(self, path: Path, name: str) -> _Opened:
        facts = facts_of_path(path, ())
        content = read_file(path, facts, _LARGEST_BYTES, hint="Attach a part of it.")
        kind = kind_of_content(path.name, content)
        if kind in NEEDS_READER:
            document, is_plain = self.reading.parse(path.name, content), False
        else:
            document, is_plain = read_text(path.name, content, kind), _is_utf8(content)
        seen = facts.real[0]
        assert seen.device is not None and seen.inode is not None, "it was read"
        return _Opened(
            path=path,
            file=ReadFile(path=path, device=seen.device, inode=seen.inode),
            attached=Attached(path=name, document=document),
            is_plain=is_plain and path not in self.asked.cited_files,
        )

    def _divided(self, opened: Sequence[_Opened], *, has_folders: bool) -> WholeOrNot:
        """Let files by themselves have all the room. Text beside words that do not fit anyway stays as it is."""
        attached = [each.attached for each in opened]
        tokens = sum(each.tokens for each in attached)
        if not has_folders and not self.room.is_full and tokens <= self.room.tokens:
            return WholeOrNot(whole=tuple(attached), too_large=(), tokens=tokens)
        if not self.room.is_full:
            return whole_or_not(attached, self.room.tokens)
        plain = tuple(each.attached for each in opened if each.is_plain)
        others = whole_or_not([each.attached for each in opened if not each.is_plain], self.room.tokens)
        return replace(others, whole=(*plain, *others.whole))

    def _take_whole(self, whole: Sequence[Attached], handled: dict[Path, _Opened]) -> None:
        if not whole:
            return
        chosen = choose_whole(whole, self.next_number)
        named = {each.attached.path: each for each in handled.values()}
        notes = [f"{each.path}: {note}" for each in whole for note in each.document.notes]
        read = Reading(chosen=chosen, sentences=(chosen.sentence, *notes))
        self._take(read, lambda source: _place_of(named[source.path]))

    def _take_folder(self, folder: Path, budget_tokens: int, *, is_alone: bool) -> None:
        question = self._question(budget_tokens)
        read = read_folder(folder, question, self.indexes, self.reading.parse, on_read=self.reading.count)
        for file in self._files_of(folder, read.chosen.sources):
            self.files[file.path] = file
        if not is_alone:
            sources = (replace(each, path=f"{folder.name}/{each.path}") for each in read.chosen.sources)
            read = replace(read, chosen=replace(read.chosen, sources=tuple(sources)))
        self._take(read, lambda source: (folder if is_alone else folder.parent) / source.path)

    def _files_of(self, folder: Path, sources: Sequence[Source]) -> Iterator[ReadFile]:
        """Which very file each passage comes from, as it was when it was read."""
        with self.indexes.open(folder) as index:
            for source in sources:
                kept = None if source.passage_id is None else index.passage(source.passage_id)
                if kept is None:
                    raise Misused(f"{source.path} was replaced while it was read.", hint="Ask again.")
                yield ReadFile(path=folder / source.path, device=kept.device, inode=kept.inode)

    def _take(self, read: Reading, path_of: Callable[[Source], Path | None]) -> None:
        chosen = read.chosen
        self.located += [Located(source=source, path=path_of(source)) for source in chosen.sources]
        self.next_number += len(chosen.sources)
        self.passages_in_all += chosen.passages_in_all
        main, *others = read.sentences
        self.told.append(main)
        self.notes += others

    def _question(self, budget_tokens: int) -> Question:
        return Question(text=text_of(self.asked.messages), budget_tokens=budget_tokens, first_number=self.next_number)


def _given(attached: Attached) -> _Opened:
    """Bytes from the app have no place on the disk, and no label but that of the words that they go with."""
    return _Opened(path=Path(f"{ATTACHED}{attached.path}"), file=None, attached=attached, is_plain=False)


def _place_of(opened: _Opened) -> Path | None:
    return None if opened.file is None else opened.path


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
