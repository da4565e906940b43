"""(l) Detectors: recall and precision by kind on made-up samples, hits on texts that hold nothing, and speed.

    python -m benchmarks.detection [FOLDER …]

Each folder is looked through for text files (.py, .txt, .md, .csv, .log, .c, .js, .html) that are taken to hold
nothing which must stay: every such hit is printed with its kind and place, never its value. Without a folder Python's
own library is taken. Samples are drawn from `benchmarks/detection_forms.py`, which says what such numbers are worth.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from aspen.privacy.detection.detecting import find
from aspen.privacy.detection.finding import Finding, Kind, Severity
from benchmarks.detection_forms import samples
from benchmarks.detection_samples import Sample
from benchmarks.measuring import report

_MOST_MS_PER_KB: Final = 1.0
_TEXT_SUFFIXES: Final = frozenset({".py", ".txt", ".md", ".rst", ".csv", ".log", ".c", ".js", ".ts", ".html"})
_MOST_FILE_BYTES: Final = 400_000
_MOST_SHOWN: Final = 20
_SHORT_ROUNDS: Final = 1000
_FIRST_USE: Final = """
import os, time
from benchmarks.memory import pss_mib
before = pss_mib(os.getpid())
from aspen.privacy.detection.detecting import find
began = time.process_time()
find("Hello")
print((time.process_time() - began) * 1000, pss_mib(os.getpid()) - before)
"""


def report_first_use() -> None:
    """Print what the first text of a process costs, for which the rules are read, and what it costs from then on."""
    told = subprocess.run([sys.executable, "-c", _FIRST_USE], check=True, capture_output=True, text=True)
    first_ms, more_mib = map(float, told.stdout.split())
    find("Hello")
    shortest: list[float] = []
    for _ in range(_SHORT_ROUNDS):
        began = time.process_time()
        find("Hello")
        shortest.append((time.process_time() - began) * 1000)
    print(f"first text: {first_ms:.0f} ms and {more_mib:.1f} MiB; the same again: {statistics.median(shortest):.2f} ms")


def kinds_of(found: Sequence[Finding]) -> set[Kind]:
    return {each.kind for each in found}


def report_samples(drawn: Sequence[Sample]) -> None:
    """Print recall and precision for each kind; a clean sample counts against every kind that is found in it."""
    right: Counter[Kind] = Counter()
    wrong: Counter[Kind] = Counter()
    wanted = Counter(sample.kind for sample in drawn)
    for sample in drawn:
        for kind in kinds_of(find(sample.text)):
            (right if kind is sample.kind else wrong)[kind] += 1
    print(f"{'kind':<24}{'samples':>8}{'recall':>8}{'precision':>10}")
    for kind in sorted(kind for kind in wanted if kind is not None):
        precision = right[kind] / max(right[kind] + wrong[kind], 1)
        print(f"{kind.value:<24}{wanted[kind]:>8}{right[kind] / wanted[kind]:>8.2f}{precision:>10.2f}")


def texts_below(folders: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            is_text = path.suffix in _TEXT_SUFFIXES and path.is_file() and path.stat().st_size < _MOST_FILE_BYTES
            if is_text and "site-packages" not in path.parts:
                yield path, path.read_text("utf-8", "replace")


def report_clean(folders: Sequence[Path]) -> None:
    """Print each hit in texts that should have none, and the time for each kB."""
    hits: Counter[Kind] = Counter()
    speeds: list[float] = []
    files = characters = shown = 0
    for path, text in texts_below(folders):
        started = time.process_time()
        found = find(text)
        elapsed = time.process_time() - started
        files, characters = files + 1, characters + len(text)
        if len(text) >= 1000:
            speeds.append(elapsed * 1e6 / len(text))
        hits.update(each.kind for each in found)
        for each in found:
            if each.severity is Severity.STAYS_HERE and shown < _MOST_SHOWN:
                shown += 1
                print(f"    {path}:{text.count(chr(10), 0, each.start) + 1}: {each.what}")
    print(f"{files} files, {characters / 1e6:.1f} MB: {', '.join(f'{n} {kind.value}' for kind, n in hits.items())}")
    median = statistics.median(speeds)
    report(
        "(l) all detectors, CPU for each kB, median of files",
        f"{median:.2f} ms (p90 {statistics.quantiles(speeds, n=10)[-1]:.2f})",
        f"<= {_MOST_MS_PER_KB:.0f} ms",
        met=median <= _MOST_MS_PER_KB,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=[Path(sysconfig.get_path("stdlib"))])
    parser.add_argument("--samples", type=int, default=200, help="of each kind")
    found = parser.parse_args()
    report_first_use()
    report_samples(list(samples(found.samples)))
    report_clean(found.folders)


if __name__ == "__main__":
    main()
