"""The core's end of a reader: no answer is never an empty one, and what was answered is not asked again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

import pytest

from aspen.core.isolation import JailLevel
from aspen.readers.framing import Json, to_frame
from aspen.readers.kinds import PEOPLE
from aspen.readers.reader_client import ReaderClient
from fakes.processes import becomes
from fakes.scripted_host import ScriptedHost
from fakes.scripted_reader import ScriptedReader

FOUND = {"found": [[0, 4, "PERSON"]]}
SOON = 10.0


Connect = Callable[..., ReaderClient]


@pytest.fixture
async def client_of() -> AsyncGenerator[Connect]:
    """Makes clients, and closes them at the end."""
    made: list[ReaderClient] = []

    def make(host: ScriptedHost, least_level: JailLevel | None = None) -> ReaderClient:
        made.append(ReaderClient(PEOPLE, host, least_level))
        return made[-1]

    yield make
    for client in made:
        await client.close()


async def test_a_reader_is_started_by_the_first_question_and_answers_all_of_them(client_of: Connect) -> None:
    reader = ScriptedReader(answer=lambda question: to_frame({"echo": question["text"]}))
    client = client_of(reader.host())
    assert reader.starts == 0
    assert [await client.ask({"text": text}, SOON) for text in ("one", "two")] == [{"echo": "one"}, {"echo": "two"}]
    assert reader.starts == 1


async def test_the_same_question_is_asked_once(client_of: Connect) -> None:
    reader = ScriptedReader(answer=lambda _: to_frame(FOUND))
    client = client_of(reader.host())
    answers = await asyncio.gather(*(client.ask({"text": "Mary"}, SOON) for _ in range(3)))
    assert answers == [FOUND] * 3
    assert reader.questions == [{"text": "Mary"}]


@pytest.mark.parametrize(
    "answer",
    [None, b"\xff\xff\xff\xff", b"\x00\x00\x00\x02[]", b"\x00\x00\x00\x01{"],
    ids=["ends", "long", "list", "cut"],
)
async def test_what_is_no_answer_is_none_and_the_next_question_starts_another(
    client_of: Connect, answer: bytes | None
) -> None:
    answers = iter([answer, to_frame(FOUND)])
    reader = ScriptedReader(answer=lambda _: next(answers))
    host = reader.host()
    client = client_of(host)
    assert await client.ask({"text": "Mary"}, SOON) is None
    assert host.stopped == [PEOPLE]
    assert await client.ask({"text": "Mary"}, SOON) == FOUND
    assert reader.starts == 2


async def test_a_reader_that_takes_too_long_is_stopped(client_of: Connect) -> None:
    reader = ScriptedReader(answer=lambda _: b"")
    host = reader.host()
    assert await client_of(host).ask({"text": "Mary"}, 0.05) is None
    assert host.stopped == [PEOPLE]


async def test_a_reader_that_ended_while_nobody_asked_is_started_anew(client_of: Connect) -> None:
    reader = ScriptedReader(answer=lambda _: to_frame(FOUND))
    client = client_of(reader.host())
    await client.ask({"text": "one"}, SOON)
    for task in reader.tasks:
        task.cancel()
    assert await asyncio.to_thread(becomes, lambda: not reader.tasks)
    await asyncio.sleep(0.05)
    assert await client.ask({"text": "two"}, SOON) == FOUND
    assert reader.starts == 2


async def test_a_reader_that_cannot_be_started_is_no_answer(client_of: Connect) -> None:
    assert await client_of(ScriptedHost()).ask({"text": "Mary"}, SOON) is None


@pytest.mark.parametrize(("least", "is_asked"), [(None, False), (JailLevel.L3, False), (JailLevel.L2, True)])
async def test_a_reader_that_is_sealed_to_less_than_is_demanded_gets_no_word(
    client_of: Connect, least: JailLevel | None, is_asked: bool
) -> None:
    reader = ScriptedReader(answer=lambda _: to_frame(FOUND))
    host = reader.host()
    host.report = type(host.report)(level=JailLevel.L2, checked_at=host.report.checked_at)
    answer = await client_of(host, least).ask({"text": "Mary"}, SOON)
    assert (answer == FOUND, bool(reader.questions)) == (is_asked, is_asked)


async def test_what_was_asked_by_somebody_who_went_away_is_not_the_answer_to_the_next(client_of: Connect) -> None:
    asked = asyncio.Event()

    def answer(question: Json) -> bytes:
        asked.set()
        return b"" if question["text"] == "first" else to_frame({"echo": question["text"]})

    reader = ScriptedReader(answer=answer)
    client = client_of(reader.host())
    first = asyncio.create_task(client.ask({"text": "first"}, SOON))
    await asked.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert await client.ask({"text": "second"}, SOON) == {"echo": "second"}
    assert reader.starts == 2


async def test_only_a_running_reader_is_proven(client_of: Connect) -> None:
    reader = ScriptedReader()
    client = client_of(reader.host())
    assert await client.prove() is None
    await client.ask({"text": "Mary"}, SOON)
    proven = await client.prove()
    assert proven is not None
    assert proven.report.level is JailLevel.L3
