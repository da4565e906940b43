"""(h) The reader for people: precision and recall by type, speed, start and memory.

    python -m pip download --no-deps presidio-evaluator
    python -m benchmarks.people presidio_evaluator-….whl      texts made up from its templates
    python -m benchmarks.people synth_dataset_v2.json         a data set in the form of presidio-research

A mention is found when at least half of it lies in findings of its type, and a finding is right when at least half of
it lies in mentions of its type. Wants the group `pii`: pip install 'aspen[pii]'.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, cast

from aspen.launcher.reader_process import Readers
from aspen.privacy.detection.finding import Kind
from aspen.privacy.detection.people import people_in
from aspen.readers.framing import HEADER_BYTES, from_frame, length_of, to_frame
from aspen.readers.kinds import PEOPLE
from benchmarks.measuring import report
from benchmarks.people_samples import AnnotatedText, Mention, read_texts

Json = Mapping[str, object]

_SHOWN: Final = {Kind.PERSON: "PERSON", Kind.BIRTH_DATE: "BIRTH_DATE", Kind.DOCUMENT: "US_DRIVER_LICENSE"}
_LONG_CHARACTERS: Final = 9_000
_REPEATS: Final = 9
_MOST_MS_PER_KB: Final = 60
_MOST_MEMORY_MIB: Final = 256
_MOST_START_SECONDS: Final = 10.0


class Reader:
    """A real reader in its jail, asked over its socket as the core asks it."""

    def __init__(self, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], pid: int) -> None:
        self._reader, self._writer = streams
        self._pid = pid

    async def ask(self, text: str) -> Json:
        self._writer.write(to_frame({"text": text}))
        header = await self._reader.readexactly(HEADER_BYTES)
        return from_frame(await self._reader.readexactly(length_of(header)))

    def cpu_seconds(self) -> float:
        """User and system time of the reader's process (proc(5))."""
        fields = Path(f"/proc/{self._pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def memory_mib(self) -> float:
        lines = Path(f"/proc/{self._pid}/status").read_text("ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    def close(self) -> None:
        self._writer.close()


def covered(mention: Mention, others: Iterable[Mention]) -> bool:
    """Whether at least half of a mention lies in others."""
    inside = sum(max(0, min(mention.end, each.end) - max(mention.start, each.start)) for each in others)
    return 2 * inside >= mention.end - mention.start


def print_scores(title: str, scored: Sequence[tuple[AnnotatedText, Sequence[Mention]]]) -> None:
    """Print recall and precision for each type that is marked in the texts and can be found."""
    marked: Counter[str] = Counter()
    found: Counter[str] = Counter()
    recalled: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for text, findings in scored:
        for each in text.mentions:
            marked[each.entity] += 1
            recalled[each.entity] += covered(each, [one for one in findings if one.entity == each.entity])
        for each in findings:
            found[each.entity] += 1
            right[each.entity] += covered(each, [one for one in text.mentions if one.entity == each.entity])
    print(f"\n{title:<28}{'marked':>8}{'found':>8}{'recall':>8}{'precision':>10}")
    for entity in sorted(set(marked) & set(found)):
        recall, precision = recalled[entity] / marked[entity], right[entity] / found[entity]
        print(f"{entity:<28}{marked[entity]:>8}{found[entity]:>8}{recall:>8.2f}{precision:>10.2f}")


def said(told: Json) -> list[Mention]:
    return [Mention(*each) for each in cast("list[tuple[int, int, str]]", told["found"])]


def shown(text: str, told: Json) -> list[Mention]:
    return [Mention(each.start, each.end, _SHOWN[each.kind]) for each in people_in(text, told)]


def with_birth_dates_as_dates(text: AnnotatedText) -> AnnotatedText:
    """A date of birth is a date for the library, which knows no others."""
    dates = (
        Mention(each.start, each.end, "DATE_TIME") if each.entity == "BIRTH_DATE" else each for each in text.mentions
    )
    return AnnotatedText(text=text.text, mentions=tuple(dates))


async def measure(texts: Sequence[AnnotatedText]) -> None:
    readers = Readers()
    started = time.perf_counter()
    connection = await readers.connect(PEOPLE)
    load_seconds = time.perf_counter() - started
    pid, jail = await readers.prove(PEOPLE)
    reader = Reader(await asyncio.open_unix_connection(sock=connection), pid)
    try:
        load_cpu = reader.cpu_seconds()
        answers = [(text, await reader.ask(text.text)) for text in texts]
        print_scores("what the libraries find", [(with_birth_dates_as_dates(t), said(told)) for t, told in answers])
        print_scores("what is shown", [(text, shown(text.text, told)) for text, told in answers])
        with_hits = sum(bool(shown(text.text, told)) for text, told in answers)
        print(f"\n{with_hits} of {len(texts)} texts with something to show; sealed to {jail.level.name}")
        await report_speed(reader, "\n".join(text.text for text in texts)[:_LONG_CHARACTERS])
        memory_mib = reader.memory_mib()
        report(
            "(h) memory of the reader",
            f"{memory_mib:.0f} MiB",
            f"<= {_MOST_MEMORY_MIB} MiB",
            met=memory_mib <= _MOST_MEMORY_MIB,
        )
        report(
            "(h) start until proven",
            f"{load_seconds:.1f} s ({load_cpu:.1f} s of processor time)",
            f"<= {_MOST_START_SECONDS:.0f} s",
            met=load_seconds <= _MOST_START_SECONDS,
        )
    finally:
        reader.close()
        await readers.stop_all()


async def report_speed(reader: Reader, text: str) -> None:
    """Time one piece of the size that the core asks with."""
    walls: list[float] = []
    before = reader.cpu_seconds()
    for _ in range(_REPEATS):
        started = time.perf_counter()
        await reader.ask(text)
        walls.append(time.perf_counter() - started)
    cpu = (reader.cpu_seconds() - before) / _REPEATS
    size_kb = len(text) / 1000
    cpu_ms, wall_ms = cpu * 1000 / size_kb, statistics.median(walls) * 1000 / size_kb
    report(
        "(h) processor time for each kB (wall time, median)",
        f"{cpu_ms:.1f} ms ({wall_ms:.1f} ms)",
        f"<= {_MOST_MS_PER_KB} ms",
        met=cpu_ms <= _MOST_MS_PER_KB,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--count", type=int, default=1500)
    found = parser.parse_args()
    asyncio.run(measure(list(read_texts(found.texts, found.count))))


if __name__ == "__main__":
    main()
