"""The process that fetches the store's key: one task in, one event out, and no key where there is no keyring."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend

from aspen.core.errors import Misused, NoKey
from aspen.vault.opening import open_vault
from aspen.vault.process import answer
from fakes.keyrings import MemoryKeyring


def nothing(_: Mapping[str, str]) -> KeyringBackend | None:
    return None


def run(task: str) -> tuple[int, dict[str, object]]:
    """Run the real process without a session bus."""
    environment = {name: value for name, value in os.environ.items() if name != "DBUS_SESSION_BUS_ADDRESS"}
    command = [sys.executable, "-P", "-m", "aspen.vault.process"]
    done = subprocess.run(command, input=task, env=environment, capture_output=True, text=True, check=False)
    (line,) = done.stdout.splitlines()
    return done.returncode, json.loads(line)


def wanted(folder: Path) -> dict[str, object]:
    return {"want": "store-key", "folder": str(folder)}


def test_a_key_is_made_once_and_is_the_same_ever_after(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    first = answer(wanted(tmp_path / "data"), {}, lambda _: keyring)
    assert first["place"] == "the system keyring"
    assert len(bytes.fromhex(str(first["key_hex"]))) == 32
    assert answer(wanted(tmp_path / "data"), {}, lambda _: keyring) == first
    assert answer(wanted(tmp_path / "other"), {}, lambda _: keyring)["key_hex"] != first["key_hex"]


def test_without_a_keyring_the_process_says_why_there_is_no_key_and_writes_nothing(tmp_path: Path) -> None:
    status, said = run(json.dumps(wanted(tmp_path / "data")) + "\n")
    assert (status, said["event"], said["key_hex"]) == (0, "done", None)
    assert "not encrypted" in str(said["why"])
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_exists_and_is_out_of_reach_is_an_error_and_never_no_key(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    answer(wanted(tmp_path / "data"), {}, lambda _: keyring)
    with pytest.raises(NoKey, match="does not answer in this session"):
        answer(wanted(tmp_path / "data"), {}, nothing)
    status, said = run(json.dumps(wanted(tmp_path / "data")) + "\n")
    assert (status, said["event"], said["code"]) == (1, "error", "no_key")


def test_the_key_is_never_put_into_a_file_even_where_one_is_in_use(tmp_path: Path) -> None:
    open_vault(tmp_path / "data", file_is_allowed=True, environment={}, find=nothing)
    assert answer(wanted(tmp_path / "data"), {}, lambda _: MemoryKeyring())["key_hex"] is None


@pytest.mark.parametrize("task", ["", "x\n", "[]\n", "{}\n", '{"want": "store-key", "folder": "relative"}\n'])
def test_a_task_that_is_not_known_is_refused(task: str) -> None:
    status, said = run(task)
    assert (status, said["event"], said["code"]) == (1, "error", "misused")


def test_another_wish_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misused):
        answer({"want": "every-key", "folder": str(tmp_path)}, {}, nothing)


def test_a_core_that_ended_before_the_answer_leaves_no_word_in_the_log(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-P", "-m", "aspen.vault.process"]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=theirs.fileno(), stderr=subprocess.PIPE)
    ours.close()
    _, said = child.communicate(json.dumps(wanted(tmp_path / "data")).encode() + b"\n")
    assert (child.returncode, said) == (1, b"")
