from __future__ import annotations

from collections.abc import Iterator

import pytest

from aspen.core.errors import Misused
from aspen.documents.document import Document
from aspen.documents.index import Index
from aspen.documents.index_file import passing_index_file
from aspen.documents.reading import parsing_with, reading_below
from aspen.documents.searching import search
from aspen.documents.walking import walk

FILES = {
    "net/retry_policy.py": "class RetryPolicy:\n    def sleepBetweenAttempts(self):\n        return 1\n",
    "net/other.py": "def go():\n    return 'nothing'\n",
    "guide.md": "# Guide\n\n## Waiting\n\nThe client waits between attempts, twice as long each time.\n",
    "brew.md": "# Coffee\n\nBrewing takes four minutes. Der Kaffee für alle: çedilla.\n",
    "jp.txt": "全文検索はとても速い。\n",
    "many.txt": "".join(f"Lemon number {number} is {'sour ' * 40}\n\n" for number in range(60)),
    "odd.txt": "AND OR NOT NEAR\n",
}


def no_documents(name: str, content: bytes) -> Document:
    raise Misused(f"{name} is no text: {len(content)} bytes")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    root = tmp_path_factory.mktemp("search")
    folder = root / "files"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    with passing_index_file(root / "kept") as connection:
        made = Index(connection)
        made.refresh(walk(folder).files, reading_below(folder), parsing_with(no_documents))
        yield made


def first(index: Index, question: str) -> str:
    found = search(index, question).passages
    return found[0].path if found else ""


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("Where is the retry policy?", "net/retry_policy.py"),
        ("sleepBetweenAttempts", "net/retry_policy.py"),
        ("sleep between attempts in code", "net/retry_policy.py"),
        ("sleep_between", "net/retry_policy.py"),
        ("How long does the client wait?", "guide.md"),
        ("brewed coffees", "brew.md"),
        ("cedilla", "brew.md"),
        ("検索", "jp.txt"),
        ('"twice as long"', "guide.md"),
        ("`sour sour`", "many.txt"),
    ],
)
def test_a_question_finds_its_file(index: Index, question: str, path: str) -> None:
    assert first(index, question) == path


def test_what_is_quoted_is_demanded_unless_it_stands_nowhere(index: Index) -> None:
    assert {each.path for each in search(index, 'lemon "four minutes"').passages} == {"brew.md"}
    assert first(index, 'lemon "stands nowhere at all"') == "many.txt"


def test_of_one_file_only_so_many_passages_are_taken(index: Index) -> None:
    found = search(index, "sour lemon coffee", most=6, most_of_a_file=2)
    assert [each.path for each in found.passages].count("many.txt") == 2
    assert "brew.md" in {each.path for each in found.passages}
    assert found.passage_count == index.passage_count > 10


@pytest.mark.parametrize(
    "question", ["", "???", "___", '"___"', '"', '""', "a\0b", "NEAR(", "x" * 100_000, "* ^ : -", "🙂"]
)
def test_no_question_is_an_error(index: Index, question: str) -> None:
    assert search(index, question).passage_count > 0


def test_words_of_the_query_language_are_just_words(index: Index) -> None:
    assert first(index, "AND OR NOT NEAR") == "odd.txt"
