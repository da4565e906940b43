"""A quick measurement of how fast this machine moves memory: it bounds how fast a model can speak.

Copies buffers larger than the processor's caches, with the threads that a model would use. Needs 64 MiB for a moment.
"""

from __future__ import annotations

import ctypes
import mmap
import time
from concurrent.futures import ThreadPoolExecutor

BUFFER_BYTES = 32 << 20
_ROUNDS = 3
_MOST_THREADS = 8


def measure_bandwidth(threads: int = 1, *, buffer_bytes: int = BUFFER_BYTES) -> float:
    """Measure bytes read and written per second, the best of three rounds.

    Takes about 30 ms on a machine with free memory; a virtual machine that must first get the memory from its host
    was seen to take 150 ms the first time. Two buffers of `buffer_bytes` should not fit the last-level cache.
    """
    workers = max(1, min(threads, _MOST_THREADS))
    part = buffer_bytes // workers
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    with mmap.mmap(-1, buffer_bytes, flags) as source, mmap.mmap(-1, buffer_bytes, flags) as target:
        for buffer in (source, target):
            if hasattr(mmap, "MADV_HUGEPAGE"):
                buffer.madvise(mmap.MADV_HUGEPAGE)
        # memmove through ctypes lets go of the interpreter lock, so the threads copy at the same time.
        views = [ctypes.c_char.from_buffer(buffer) for buffer in (target, source)]
        to, start = (ctypes.addressof(view) for view in views)
        for address in (to, start):
            ctypes.memset(address, 1, buffer_bytes)
        with ThreadPoolExecutor(workers) as pool:
            best = min(_round(pool, to, start, part, workers) for _ in range(_ROUNDS))
        # The views must go first: a mapping with views on it cannot be closed.
        del views
    return 2 * part * workers / best


def _round(pool: ThreadPoolExecutor, to: int, start: int, part: int, workers: int) -> float:
    began = time.perf_counter()
    copies = [pool.submit(ctypes.memmove, to + n * part, start + n * part, part) for n in range(workers)]
    for copy in copies:
        copy.result()
    return time.perf_counter() - began
