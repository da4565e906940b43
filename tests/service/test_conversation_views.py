"""What the app draws of a conversation: each turn with what is known of it, also after a restart, and its branches."""

from __future__ import annotations

from typing import Any

import pytest

from aspen.core.errors import Misused, NotFound
from fakes.service_home import ServiceHome, question

SHORT = {"answer_tokens": 4, "temperature": 0}
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def _ask(home: ServiceHome, text: str, **more: Any) -> dict[str, Any]:
    return home.call("ask", **question(text, options=SHORT, **{"conversation": "new", **more}))


def _view(home: ServiceHome, conversation: str, **more: Any) -> dict[str, Any]:
    return home.call("conversation", conversation=conversation, **more)


def test_an_answer_keeps_what_its_chip_says(shared_home: ServiceHome) -> None:
    made = _ask(shared_home, "About pears", label="stays-here")
    view = _view(shared_home, made["conversation"])
    asked, answer = view["turns"]
    assert (asked["role"], asked["text"], asked["word"], asked["parent"]) == ("user", "About pears", "stays-here", None)
    assert "model" not in asked
    for name in ("model", "zone", "usage", "timings", "finish_reason", "decision", "sent"):
        assert answer[name] == made[name], name
    assert answer["ended_at"] >= answer["created_at"]
    assert (answer["text"], answer["was_stopped"], answer["siblings"]) == (made["answer"], False, [made["turn"]])
    assert (view["leaf"], view["has_more"], view["word"], view["is_pinned"]) == (
        made["turn"],
        False,
        "stays-here",
        False,
    )


def test_a_second_answer_is_a_branch_that_can_be_chosen(shared_home: ServiceHome) -> None:
    made = _ask(shared_home, "Branching pears")
    conversation = made["conversation"]
    on = _ask(shared_home, "And plums?", conversation=conversation, parent=made["turn"])
    other = _ask(shared_home, "And figs?", conversation=conversation, parent=made["turn"])
    shown = _view(shared_home, conversation)
    assert [turn["text"] for turn in shown["turns"]][2] == "And figs?"
    assert shown["turns"][2]["siblings"] == [on["question"], other["question"]]
    chosen = shared_home.call("choose_branch", conversation=conversation, turn=on["question"])
    assert (chosen["leaf"], chosen["turns"][2]["text"]) == (on["turn"], "And plums?")
    assert _view(shared_home, conversation)["leaf"] == on["turn"]
    assert _view(shared_home, conversation, leaf=other["turn"])["turns"][2]["text"] == "And figs?"
    assert _view(shared_home, conversation, showing=other["question"])["leaf"] == other["turn"]
    last = _view(shared_home, conversation, count=1)
    assert (len(last["turns"]), last["has_more"]) == (1, True)
    before = _view(shared_home, conversation, before_turn=on["turn"], count=2)
    assert [turn["turn"] for turn in before["turns"]] == [made["turn"], on["question"]]
    with pytest.raises(NotFound):
        shared_home.call("choose_branch", conversation=conversation, turn="nowhere")


def test_a_pinned_conversation_comes_first(shared_home: ServiceHome) -> None:
    made = _ask(shared_home, "To be pinned")["conversation"]
    _ask(shared_home, "A later one")
    assert shared_home.call("pin_conversation", conversation=made, is_pinned=True)["is_pinned"]
    listed = shared_home.call("list_conversations", count=1)
    assert (listed["conversations"][0]["conversation"], listed["has_more"]) == (made, True)
    assert shared_home.call("open_conversation")["title"] == "A later one"
    assert not shared_home.call("pin_conversation", conversation=made, is_pinned=False)["is_pinned"]
    with pytest.raises(Misused):
        shared_home.call("pin_conversation", conversation=made)


def test_a_draft_is_there_again_for_each_conversation_and_for_a_new_one(shared_home: ServiceHome) -> None:
    made = _ask(shared_home, "Has a draft")["conversation"]
    for name in ("new", made):
        assert shared_home.call("keep_draft", conversation=name, text=f"begun in {name}")["text"] == f"begun in {name}"
    assert _view(shared_home, made)["draft"] == f"begun in {made}"
    assert shared_home.call("read_draft", conversation="new")["text"] == "begun in new"
    assert shared_home.call("keep_draft", conversation="new", text="")["changed_at"] is None
    with pytest.raises(NotFound):
        shared_home.call("keep_draft", conversation="nobody", text="x")
