"""(n) Searching everything that was ever said: a store of 100,000 turns, 50 searches, and what the index costs.

    python -m benchmarks.search [--turns 100000]

The words are made up, and as unevenly common as those of a language (Zipf). One search in five is each of: a word, two
words, the first one to four letters of one, a word and the first two letters of another, a phrase of two. The store is
encrypted. The index is built the way it is after an update: in pieces, by a store that has all turns already.
"""

from __future__ import annotations

import argparse
import random
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

from aspen.core.conversation import Turn
from aspen.core.message import Message, Role
from aspen.database.connection import Value, open_database
from aspen.database.migrations import migrate
from aspen.store.json_text import to_json_text
from aspen.store.schema import STEPS
from aspen.store.store import Store, open_store
from aspen.store.turns import KeptTurn
from benchmarks.measuring import report

_TURNS_EACH = 20
_LONG_TURNS = 2000
_SEARCHES = 50
_LENGTHS = (8, 20, 60, 120, 200)
_MOST_SEARCH_MS, _MOST_OPENING_MS, _MOST_PIECE_MS = 50.0, 50.0, 500.0
_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


class Words:
    """Words of one to four syllables, the first of them the most common."""

    def __init__(self) -> None:
        self.rng = random.Random(1)
        syllables = [first + last for first in "bcdfghjklmnprstvwz" for last in ("a", "e", "i", "o", "ün", "er", "ist")]
        made = ("".join(self.rng.choices(syllables, k=self.rng.randint(1, 4))) for _ in range(60_000))
        self._words = list(dict.fromkeys(made))
        self._weights = list(accumulate(1 / (place + 3) for place in range(len(self._words))))

    def some(self, count: int) -> list[str]:
        return self.rng.choices(self._words, cum_weights=self._weights, k=count)

    def text(self) -> str:
        return " ".join(self.some(self.rng.choice(_LENGTHS)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=100_000)
    turns, words, key = parser.parse_known_args()[0].turns, Words(), secrets.token_bytes(32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite"
        with open_store(Path(folder) / "empty.sqlite", key) as store:
            empty_ms = _saving_ms(store, words)
        _fill_older(path, key, words, turns)
        size_before = path.stat().st_size
        began = time.perf_counter()
        store = open_store(path, key)
        print(f"(n) opening it after the update: {(time.perf_counter() - began) * 1000:.0f} ms")
        with store:
            _report_indexing(store, turns)
            _report_searches(store, words)
            full_ms = _saving_ms(store, words)
            print(f"(n) keeping a turn of 60 words, empty store / this one: {empty_ms} / {full_ms}")
            _report_long_conversation(store, words)
            _report_purging(store)
        print(f"(n) the file: {size_before / 1e6:.0f} MB without the index, {path.stat().st_size / 1e6:.0f} MB with it")


def _fill_older(path: Path, key: bytes, words: Words, turns: int) -> None:
    """Make a store of the first layout, which had no index."""
    label = ("private", "unset", "[]", None, "public")
    with open_database(path, key=key) as connection:
        migrate(connection, STEPS[:1])
        with connection.transaction():
            for number in range(0, turns, _TURNS_EACH):
                connection.execute(
                    "INSERT INTO conversations VALUES (?, ?, NULL, NULL, '{}', ?, 0, ?, NULL, ?, ?, ?, ?, ?)",
                    (f"c{number}", " ".join(words.some(6)), f"t{number + _TURNS_EACH - 1}", number, *label),
                )
                connection.executemany(
                    "INSERT INTO turns VALUES (NULL, ?, ?, ?, ?, ?, NULL, NULL, 1, ?, ?, ?, ?, ?, ?)",
                    [_older_turn(number, place, words, label) for place in range(_TURNS_EACH)],
                )


def _older_turn(first: int, place: int, words: Words, label: tuple[str | None, ...]) -> tuple[Value, ...]:
    parent = f"t{first + place - 1}" if place else None
    role = "assistant" if place % 2 else "user"
    parts = to_json_text([{"kind": "text", "text": words.text()}])
    return (f"t{first + place}", f"c{first}", parent, role, parts, first + place, *label)


def _report_indexing(store: Store, turns: int) -> None:
    pieces, has_more, began = list[float](), True, time.perf_counter()
    while has_more:
        piece_began = time.perf_counter()
        has_more = store.search.index_some()
        pieces.append((time.perf_counter() - piece_began) * 1000)
    seconds, longest = time.perf_counter() - began, max(pieces)
    value = f"{longest:.0f} ms of {seconds:.0f} s for {turns:,} turns"
    report(
        "the longest piece of indexing what was there",
        value,
        f"<= {_MOST_PIECE_MS:.0f} ms",
        met=longest <= _MOST_PIECE_MS,
    )


def _report_searches(store: Store, words: Words) -> None:
    queries = _queries(store, words)
    took = sorted((_ms(lambda query=query: store.search.find(query)), query) for query in queries)
    median, p95 = took[len(took) // 2][0], took[int(len(took) * 0.95)][0]
    value = f"{median:.1f} / {p95:.1f} ms"
    report("a search: median / 95th percentile", value, f"<= {_MOST_SEARCH_MS:.0f} ms", met=p95 <= _MOST_SEARCH_MS)
    print(f"(n) the slowest: {', '.join(f'{query} {ms:.0f} ms' for ms, query in took[-3:])}")


def _queries(store: Store, words: Words) -> list[str]:
    rng, made = words.rng, list[str]()
    for number in range(_SEARCHES):
        path = store.turns.path(f"c{rng.randrange(500) * _TURNS_EACH}")
        said = path[rng.randrange(len(path))].turn.message.text.split()
        one, two = rng.choice(said), rng.choice(said)
        kinds = (f'"{one}"', f'{one} "{two}"', one[: rng.randint(1, 4)], f"{one} {two[:2]}", f'"{" ".join(said[:2])}"')
        made.append(kinds[number % len(kinds)])
    return made


def _saving_ms(store: Store, words: Words) -> str:
    store.conversations.create("Benchmark", conversation_id="saving")
    took, parent = list[float](), None
    for number in range(_SEARCHES):
        kept = _turn(f"saving-{number}", parent, " ".join(words.some(60)))
        growing = replace(kept, is_complete=False)
        took.append(_ms(lambda kept=growing: store.turns.save("saving", kept)))
        took.append(_ms(lambda kept=kept: store.turns.save("saving", kept)))
        parent = kept.turn.turn_id
    growing_ms, whole_ms = (statistics.median(took[start::2]) for start in (0, 1))
    return f"{growing_ms:.1f} ms while it grows, {whole_ms:.1f} ms (at most {max(took):.0f}) when it is complete"


def _report_long_conversation(store: Store, words: Words) -> None:
    store.conversations.create("Long", conversation_id="long")
    for number in range(_LONG_TURNS):
        parent = f"long-{number - 1}" if number else None
        store.turns.save("long", _turn(f"long-{number}", parent, words.text()))
    leaf = f"long-{_LONG_TURNS - 1}"
    took = statistics.median(_ms(lambda: store.branches.page_to("long", leaf)) for _ in range(9))
    whole = statistics.median(_ms(lambda: store.branches.page_to("long", leaf, count=_LONG_TURNS)) for _ in range(3))
    value = f"{took:.1f} ms (all of it: {whole:.0f} ms)"
    name = f"a page of a conversation of {_LONG_TURNS:,} turns"
    report(name, value, f"<= {_MOST_OPENING_MS:.0f} ms", met=took <= _MOST_OPENING_MS)


def _report_purging(store: Store) -> None:
    store.conversations.delete("c0")
    pieces, has_more = list[float](), True
    while has_more:
        began = time.perf_counter()
        has_more = store.search.take_out_some()
        pieces.append((time.perf_counter() - began) * 1000)
    purging = _ms(lambda: store.conversations.purge("c0"))
    print(
        f"(n) taking {_TURNS_EACH} turns out of the index: pieces of {max(pieces):.0f} ms at most, {sum(pieces):.0f} ms"
    )
    print(f"(n) purging them afterwards: {purging:.0f} ms")


def _turn(turn_id: str, parent_id: str | None, text: str) -> KeptTurn:
    message = Message.of_text(Role.USER, text)
    turn = Turn(turn_id=turn_id, parent_id=parent_id, message=message, decision_id=None, created_at=_MOMENT)
    return KeptTurn(turn=turn)


def _ms(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
