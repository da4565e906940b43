"""The keyring's answer goes to the core on a socket of its own, and not through the launcher."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from pathlib import Path

import pytest

from aspen.core.errors import NoKey
from aspen.launcher.vault_process import VAULT_MODULE, open_vault_process
from fakes.processes import processes


async def _answer(wanted: str, folder: str) -> tuple[dict[str, object], socket.socket]:
    """Return what the child has said, read from the core's end."""
    ours, ended = await open_vault_process(wanted, folder)
    with ours:
        ours.setblocking(False)
        reader, writer = await asyncio.open_unix_connection(sock=ours.dup())
        content = await reader.read()
        writer.close()
        await writer.wait_closed()
        await ended
        return json.loads(content), ours


async def test_the_core_s_end_holds_the_whole_answer_and_then_ends(tmp_path: Path) -> None:
    said, _ = await _answer("store-key", str(tmp_path / "vault"))
    assert said["event"] in {"done", "error"}  # with a keyring or without one
    assert "key_hex" in said or "code" in said


async def test_what_is_no_task_is_an_error_at_the_core_s_end(tmp_path: Path) -> None:
    said, _ = await _answer("every key", str(tmp_path))
    assert (said["event"], said["code"]) == ("error", "misused")


async def test_a_keyring_that_does_not_answer_in_time_is_named_and_its_process_ended(tmp_path: Path) -> None:
    ours, ended = await open_vault_process("store-key", str(tmp_path / "vault"), longest_seconds=0.001)
    with ours, pytest.raises(NoKey, match="has not answered"):
        await ended
    assert not [each for each in processes() if each.module == VAULT_MODULE and each.parent == os.getpid()]


def _descriptors() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


async def test_no_descriptor_is_left(tmp_path: Path) -> None:
    await _answer("every key", str(tmp_path))
    before = _descriptors()
    await _answer("every key", str(tmp_path))
    assert _descriptors() == before
