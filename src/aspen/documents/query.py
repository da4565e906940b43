"""A question becomes an expression of SQLite's full-text search (https://www.sqlite.org/fts5.html#full_text_query_syntax).

Every word is written as a quoted string, so that nothing that a person types is taken for an operator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aspen.documents.terms import question_terms, quoted_phrases, spaced

_SHORTEST_PREFIX: Final = 4
_LONGEST_QUESTION: Final = 4_000
"""In characters: whoever pastes a page asks about it, and its first words are as good as all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to look for: every phrase, and as many of the terms as can be had."""

    phrases: tuple[str, ...]
    terms: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the question has no word at all."""
        return not (self.phrases or self.terms)

    @property
    def strict(self) -> str:
        """Demand each phrase as it was quoted, and rank by the rest; without phrases as `loose`."""
        if not self.phrases:
            return self.loose
        demanded = " AND ".join(_string(phrase) for phrase in self.phrases)
        others = any_of(self.terms)
        return f"({demanded}) AND ({others} OR {demanded})" if others else demanded

    @property
    def loose(self) -> str:
        """Take whatever has any of the words, also as the beginning of a longer one."""
        return any_of((*self.phrases, *self.terms))


def query_of(question: str) -> Query:
    """Read a question."""
    told = question[:_LONGEST_QUESTION]
    return Query(phrases=quoted_phrases(told), terms=question_terms(told))


def any_of(words: Sequence[str]) -> str:
    """Ask for any of the words, each whole; longer ones also as the beginning of another."""
    return " OR ".join(part for word in words for part in _forms(word))


def _forms(word: str) -> tuple[str, ...]:
    return (
        (_string(word), f"{_string(word)}*") if len(word) >= _SHORTEST_PREFIX and word.isalnum() else (_string(word),)
    )


def _string(words: str) -> str:
    return '"' + spaced(words).replace('"', '""').replace("\0", " ") + '"'
