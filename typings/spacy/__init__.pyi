"""The part of spaCy 3.8 that Aspen uses; its own types are unknown in places."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

class _Token:
    text: str
    idx: int

class _Span:
    label_: str
    start_char: int
    end_char: int

class _Doc:
    ents: Sequence[_Span]
    def __iter__(self) -> Iterator[_Token]: ...

class _Lexeme:
    is_stop: bool
    is_punct: bool

class _Vocab:
    def __getitem__(self, word: str) -> _Lexeme: ...

class Language:
    vocab: _Vocab
    max_length: int
    def __call__(self, text: str) -> _Doc: ...

def load(name: Path, *, exclude: Iterable[str]) -> Language: ...
