"""The part of google-re2 1.1.20251105 that Aspen uses; the package ships no types."""

from collections.abc import Iterator
from enum import Enum
from typing import AnyStr, Generic, Protocol

class Options:
    class Encoding(Enum):
        UTF8 = 1
        LATIN1 = 2

    encoding: Encoding
    case_sensitive: bool
    longest_match: bool
    log_errors: bool

class _Match(Generic[AnyStr]):
    def group(self, group: int = 0) -> AnyStr | None: ...
    def start(self, group: int = 0) -> int: ...
    def end(self, group: int = 0) -> int: ...
    def span(self, group: int = 0) -> tuple[int, int]: ...

class _Regexp(Generic[AnyStr]):
    @property
    def groups(self) -> int: ...
    def search(self, text: AnyStr, pos: int | None = None) -> _Match[AnyStr] | None: ...
    def finditer(self, text: AnyStr) -> Iterator[_Match[AnyStr]]: ...

class _Compile(Protocol):
    def __call__(self, pattern: AnyStr, options: Options | None = None) -> _Regexp[AnyStr]: ...

error: type[Exception]

def escape(pattern: AnyStr) -> AnyStr: ...

# `compile`, which under its own name would shadow the built-in one.
def __getattr__(name: str) -> _Compile: ...
