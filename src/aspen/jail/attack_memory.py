"""A piece of memory that two processes share, through which an attacked process is told to begin and says what came.

It exists before the walls do, and lives in a file of the attack's own folder. A descriptor would not do: an engine that
holds one is ended by the launcher. Layout: one byte of state, four of length, JSON.
"""

from __future__ import annotations

import ctypes
import json
import os
import struct
import time
from enum import IntEnum
from pathlib import Path

_SIZE_BYTES = 1 << 20
_READ_AND_WRITE, _SHARED = 3, 1
_LENGTH = struct.Struct("=I")
_CONTENT_AT = 1 + _LENGTH.size
_PAUSE_SECONDS = 0.005


class State(IntEnum):
    """Who has written last."""

    NOTHING = 0
    ASKED = 1
    ANSWERED = 2


class SharedMemory:
    """Both ends use this. Only one of them writes at a time: first the one who asks, then the one who answers."""

    def __init__(self, path: Path) -> None:
        """Raises OSError where the file cannot be made or mapped."""
        library = ctypes.CDLL(None, use_errno=True)
        library.mmap.restype = ctypes.c_void_p
        library.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.ftruncate(descriptor, _SIZE_BYTES)
            place = library.mmap(None, _SIZE_BYTES, _READ_AND_WRITE, _SHARED, descriptor, 0)
        finally:
            os.close(descriptor)
        if place in (None, ctypes.c_void_p(-1).value):
            raise OSError(ctypes.get_errno(), "memory cannot be shared")
        self._memory = (ctypes.c_char * _SIZE_BYTES).from_address(place)

    @property
    def state(self) -> State:
        return State(self._memory[0][0])

    def read(self) -> object:
        """Return what was written last. Raises ValueError for what is no JSON."""
        (length,) = _LENGTH.unpack_from(self._memory, 1)
        return json.loads(bytes(self._memory[_CONTENT_AT : _CONTENT_AT + length]))

    def write(self, content: object, state: State) -> None:
        """Write, and only then say so. Raises ValueError for what is too large."""
        encoded = json.dumps(content).encode()
        if len(encoded) > _SIZE_BYTES - _CONTENT_AT:
            raise ValueError(f"{len(encoded)} bytes do not fit")
        _LENGTH.pack_into(self._memory, 1, len(encoded))
        self._memory[_CONTENT_AT : _CONTENT_AT + len(encoded)] = encoded
        self._memory[0] = bytes([state])

    def wait_for_answer(self, seconds: float) -> bool:
        """Wait until the other end has answered; False when it does not in time."""
        deadline = time.monotonic() + seconds
        while self.state is not State.ANSWERED:
            if time.monotonic() > deadline:
                return False
            time.sleep(_PAUSE_SECONDS)
        return True
