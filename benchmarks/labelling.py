"""(j) Milliseconds to gather and label each kilobyte of what goes into a request, without the group `pii`.

    python -m benchmarks.labelling [--rounds 30]

Prose and code of 1, 10 and 100 kB, each as typed words and as an attached file of its own, in turns, each time another
text. Everything that the core does to it is counted: the file is read, its place looked up, detectors look through it,
labels are joined.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aspen.service.ask_arguments import read_ask
from aspen.service.gathering import Surroundings, gather
from benchmarks.measuring import report
from benchmarks.texts import code, prose

_MOST_MS_PER_KB = 1.0
_SIZES_KB = (1, 10, 100)
_KINDS: Mapping[str, Callable[..., str]] = {"prose": prose, "code": code}
_UNMEASURED_ROUNDS = 2


@dataclass(slots=True)
class _Taken:
    wall_ms: list[float] = field(default_factory=list[float])
    cpu_ms: list[float] = field(default_factory=list[float])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_known_args()[0].rounds
    taken: dict[tuple[int, str, bool], _Taken] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(_UNMEASURED_ROUNDS + rounds):
            for size_kb in _SIZES_KB:
                for kind, text_of in _KINDS.items():
                    text = text_of(size_kb * 1000, start=number * 7919)
                    for is_file in (False, True):
                        found = taken.setdefault((size_kb, kind, is_file), _Taken())
                        _label(text, Path(folder) / f"notes-{number}.txt" if is_file else None, found)
    for (size_kb, kind, is_file), found in taken.items():
        _report(f"{size_kb} kB of {kind}, {'a file' if is_file else 'typed'}", size_kb, found)


def _label(text: str, file: Path | None, taken: _Taken) -> None:
    words = text if file is None else "Summarise this."
    if file is not None:
        file.write_text(text, "utf-8")
    files = [] if file is None else [str(file)]
    asked = read_ask({"messages": [{"role": "user", "content": words}], "files": files})
    began_wall, began_cpu = time.perf_counter(), time.process_time()
    gather(asked, Surroundings(), is_named=True)
    taken.cpu_ms.append((time.process_time() - began_cpu) * 1000)
    taken.wall_ms.append((time.perf_counter() - began_wall) * 1000)


def _report(what: str, size_kb: int, taken: _Taken) -> None:
    wall = statistics.median(taken.wall_ms[_UNMEASURED_ROUNDS:]) / size_kb
    cpu = statistics.median(taken.cpu_ms[_UNMEASURED_ROUNDS:]) / size_kb
    report(
        f"(j) labelling {what}, each kB",
        f"{wall:.3f} ms (CPU {cpu:.3f} ms)",
        f"<= {_MOST_MS_PER_KB:g} ms",
        met=wall <= _MOST_MS_PER_KB,
    )


if __name__ == "__main__":
    main()
