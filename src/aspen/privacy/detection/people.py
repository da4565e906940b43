"""What follows from what a reader saw of people in a text: shown before sending, never a reason to keep it here.

The reader is a process of its own and is not believed: what it says is checked, and no answer is a hit. Organisations,
dates and places are left out, since almost every text has some: a preview that always asks is read by nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, cast

from aspen.core.egress import Hint
from aspen.privacy.detection.finding import Finding, Kind

Json = Mapping[str, object]

MOST_CHARACTERS: Final = 200_000
"""More takes longer than a person waits for a preview. What lies beyond was not looked through, and that is a hit."""

PIECE_CHARACTERS: Final = 10_000
_FURTHEST_BACK: Final = 1_000
_SEAMS: Final = ("\n\n", "\n", ". ", " ")

_WORDS_OF_BIRTH: Final = frozenset({"born", "birth", "birthday", "birthdate", "dob"})
_NEAR_CHARACTERS: Final = 28
_DATE: Final = "DATE_TIME"
_PERSON: Final = "PERSON"
_DOCUMENTS: Final = frozenset(
    {
        "US_DRIVER_LICENSE",
        "US_PASSPORT",
        "US_ITIN",
        "MEDICAL_LICENSE",
        "UK_PASSPORT",
        "UK_DRIVING_LICENCE",
    }
)


def pieces_of(text: str) -> tuple[str, ...]:
    """Cut a text where words end, so that no name is cut in two; beyond `MOST_CHARACTERS` it ends."""
    pieces: list[str] = []
    start, end = 0, min(len(text), MOST_CHARACTERS)
    while start < end:
        until = min(start + PIECE_CHARACTERS, end)
        if until < end:
            until = _seam(text, until)
        pieces.append(text[start:until])
        start = until
    return tuple(pieces)


def _seam(text: str, until: int) -> int:
    """Return the last good place to cut before `until`, or `until` where there is none near."""
    for seam in _SEAMS:
        found = text.rfind(seam, until - _FURTHEST_BACK, until)
        if found >= 0:
            return found + len(seam)
    return until


def people_in(piece: str, told: Json) -> tuple[Finding, ...]:
    """Read a reader's answer about a piece of text. Raises ValueError for one that makes no sense."""
    entities = told.get("found")
    if not isinstance(entities, list):
        raise ValueError("an answer without findings")
    return tuple(finding for each in cast("list[object]", entities) for finding in _finding(piece, each))


def _finding(piece: str, entity: object) -> Iterator[Finding]:
    match entity:
        case [int() as start, int() as end, str() as name] if 0 <= start < end <= len(piece):
            kind = _kind(piece, start, end, name)
            if kind is not None:
                yield Finding(start=start, end=end, kind=kind, what=f"a {kind.value}")
        case _:
            raise ValueError("a finding that is none")


def _kind(piece: str, start: int, end: int, name: str) -> Kind | None:
    if name == _PERSON:
        return Kind.PERSON if _is_name(piece, start, end) else None
    if name in _DOCUMENTS:
        return Kind.DOCUMENT
    if name == _DATE and _is_of_birth(piece, start, end):
        return Kind.BIRTH_DATE
    return None


def _is_name(piece: str, start: int, end: int) -> bool:
    """Whether it is written as a name is. One word that is all of the text is an order: *Summarise*."""
    said = piece[start:end]
    stands_alone = not any(map(str.isalnum, piece[:start] + piece[end:])) and len(said.split()) == 1
    return any(map(str.isupper, said)) and not stands_alone


def _is_of_birth(piece: str, start: int, end: int) -> bool:
    """Whether a word shortly before a date says so; a weekday is nobody's."""
    before = piece[max(0, start - _NEAR_CHARACTERS) : start].casefold().replace("d.o.b.", "dob")
    words = "".join(each if each.isalpha() else " " for each in before).split()
    return not _WORDS_OF_BIRTH.isdisjoint(words) and any(each.isdigit() for each in piece[start:end])


def hints_of(looked: Iterable[tuple[str, Sequence[Finding] | None]]) -> tuple[Hint, ...]:
    """Count what was found in pieces of text: a name said twice is one. None is a piece that nobody looked through."""
    said: set[tuple[Kind, str]] = set()
    is_unseen = False
    for piece, found in looked:
        is_unseen = is_unseen or found is None
        said.update((each.kind, _plain(piece[each.start : each.end])) for each in found or ())
    counted = Counter(kind.value for kind, _ in said)
    if is_unseen:
        counted[Kind.UNSEEN_NAMES.value] = 1
    return tuple(Hint(kind=kind, count=count) for kind, count in sorted(counted.items()))


def _plain(said: str) -> str:
    return " ".join(said.casefold().split())


def joined_hints(some: Iterable[Hint], others: Iterable[Hint]) -> tuple[Hint, ...]:
    """Add up hints of two looks, by kind."""
    counted: Counter[str] = Counter()
    for hint in (*some, *others):
        counted[hint.kind] += hint.count
    return tuple(Hint(kind=kind, count=count) for kind, count in sorted(counted.items()))
