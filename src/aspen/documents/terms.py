"""Words of a text and of a question as the index knows them: identifiers in their parts, Chinese letter by letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

# Tried at the beginning of a word alone, and never going back: linear for any text.
_CAMEL: Final = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z]?[a-z0-9]++[A-Z]|[A-Z]{2,}+[a-z])[A-Za-z0-9]*+")
_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_UNSPACED: Final = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff])")
_QUOTED: Final = re.compile(r'"([^"\n]{2,200})"|“([^”\n]{2,200})”|`([^`\n]{2,200})`')
_WORD: Final = re.compile(r"\w+")
_MOST_TERMS: Final = 24
_LONGEST_IDENTIFIER: Final = 80

_STOP_WORDS: Final = (
    "a about all also an and any are as at be been but by can could did do does each every find for from get give "
    "had has have he her his how i if in into is it its just let look many may me much must my no not of off on "
    "one or our out please say she should show so some such tell than that the their them then there these they "
    "this those through to too up us use used uses using very was we were what when where which while who whom "
    "whose why will with within without would you your happen happens mean means work works come comes go goes "
    "der die das ein eine und oder ist sind wie wo was wer warum wann mit von zu im in auf für nicht den dem des "
    "le la les un une et ou est sont comment où quoi qui pourquoi quand avec de du des dans pour pas "
    "el los las y o es son cómo dónde qué quién por cuándo con en para no del"
)
"""English first; of German, French and Spanish those that stand in most questions."""

STOP_WORDS: Final = frozenset(_STOP_WORDS.split())


def camel_parts(text: str) -> str:
    """Return the parts of every identifier in camelCase, in order; the index itself splits at `_`."""
    return " ".join(
        part for matched in _CAMEL.finditer(text) for part in _PARTS.findall(matched[0][:_LONGEST_IDENTIFIER])
    )


def spaced(text: str) -> str:
    """Put spaces around letters of scripts that write none between words."""
    return text if text.isascii() else _UNSPACED.sub(r" \1 ", text)


def quoted_phrases(question: str) -> tuple[str, ...]:
    """Return what stands in quotation marks or backticks: it has to be found as it is."""
    found = (next(filter(None, matched.groups())) for matched in _QUOTED.finditer(question))
    return tuple(phrase for phrase in found if _WORD.search(phrase))[:_MOST_TERMS]


def question_terms(question: str) -> tuple[str, ...]:
    """Return the words of a question that say something, in order, each once; all of them where none does."""
    words = list(dict.fromkeys(_words(question)))
    telling = [word for word in words if word.lower() not in STOP_WORDS and (len(word) > 1 or not word.isascii())]
    return tuple((telling or words)[:_MOST_TERMS])


def _words(question: str) -> Iterator[str]:
    """Yield each word, and after an identifier the parts that it is made of."""
    for matched in _WORD.finditer(spaced(question)):
        word = matched[0][:_LONGEST_IDENTIFIER]
        yield word
        if _CAMEL.fullmatch(word):
            yield from _PARTS.findall(word)
        elif "_" in word:
            yield from filter(None, word.split("_"))
