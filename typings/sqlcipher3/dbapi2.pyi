"""The DB-API of sqlcipher3 0.6.4 as far as Aspen uses it: pysqlite's, with SQLCipher underneath."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

Value: TypeAlias = int | float | str | bytes | None

class Error(Exception):
    sqlite_errorcode: int
    sqlite_errorname: str

class Cursor:
    description: tuple[tuple[str, None, None, None, None, None, None], ...] | None
    rowcount: int
    def fetchall(self) -> list[tuple[Any, ...]]: ...
    def __iter__(self) -> Iterator[tuple[Any, ...]]: ...

class Connection:
    in_transaction: bool
    def execute(self, sql: str, parameters: Sequence[Value] | Mapping[str, Value] = ..., /) -> Cursor: ...
    def executemany(self, sql: str, parameters: Sequence[Sequence[Value]], /) -> Cursor: ...
    def close(self) -> None: ...

def connect(database: str, *, isolation_level: None, uri: bool) -> Connection: ...
def complete_statement(sql: str) -> bool: ...
