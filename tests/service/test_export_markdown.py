"""A conversation as Markdown: the branch that was last spoken in, with its labels in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aspen.core.label import PUBLIC, UNSET
from aspen.service.export_format import read_whole
from aspen.service.export_markdown import label_in_words, markdown
from aspen.store.store import Store, open_store
from fakes.turns import MOMENT
from fakes.whole_conversations import SERVERS, TO_ACME, fill


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store.sqlite", None) as opened:
        fill(opened)
        yield opened


def test_it_reads_from_the_question_to_the_last_answer(store: Store) -> None:
    page = "".join(markdown(read_whole(store, "c1"), MOMENT))
    assert page.startswith("# A trip to the fair\n\nExported by Aspen on 2026-11-2")
    assert [line for line in page.splitlines() if line.startswith("## ")] == ["## Instructions", "## You", "## tiny"]
    assert "It stays on this computer.\n" in page
    assert "*May go to your own servers.*\n\nBe brief.\n" in page
    assert ". Stays on this computer (notes.txt stays on this computer).*" in page
    assert "> Hm.\n> Well." in page
    assert "*A picture (image/png, 260 bytes) that is not in this file.*" in page
    assert "Left out: 2 of other branches." in page


def test_nothing_in_a_file_closes_the_fence_around_it(store: Store) -> None:
    page = "".join(markdown(read_whole(store, "c1"), MOMENT))
    assert "*The file notes.txt:*\n\n`````\n```\nsecret cake\n````\n`````\n" in page


def test_a_conversation_without_a_turn_is_a_page_too(store: Store) -> None:
    store.conversations.create("", conversation_id="empty")
    page = "".join(markdown(read_whole(store, "empty"), MOMENT))
    assert page.startswith("# A conversation\n")


def test_every_label_has_words() -> None:
    assert label_in_words(UNSET) == "stays on this computer until you say otherwise"
    assert label_in_words(PUBLIC) == "may leave"
    assert label_in_words(TO_ACME) == "may leave to acme"
    assert label_in_words(SERVERS) == "may go to your own servers"
