"""What was read of attached documents and folders for one question: numbered passages, and the file of each. Pure.

No label is kept here: `gathering` looks up the label of each file whenever it labels the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from aspen.channel.framing import Frame
from aspen.core.message import File, Message, Part, Text
from aspen.documents.citing import INSTRUCTION, Source, cited_in
from aspen.privacy.detection.labelling import NamedText
from aspen.store.outcome import Cited, Sources

NUMBERED: Final = re.compile(r"\[(\d{1,4})\] ((?:lines|pp?\.) \d+(?:-\d+)?)\n")
"""How the text of a passage begins, as `citing` words it."""

_INSTRUCTION: Final = Text(text=INSTRUCTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """A file that was read, by the way it was named, with the numbers of the very file that was opened."""

    path: Path
    device: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A numbered passage, and the file that it stands in; None for one that came to the app as bytes."""

    source: Source
    path: Path | None

    def to_json(self) -> Frame:
        """As it stands among the citations of a result."""
        return {
            "number": self.source.number,
            "words": self.source.words,
            "path": None if self.path is None else str(self.path),
            "passage_id": self.source.passage_id,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachments:
    """`handled` are the attached paths that are not to be read as plain text once more.

    `files` are those whose words go along, `folders` those that were looked through. `told` are the sentences on what
    was read, `notes` the others that a person should know.
    """

    handled: frozenset[Path] = frozenset()
    folders: tuple[Path, ...] = ()
    files: tuple[ReadFile, ...] = ()
    located: tuple[Located, ...] = ()
    told: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    passages_in_all: int = 0

    @property
    def parts(self) -> tuple[Part, ...]:
        """What goes into the message."""
        parts: list[Part] = [each.source.part for each in self.located]
        return (*parts, _INSTRUCTION) if parts else ()

    @property
    def texts(self) -> tuple[NamedText, ...]:
        """What detectors look at, by the words that a person finds it by."""
        return tuple(NamedText(name=each.source.words, text=each.source.part.text) for each in self.located)

    def events(self) -> Iterator[Frame]:
        """Say what was read, as events of the command."""
        for sentence in self.told:
            yield {"event": "read", "text": sentence}
        for note in self.notes:
            yield {"event": "note", "text": note}
        if self.located:
            passages = [{"number": each.source.number, "words": each.source.words} for each in self.located]
            yield {"event": "passages", "passages": passages}

    def sources(self, answer: str) -> Sources | None:
        """Return what is remembered with an answer; None where nothing was read."""
        if not (self.told or self.located):
            return None
        cited = cited_in(answer, [each.source for each in self.located])
        return Sources(told=self.told, cited=tuple(Cited(number=each.number, words=each.words) for each in cited))

    def to_json(self, answer: str) -> Frame:
        """Return the fields of the result: what was read, and what the answer cites of it."""
        by_number = {each.source.number: each for each in self.located}
        cited = cited_in(answer, [each.source for each in self.located])
        return {
            "passages_read": len(self.located),
            "passages_in_all": self.passages_in_all,
            "files_read": len({each.path or each.source.path for each in self.located}),
            "citations": [by_number[source.number].to_json() for source in cited],
        }


NOTHING_ATTACHED: Final = Attachments()


def without_instruction(message: Message) -> Message:
    """Return a message as it is remembered: what a model is told of citing is not a word of the person's."""
    return replace(message, parts=tuple(part for part in message.parts if part != _INSTRUCTION))


def next_number(history: Sequence[Message]) -> int:
    """Return the number after the last one that a conversation has given to a passage."""
    files = [part for message in history for part in message.parts if isinstance(part, File)]
    given = [int(found[1]) for file in files if (found := NUMBERED.match(file.text))]
    return max(given, default=0) + 1
