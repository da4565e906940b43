"""(r) Finding in files: seconds to index a package, milliseconds for a question, and how often the right file is found.

    python -m benchmarks.retrieval [--package openai] [--misses]

The questions stand in `retrieval_questions.json`. They were written by reading the package, before the search existed.
"""

from __future__ import annotations

import argparse
import json
import secrets
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from aspen.core.errors import Misused
from aspen.documents.document import Document
from aspen.documents.index import Index
from aspen.documents.index_file import open_index_file
from aspen.documents.reading import parsing_with, reading_below
from aspen.documents.searching import search
from aspen.documents.walking import walk

_QUESTIONS = Path(__file__).with_name("retrieval_questions.json")
_FIRST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question; `rank` is that of the first passage from a right file, 0 for none among the first."""

    question: str
    rank: int
    milliseconds: float
    found: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="show what was found in place of the right file")
    shows_misses = parser.parse_known_args()[0].misses
    written = json.loads(_QUESTIONS.read_text("utf-8"))
    folder = folder_of(written["package"])
    with tempfile.TemporaryDirectory() as kept, open_index_file(Path(kept) / "i", secrets.token_bytes(32)) as file:
        index = Index(file)
        first = _refresh(index, folder)
        again = _refresh(index, folder)
        size_mb = sum(path.stat().st_size for path in Path(kept).iterdir()) / 1e6
        print(
            f"(r) indexing {written['package']}, {first[1]}: {first[0]:.1f} s; again {again[0]:.2f} s; {size_mb:.0f} MB"
        )
        asked = [ask(index, each["question"], each["files"]) for each in written["questions"]]
    report(asked, shows_misses=shows_misses)


def folder_of(package: str) -> Path:
    """Return the folder of an installed package, without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package} is not installed: pip install 'aspen[test]'")
    return Path(spec.origin).parent


def no_documents(name: str, content: bytes) -> Document:
    """There are none in a package."""
    del content
    raise Misused(f"{name} is not text.")


def _refresh(index: Index, folder: Path) -> tuple[float, str]:
    began = time.perf_counter()
    done = index.refresh(walk(folder).files, reading_below(folder), parsing_with(no_documents))
    return time.perf_counter() - began, f"{done.files:,} files, {done.passages:,} passages"


def ask(index: Index, question: str, files: Sequence[str]) -> Asked:
    """Ask one question and look for the right files among the first passages."""
    began = time.perf_counter()
    found = tuple(each.path for each in search(index, question).passages)
    took_ms = (time.perf_counter() - began) * 1000
    rank = next((place for place, path in enumerate(found[:_FIRST], 1) if path in files), 0)
    return Asked(question=question, rank=rank, milliseconds=took_ms, found=found[:_FIRST])


def report(asked: Sequence[Asked], *, shows_misses: bool) -> None:
    """Print how often and how early the right file was found, and how long it took."""
    hits = sum(each.rank > 0 for each in asked)
    reciprocal = statistics.mean(1 / each.rank if each.rank else 0.0 for each in asked)
    times = sorted(each.milliseconds for each in asked)
    print(f"(r) the right file among the first {_FIRST} passages: {hits} of {len(asked)}; MRR {reciprocal:.2f}")
    print(f"(r) a question takes {statistics.median(times):.1f} ms, at most {times[-1]:.1f} ms")
    for each in asked if shows_misses else ():
        if each.rank == 0:
            print(f"    missed: {each.question}\n        {'; '.join(each.found)}")


if __name__ == "__main__":
    main()
