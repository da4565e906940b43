"""Chats of other programs come over with their branches, thoughts and files, and what does not is counted."""

from __future__ import annotations

from typing import Any

import exports
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aspen.migration.recognising import Recognised, recognise

Row = tuple[str, str | None, list[str]]


def rows(conversation: Any) -> list[Row]:
    """Return each turn as its role, the words of its parent, and its own parts."""
    own = {turn["id"]: [part["text"] for part in turn["parts"]] for turn in conversation["turns"]}
    return [
        (turn["role"], None if turn["parent"] is None else own[turn["parent"]][-1], own[turn["id"]])
        for turn in conversation["turns"]
    ]


def current(conversation: Any) -> str:
    return next(
        turn["parts"][-1]["text"] for turn in conversation["turns"] if turn["id"] == conversation["current_turn"]
    )


def recognised(told: object) -> Recognised:
    found = recognise(told)
    assert found is not None
    return found


def test_chatgpt_keeps_both_answers_and_joins_one_that_was_written_around_a_tool() -> None:
    found = recognised(exports.chatgpt())
    (conversation,) = found.conversations
    assert found.program == "ChatGPT"
    assert sorted(rows(conversation)) == [
        ("assistant", "Two and two?", ["Easy.", "It is four."]),
        ("assistant", "Two and two?", ["Let me compute.", "Four."]),
        ("user", None, ["Two and two?"]),
    ]
    assert current(conversation) == "It is four."
    assert conversation["created_at"] == "2023-11-14T22:13:20+00:00"
    assert found.left_out == {"pictures and sounds": 1, "tool steps": 2, "empty conversations": 1}


def test_claude_brings_thoughts_and_the_text_of_files() -> None:
    found = recognised(exports.claude())
    conversation: Any = found.conversations[0]
    assert found.program == "Claude"
    assert rows(conversation) == [
        ("user", None, ["the file", "Read this."]),
        ("assistant", "Read this.", ["A file.", "I have read it."]),
        ("user", "I have read it.", ["Thanks."]),
    ]
    assert [part["kind"] for part in conversation["turns"][1]["parts"]] == ["thinking", "text"]
    assert conversation["title"] == "the file"
    assert found.left_out == {"files": 2, "tool steps": 1}


def test_claude_keeps_branches_where_the_export_has_them() -> None:
    (chat,) = exports.claude()
    first, second, third = chat["chat_messages"]
    nobody = "00000000-0000-4000-8000-000000000000"
    chat["chat_messages"] = [
        {**first, "parent_message_uuid": nobody},
        {**second, "parent_message_uuid": "m1"},
        {**second, "uuid": "m2b", "parent_message_uuid": "m1", "content": [], "text": "Another."},
        {**third, "parent_message_uuid": "m2"},
    ]
    (conversation,) = recognised([chat]).conversations
    assert ("assistant", "Read this.", ["Another."]) in rows(conversation)
    assert ("user", "I have read it.", ["Thanks."]) in rows(conversation)


def test_open_webui_keeps_siblings_instructions_and_thoughts() -> None:
    found = recognised(exports.open_webui())
    (conversation,) = found.conversations
    assert found.program == "Open WebUI"
    assert rows(conversation) == [
        ("user", None, ["Capital of France?"]),
        ("assistant", "Capital of France?", ["Lyon."]),
        ("assistant", "Capital of France?", ["Paris, & no other.", "Paris."]),
    ]
    assert current(conversation) == "Paris."
    assert conversation["instructions"] == {"text": "Be short.", "was_answered": True}


def test_lm_studio_goes_on_from_the_version_that_was_selected() -> None:
    found = recognised(exports.lm_studio())
    (conversation,) = found.conversations
    assert found.program == "LM Studio"
    assert rows(conversation) == [
        ("user", None, ["Hello"]),
        ("assistant", "Hello", ["Hm.", "Go away."]),
        ("assistant", "Hello", ["Hm.", "Hi!"]),
        ("user", "Hi!", ["Bye"]),
    ]
    assert found.left_out == {"files and tool steps": 2}


@pytest.mark.parametrize("told", [None, [], {}, "text", [1], [{"messages": []}], {"mapping": 3}])
def test_what_no_known_program_wrote_is_not_recognised(told: object) -> None:
    assert recognise(told) is None


def test_a_tree_that_goes_in_a_circle_ends() -> None:
    circle = {"a": exports.node("a", "b", "user", parts=["x"]), "b": exports.node("b", "a", "assistant", parts=["y"])}
    assert recognised([{"mapping": circle, "current_node": "a"}]).left_out == {"empty conversations": 1}


def test_a_chain_of_many_thousand_messages_is_no_deeper_than_its_list() -> None:
    names = [str(number) for number in range(20_000)]
    mapping = {
        name: exports.node(name, names[number - 1] if number else None, ("user", "assistant")[number % 2], parts=[name])
        for number, name in enumerate(names)
    }
    conversation: Any = recognised([{"mapping": mapping, "current_node": names[-1]}]).conversations[0]
    assert len(conversation["turns"]) == 20_000


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
_SHAPES = (
    "mapping",
    "chat_messages",
    "history",
    "messages",
    "chat",
    "versions",
    "content",
    "author",
    "parent",
    "steps",
)


@given(st.recursive(_ANY, lambda inner: st.dictionaries(st.sampled_from(_SHAPES), inner, max_size=4), max_leaves=20))
def test_whatever_a_file_says_it_is_read_or_not_recognised(told: object) -> None:
    found = recognise([told])
    assert found is None or all(conversation["turns"] for conversation in found.conversations)
