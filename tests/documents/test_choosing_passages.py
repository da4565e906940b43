from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aspen.documents.choosing import Attached, choose_passages, choose_whole, whole_or_not
from aspen.documents.document import Document, DocumentKind, Passage, Place
from aspen.documents.index import IndexedPassage
from aspen.documents.searching import Found


def attached(path: str, tokens: int) -> Attached:
    return Attached(path=path, document=Document(text="x" * (4 * tokens), kind=DocumentKind.TEXT))


def indexed(number: int, path: str, tokens: int) -> IndexedPassage:
    place = Place(start=number, end=number + 1, first_line=number + 1, last_line=number + 1)
    passage = Passage(place=place, text="x" * (4 * tokens))
    return IndexedPassage(passage_id=number, path=path, kind=DocumentKind.TEXT, device=1, inode=number, passage=passage)


def found(*sizes: int, in_all: int = 1_240) -> Found:
    passages = tuple(indexed(9 - number, f"{number % 3}.txt", size) for number, size in enumerate(sizes))
    return Found(passages=passages, passage_count=in_all)


def test_small_files_go_whole_and_a_large_one_is_searched() -> None:
    told = whole_or_not([attached("large", 5_000), attached("a", 100), attached("b", 100)], 1_000)
    assert [each.path for each in told.whole] == ["a", "b"]
    assert [each.path for each in told.too_large] == ["large"]
    assert told.tokens <= 600


def test_what_was_read_is_said_in_numbers() -> None:
    chosen = choose_passages(found(10, 10, 10, 10, 10, 10), 1_000)
    assert chosen.sentence == "Read 6 of 1,240 passages (3 files)."
    assert (chosen.passages_read, chosen.passages_in_all, chosen.files_read) == (6, 1_240, 3)


def test_what_did_not_fit_is_said_and_a_smaller_one_takes_its_place() -> None:
    chosen = choose_passages(found(100, 900, 50), 250)
    assert [len(each.passage.text) // 4 for each in chosen.sources] == [100, 50]
    assert chosen.sentence == "Read 2 of 1,240 passages (2 files). 1 more would have helped and did not fit."


def test_nothing_found_and_nothing_fitting_are_told_apart() -> None:
    assert choose_passages(found(), 100).sentence.startswith("None of 1,240 passages has a word of the question")
    assert "not even one fits" in choose_passages(found(500), 100).sentence
    assert choose_passages(found(in_all=0), 100).sentence == "There is no text in what was attached."


def test_passages_of_a_file_stand_together_and_in_its_order() -> None:
    sources = choose_passages(found(1, 1, 1, 1, 1, 1), 1_000, first=5).sources
    assert [each.number for each in sources] == [5, 6, 7, 8, 9, 10]
    assert [each.path for each in sources] == ["0.txt", "0.txt", "1.txt", "1.txt", "2.txt", "2.txt"]
    assert sources[0].passage.place.start < sources[1].passage.place.start


def test_whole_files_are_numbered_on_from_one_to_the_next() -> None:
    chosen = choose_whole([attached("a", 10), attached("b", 10)], first=3)
    assert [(each.number, each.path) for each in chosen.sources] == [(3, "a"), (4, "b")]
    assert chosen.sentence == "Read 2 files whole."


@given(st.lists(st.integers(1, 2_000), max_size=12), st.integers(0, 4_000))
def test_no_more_is_taken_than_there_is_room_for(sizes: list[int], budget: int) -> None:
    chosen = choose_passages(found(*sizes), budget)
    assert chosen.tokens <= budget
    assert sum(each.passage.tokens for each in chosen.sources) <= budget
    told = whole_or_not([attached(str(number), size) for number, size in enumerate(sizes)], budget)
    assert len(told.whole) + len(told.too_large) == len(sizes)
    assert sum(each.tokens for each in told.whole) <= budget
