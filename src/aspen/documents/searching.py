"""The passages of an index that answer a question, the best first: BM25 over path, headings, identifiers and words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aspen.documents.index import PASSAGES, Index, IndexedPassage, passage_from_row
from aspen.documents.query import Query, query_of

_PATH, _HEADINGS, _NAMES, _BODY = 3.0, 3.0, 0.5, 1.0
_CANDIDATES: Final = 120
_RANKED: Final = f"""SELECT rowid, bm25(words, {_PATH}, {_HEADINGS}, {_NAMES}, {_BODY}) AS score FROM words
    WHERE words MATCH ? ORDER BY score, rowid LIMIT {_CANDIDATES}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Passages, the best first. `passage_count` is of all that were looked through."""

    passages: tuple[IndexedPassage, ...]
    passage_count: int


def search(index: Index, question: str, *, most: int = 8, most_of_a_file: int = 3) -> Found:
    """Find passages; empty where no word of the question stands anywhere. Costs a few milliseconds."""
    query = query_of(question)
    rowids = [] if query.is_empty else _rowids(index, query)
    passages = _by_id(index, rowids)
    return Found(passages=_spread(passages, most, most_of_a_file), passage_count=index.passage_count)


def _rowids(index: Index, query: Query) -> list[int]:
    """What was quoted is demanded, unless it stands nowhere."""
    for expression in dict.fromkeys([query.strict, query.loose]):
        if rows := index.connection.execute(_RANKED, (expression,)):
            return [int(row[0]) for row in rows]
    return []


def _by_id(index: Index, rowids: Sequence[int]) -> list[IndexedPassage]:
    if not rowids:
        return []
    places = ", ".join("?" * len(rowids))
    rows = index.connection.execute(f"{PASSAGES} WHERE passage_id IN ({places})", list(rowids))
    found = {row[0]: passage_from_row(row) for row in rows}
    return [found[rowid] for rowid in rowids if rowid in found]


def _spread(passages: Sequence[IndexedPassage], most: int, most_of_a_file: int) -> tuple[IndexedPassage, ...]:
    """Take the best ones, and of each file only so many."""
    taken: list[IndexedPassage] = []
    of_file: Counter[str] = Counter()
    for each in passages:
        if len(taken) < most and of_file[each.path] < most_of_a_file:
            of_file[each.path] += 1
            taken.append(each)
    return tuple(taken)
