"""How many threads decode, and how long an idle one spins. Measured: docs/reference/engine.md, "Threads".

llama.cpp's OpenMP threads spin at a barrier several times for each token. On a quiet machine that is fastest; as soon
as another program wants a core, the spinning threads wait for one that is not running, and the rate collapses. A short
spin keeps the quiet rate and sleeps through the contention.
"""

from __future__ import annotations

SPIN_COUNT = 500
"""GOMP_SPINCOUNT of the engine child: loop rounds before a waiting thread sleeps (libgomp manual, section 4)."""

_MOST_THREADS = 16
"""Decoding is bound by memory; past this many cores more threads only wait for each other."""


def decode_threads(usable_cores: int, wanted: int | None) -> int:
    """Return the user's own number, else one thread for each physical core this process may use."""
    return wanted or max(1, min(usable_cores, _MOST_THREADS))
