"""Words that would leave are looked through for people, and whatever goes wrong is a hint that asks."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from aspen.core.egress import Hint
from aspen.privacy.detection.labelling import NamedText
from aspen.privacy.detection.people import MOST_CHARACTERS
from aspen.readers.framing import Json, to_frame
from aspen.readers.kinds import PEOPLE
from aspen.readers.reader_client import ReaderClient
from aspen.service.people import hints_of_people
from fakes.scripted_reader import ScriptedReader

UNSEEN = Hint(kind="text that could not be looked through for names", count=1)


def _marys(question: Json) -> bytes:
    text = str(question["text"])
    at = text.find("Mary Poppins")
    return to_frame({"found": [] if at < 0 else [[at, at + 12, "PERSON"]]})


@pytest.fixture
def reader() -> ScriptedReader:
    return ScriptedReader(answer=_marys)


@pytest.fixture
async def client(reader: ScriptedReader) -> AsyncGenerator[ReaderClient]:
    made = ReaderClient(PEOPLE, reader.host(), None)
    yield made
    await made.close()


def _texts(*texts: str) -> list[NamedText]:
    return [NamedText(name="Your message", text=text) for text in texts]


async def test_every_text_is_looked_through_to_its_end(client: ReaderClient) -> None:
    texts = _texts("Mary Poppins", "x " * 20_000 + "Mary Poppins", "")
    assert await hints_of_people(client, texts) == (Hint(kind="personal name", count=1),)
    assert await hints_of_people(client, _texts("nobody")) == ()


async def test_a_text_that_is_too_long_is_looked_through_as_far_as_it_goes_and_is_a_hint(
    client: ReaderClient, reader: ScriptedReader
) -> None:
    assert await hints_of_people(client, _texts("x " * MOST_CHARACTERS + "Mary Poppins")) == (UNSEEN,)
    assert sum(len(str(each["text"])) for each in reader.questions) <= MOST_CHARACTERS
    hints = await hints_of_people(client, _texts("Mary Poppins " + "x " * MOST_CHARACTERS, "Mary Poppins"))
    assert hints == (Hint(kind="personal name", count=1), UNSEEN)


@pytest.mark.parametrize(
    "answer", [None, to_frame({}), to_frame({"found": [[0, 999, "PERSON"]]}), to_frame({"found": "none"})]
)
async def test_a_reader_that_ends_or_answers_nonsense_is_a_hint_and_is_not_asked_for_the_rest(
    client: ReaderClient, reader: ScriptedReader, answer: bytes | None
) -> None:
    reader.answer = lambda _: answer
    assert await hints_of_people(client, _texts("Mary Poppins", "John", "Jane")) == (UNSEEN,)
    assert len(reader.questions) == 1


async def test_half_of_a_letter_does_not_end_the_look(client: ReaderClient, reader: ScriptedReader) -> None:
    assert await hints_of_people(client, _texts("\ud83d Mary Poppins")) == (Hint(kind="personal name", count=1),)
    assert reader.questions == [{"text": "? Mary Poppins"}]
