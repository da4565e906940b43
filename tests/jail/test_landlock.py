from __future__ import annotations

import errno
import json
import os
import socket
from pathlib import Path

import pytest
from person import Person

from aspen.core.errors import NotFound
from aspen.jail.landlock import ALL_WRITING, EVERYTHING, Access, Allowed, kernel_abi, restrict, rights_of, writable_only

FIRST_ABI = (1 << 13) - 1
TRUNCATE_SINCE = 3
SCOPES_SINCE = 6


@pytest.mark.parametrize(
    ("abi", "rights"),
    [(0, 0), (1, FIRST_ABI), (2, (1 << 14) - 1), (3, (1 << 15) - 1), (4, (1 << 15) - 1), (5, (1 << 16) - 1)],
)
def test_an_abi_is_asked_only_for_the_rights_it_knows(abi: int, rights: int) -> None:
    assert rights_of(abi) == rights


def test_writing_is_everything_but_reading_and_executing() -> None:
    assert ALL_WRITING | Access.EXECUTE | Access.READ_FILE | Access.READ_DIR == EVERYTHING
    assert not ALL_WRITING & (Access.EXECUTE | Access.READ_FILE | Access.READ_DIR)


def test_the_folders_and_the_place_for_discarding_are_writable(tmp_path: Path) -> None:
    rules = writable_only((tmp_path,))
    assert [(rule.path, rule.access) for rule in rules] == [
        (tmp_path, ALL_WRITING),
        (Path("/dev/null"), Access.WRITE_FILE | Access.TRUNCATE),
    ]


def test_a_path_that_is_missing_is_named_before_anything_is_given_up(tmp_path: Path) -> None:
    if kernel_abi() == 0:
        pytest.skip("this system has no Landlock")
    missing = tmp_path / "nothing"
    with pytest.raises(NotFound, match="nothing"):
        restrict(EVERYTHING, (Allowed(path=missing, access=Access.READ_FILE),))
    assert list(tmp_path.iterdir()) == []


def test_only_the_rights_that_were_given_are_left(person: Person) -> None:
    told = json.loads(person.ask("inside.py", "files", person.make_folder("files")))
    assert told.pop("abi") == kernel_abi()
    truncate = errno.EACCES if kernel_abi() >= TRUNCATE_SINCE else 0
    assert told == {
        "error": 0,
        "read seen": 0,
        "write seen": errno.EACCES,
        "read hidden": errno.EACCES,
        "list": errno.EACCES,
        "create open": 0,
        "remove open": errno.EACCES,
        "truncate open": truncate,
        "truncate hidden": truncate,
    }


def test_each_right_is_there_before_and_gone_behind_the_wall(person: Person) -> None:
    name = f"aspen-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0{name}")
        listener.listen(2)
        free = json.loads(person.ask("inside.py", "every_right", "free", person.make_folder("free"), name))
        walled = json.loads(person.ask("inside.py", "every_right", "walled", person.make_folder("walled"), name))
    assert free.pop("run") == errno.ENOEXEC  # the kernel looked inside
    assert free == dict.fromkeys(free, 0)
    assert walled.pop("error") == 0
    abstract_name = walled.pop("call an abstract name")
    assert abstract_name == (errno.EPERM if kernel_abi() >= SCOPES_SINCE else 0)
    assert walled == dict.fromkeys(walled, errno.EACCES)


def test_threads_that_stay_free_are_reported(me: Person) -> None:
    told = json.loads(me.ask("inside.py", "files_with_a_running_thread", me.home))
    assert told == {"abi": kernel_abi(), "error": errno.EBUSY}


def test_a_downloader_and_its_children_write_only_where_they_may(person: Person) -> None:
    told = json.loads(person.ask("inside.py", "limited_writes", person.make_folder("writes")))
    assert told == {
        "abi": kernel_abi(),
        "write mine": 0,
        "rename mine": 0,
        "discard": 0,
        "read other": 0,
        "write other": errno.EACCES,
        "append other": errno.EACCES,
        "remove other": errno.EACCES,
        "child": 1,
        "network": 0,
    }
