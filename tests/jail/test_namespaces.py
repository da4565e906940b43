from __future__ import annotations

import json
import os

import pytest
from person import Person

from aspen.jail.proof import namespaces_differ


def test_new_namespaces_have_no_interface_that_is_up(person: Person) -> None:
    with person.start("inside.py", "empty_namespaces") as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        differ = namespaces_differ(process.pid)
        process.communicate("done\n", timeout=30)
    if told["error"]:
        assert differ is False
        pytest.skip(f"this system refuses namespaces: {os.strerror(told['error'])}")
    assert told == {"error": 0, "up": [], "same_ids": True, "death": 0}
    assert differ is True


def test_the_own_namespaces_are_not_different() -> None:
    assert namespaces_differ(os.getpid()) is False


def test_what_cannot_be_seen_is_not_called_different() -> None:
    no_such_process = 2**22 + 1
    assert namespaces_differ(no_such_process) is None
