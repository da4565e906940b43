"""Saved conversations: written when a person says so, given back as they were, none hidden by a damaged one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aspen.core.errors import Failed, Misused, NotFound
from fakes.service_home import ServiceHome

TALK = [{"role": "user", "content": "hi ü \U0001f600"}, {"role": "assistant", "content": "hello"}]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceHome]:
    with ServiceHome(tmp_path_factory.mktemp("home")) as home:
        home.run("ps")
        yield home


def test_a_chat_comes_back_as_it_was_saved(running: ServiceHome) -> None:
    running.call("save_chat", name="Talk.1", messages=TALK, model="starter")
    chat = running.call("load_chat", name="talk.1")
    assert (chat["name"], chat["messages"], chat["model"]) == ("Talk.1", TALK, "starter")


def test_saving_again_replaces(running: ServiceHome) -> None:
    running.call("save_chat", name="again", messages=TALK)
    running.call("save_chat", name="again", messages=TALK[:1])
    assert running.call("load_chat", name="again")["messages"] == TALK[:1]


def test_the_list_leaves_out_what_is_damaged_and_loading_that_names_it(running: ServiceHome) -> None:
    running.call("save_chat", name="good", messages=TALK)
    for name, text in {"cut": '{"schema": 1, "na', "odd": '{"messages": 7}', "deep": "[" * 50_000}.items():
        (running.folders.chats / f"{name}.json").write_text(text, "utf-8")
    listed = {chat["name"]: chat["turns"] for chat in running.call("list_chats")["chats"]}
    assert listed["good"] == 2
    assert not {"cut", "odd", "deep", None} & set(listed)
    for name in ("cut", "deep"):
        with pytest.raises(Failed, match=f"{name}.json"):
            running.call("load_chat", name=name)


def test_a_chat_that_is_not_there_is_named(running: ServiceHome) -> None:
    with pytest.raises(NotFound, match="nonsuch"):
        running.call("load_chat", name="nonsuch")


@pytest.mark.parametrize("name", ["", "../evil", "a/b", "con", "a\0b", "x" * 101, ".hidden"])
def test_a_name_that_could_leave_the_folder_is_refused(running: ServiceHome, name: str) -> None:
    for verb in ("save_chat", "load_chat"):
        with pytest.raises(Misused):
            running.call(verb, name=name, messages=TALK)
