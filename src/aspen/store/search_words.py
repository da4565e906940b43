"""What a person types into a search field, as a query of SQLite's FTS5 (https://www.sqlite.org/fts5.html, part 3).

Every word is quoted, so that nothing that is typed can be an operator or a mistake.
"""

from __future__ import annotations

from typing import Final

from aspen.store.json_text import plain_text

LONGEST_SEARCH: Final = 1000
_MOST_TERMS: Final = 32
_SHORTEST_BEGINNING: Final = 2
_QUOTES: Final = {ord(quote): '"' for quote in "\u201c\u201d\u201e\u201f\u00ab\u00bb"} | {0: " "}


def match_expression(text: str) -> str:
    """Return a query for all of the words and "phrases" in any order; empty where nothing is asked for.

    The last one may be the beginning of a word, unless its quotes are closed or it is a single letter, which would
    mean almost everything. Only the first 1,000 letters and 32 words count.
    """
    pieces = plain_text(text[:LONGEST_SEARCH]).translate(_QUOTES).split('"')
    terms: list[str] = []
    for place, piece in enumerate(pieces):
        terms += piece.split() if place % 2 == 0 else [piece.strip()]
    terms = [term for term in terms if term][:_MOST_TERMS]
    if not terms:
        return ""
    is_closed = len(pieces) % 2 == 1 and not pieces[-1].strip() and len(pieces) > 1
    is_beginning = not is_closed and len(terms[-1]) >= _SHORTEST_BEGINNING
    return " ".join(f'"{term}"' for term in terms) + (" *" if is_beginning else "")
