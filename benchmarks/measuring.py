"""Interleaved measurements and their medians, and a starter model to measure with."""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aspen.core.engine_spec import EngineSpec
from aspen.local.threads import SPIN_COUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`model` is a GGUF file; `rounds` is how many interleaved pairs are taken."""

    model: Path
    rounds: int


def parse_options(description: str, rounds: int) -> Options:
    """Read `--model FILE.gguf` and `--rounds N` from the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--model", type=Path, required=True, help="a GGUF file; the bars are for the starter model")
    parser.add_argument("--rounds", type=int, default=rounds)
    found = parser.parse_args()
    return Options(model=found.model.resolve(), rounds=found.rounds)


def spec_for(model: Path, *, threads: int = 2, spin_count: int = SPIN_COUNT, slots: int = 8) -> EngineSpec:
    """The engine as the product starts it for the starter model."""
    return EngineSpec(
        model=(model,),
        context_tokens=8192,
        slots=slots,
        batch_tokens=128,
        threads=threads,
        spin_count=spin_count,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Medians of two series taken in turns, and the median of the ratios of the pairs."""

    ours: float
    theirs: float
    ratio: float


def compare(ours: Sequence[float], theirs: Sequence[float]) -> Comparison:
    """Compare two interleaved series."""
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    return Comparison(ours=statistics.median(ours), theirs=statistics.median(theirs), ratio=statistics.median(ratios))


def cpu_seconds() -> float:
    """CPU time of this process so far, user and system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextmanager
def busy_cores(count: int) -> Generator[None]:
    """Keep `count` other processes spinning meanwhile."""
    spinners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()


def report(name: str, value: str, bar: str, *, met: bool) -> None:
    """Print one line of the table."""
    print(f"{'ok  ' if met else 'MISS'}  {name:<58} {value:<34} bar: {bar}", flush=True)
