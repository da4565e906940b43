"""Who has come in: a random word in a cookie, and the one app's origin that it was opened for.

Kept as hashes in a file of the gate's folder, so that a gate that starts again still knows the page, and that whoever
reads the file can make no session of it.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from aspen.core.errors import StoreDamaged
from aspen.egress.gate.kept_file import read_kept, write_kept

COOKIE = "aspen_gate"
SESSION_SECONDS = 30 * 24 * 3600
_NAME = "page-sessions.json"
_MOST_SESSIONS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`app_origin` is the only other origin whose page may frame and read what the gate shows."""

    app_origin: str
    ends_at: int


class Sessions:
    """By digest, oldest first. `wall` gives seconds since 1970."""

    def __init__(self, folder: Path, wall: Callable[[], float] = time.time) -> None:
        self._file = folder / _NAME
        self._wall = wall
        self._known = _read(self._file)

    def open(self, app_origin: str) -> str:
        """Return the word of a new session. Raises NotWritable."""
        word = secrets.token_urlsafe(32)
        self._forget_the_old()
        while len(self._known) >= _MOST_SESSIONS:
            del self._known[next(iter(self._known))]
        self._known[_digest(word)] = Session(app_origin=app_origin, ends_at=int(self._wall()) + SESSION_SECONDS)
        listed = [[digest, each.app_origin, each.ends_at] for digest, each in self._known.items()]
        write_kept(self._file, {"sessions": listed})
        return word

    def find(self, words: tuple[str, ...]) -> Session | None:
        """Return the session of the first word that is one; a server on another port may have set others."""
        self._forget_the_old()
        return next((found for word in words if (found := self._known.get(_digest(word)))), None)

    def has_app(self, origin: str) -> bool:
        """Whether any session was opened for this origin: all that a request without cookies can be asked."""
        self._forget_the_old()
        return any(each.app_origin == origin for each in self._known.values())

    def _forget_the_old(self) -> None:
        now = self._wall()
        self._known = {digest: each for digest, each in self._known.items() if each.ends_at > now}


def _read(file: Path) -> dict[str, Session]:
    """Return what is kept; what cannot be read opens nothing, and a person opens Aspen again."""
    try:
        kept = read_kept(file).get("sessions")
    except StoreDamaged:
        return {}
    known: dict[str, Session] = {}
    for each in cast("list[object]", kept) if isinstance(kept, list) else []:
        match each:
            case [str() as digest, str() as app_origin, int() as ends_at]:
                known[digest] = Session(app_origin=app_origin, ends_at=ends_at)
            case _:
                pass
    return known


def _digest(word: str) -> str:
    return hashlib.sha256(word.encode("utf-8", "surrogatepass")).hexdigest()
