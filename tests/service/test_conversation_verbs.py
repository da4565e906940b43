"""Remembered conversations at a real service: listed, opened, renamed, labelled, deleted and brought back."""

from __future__ import annotations

from typing import Any

import pytest

from aspen.core.errors import Misused, NotFound
from fakes.service_home import ServiceHome, question

SHORT = {"answer_tokens": 4, "temperature": 0}


def _begin(home: ServiceHome, text: str, **more: Any) -> str:
    return home.call("ask", **question(text, conversation="new", options=SHORT, **more))["conversation"]


def _titles(home: ServiceHome) -> list[str]:
    return [card["title"] for card in home.call("list_conversations")["conversations"]]


def test_the_last_one_spoken_in_comes_first_and_is_opened_without_words(shared_home: ServiceHome) -> None:
    first, second = _begin(shared_home, "About pears"), _begin(shared_home, "About plums")
    assert _titles(shared_home)[:2] == ["About plums", "About pears"]
    shared_home.call("ask", **question("And then?", conversation=first, options=SHORT))
    assert shared_home.call("open_conversation")["conversation"] == first
    page = shared_home.call("list_conversations", count=1)
    assert (page["conversations"][0]["conversation"], page["has_more"]) == (first, True)
    assert shared_home.call("list_conversations", after=first)["conversations"][0]["conversation"] == second


def test_a_conversation_opens_by_id_title_or_a_part_of_it(shared_home: ServiceHome) -> None:
    made = _begin(shared_home, "Where do cranes winter?", model="smollm2:135m")
    for words in (made, made[:10], "Where do cranes winter?", "cranes"):
        assert shared_home.call("open_conversation", words=words)["conversation"] == made
    opened = shared_home.call("open_conversation", words=made)
    asked, answer = opened["messages"]
    assert (asked["role"], asked["text"], asked["was_stopped"]) == ("user", "Where do cranes winter?", False)
    assert (answer["role"], answer["was_stopped"], answer["turn"]) == ("assistant", False, opened["turn"])
    assert (opened["model"], opened["system"], opened["unanswered"]) == ("smollm2:135m", None, "")
    assert isinstance(opened["is_encrypted"], bool)


def test_only_a_whole_title_counts_where_that_is_asked_for(shared_home: ServiceHome) -> None:
    made = _begin(shared_home, "Which gemma is best?")
    with pytest.raises(NotFound):
        shared_home.call("open_conversation", words="gemma", is_exact=True)
    whole = shared_home.call("open_conversation", words="which gemma IS best?", is_exact=True)
    assert whole["conversation"] == made


def test_words_that_mean_several_or_none_are_an_error(shared_home: ServiceHome) -> None:
    _begin(shared_home, "Twin question")
    _begin(shared_home, "Twin question")
    for is_exact in (False, True):
        with pytest.raises(Misused, match="2 conversations"):
            shared_home.call("open_conversation", words="Twin question", is_exact=is_exact)
    with pytest.raises(NotFound, match="nonsuch"):
        shared_home.call("open_conversation", words="nonsuch")
    with pytest.raises(Misused):
        shared_home.call("list_conversations", count=0)


def test_a_new_name_finds_it(shared_home: ServiceHome) -> None:
    made = _begin(shared_home, "A name to come")
    assert shared_home.call("rename_conversation", words=made, title="  Summer\n fair ")["title"] == "Summer fair"
    assert shared_home.call("open_conversation", words="summer fair", is_exact=True)["conversation"] == made
    for title in ("", " \n", "x" * 201, 7):
        with pytest.raises(Misused):
            shared_home.call("rename_conversation", words=made, title=title)


def test_what_was_deleted_is_in_no_list_and_can_be_brought_back(shared_home: ServiceHome) -> None:
    made = _begin(shared_home, "Soon to be gone")
    assert shared_home.call("delete_conversation", words="Soon to be gone")["deleted_at"]
    assert "Soon to be gone" not in _titles(shared_home)
    with pytest.raises(NotFound):
        shared_home.call("open_conversation", words=made)
    with pytest.raises(NotFound, match="was deleted"):
        shared_home.call("ask", **question("Hello?", conversation=made, options=SHORT))
    assert shared_home.call("restore_conversation", words=made[:8])["deleted_at"] is None
    assert shared_home.call("open_conversation", words=made)["messages"][0]["text"] == "Soon to be gone"


def test_what_was_deleted_for_good_is_on_the_disk_no_more(shared_home: ServiceHome) -> None:
    made = _begin(shared_home, "kanarienvogel-3391")
    shared_home.call("delete_conversation", words=made, for_good=True)
    with pytest.raises(NotFound):
        shared_home.call("restore_conversation", words=made)
    kept = [path for path in shared_home.folders.data.glob("store.sqlite*") if b"kanarienvogel" in path.read_bytes()]
    assert kept == []


def test_a_label_holds_for_what_is_typed_from_then_on(shared_home: ServiceHome) -> None:
    made = _begin(shared_home, "Labelled from the start", label="stays-here")
    assert shared_home.call("open_conversation", words=made)["word"] == "stays-here"
    assert shared_home.call("label_conversation", words=made, label="may-leave")["word"] == "may-leave"
    assert shared_home.call("label_conversation", words=made, label="ask")["word"] == "ask"
    with pytest.raises(Misused, match="no label"):
        shared_home.call("label_conversation", words=made, label="somewhere")
