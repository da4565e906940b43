"""What the core hears of its launcher when the other side does not do what was agreed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from aspen.core.errors import StoreDamaged
from aspen.launcher.link import Link, Packet, link_pair
from aspen.service.launcher_link import LauncherLink


class OneAnswer:
    """A launcher that hands over a connection on which `said` comes, and no more."""

    def __init__(self, end: socket.socket, said: bytes) -> None:
        self._said = said
        self._link = Link(end, self._on_packet, lambda: None)

    def close(self) -> None:
        self._link.close()

    def _on_packet(self, packet: Packet, _descriptor: int | None) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with ours, theirs:
            ours.sendall(self._said)
            self._link.send({"notice": "connection", "request": packet["id"]}, theirs.fileno())
            self._link.send({"reply": packet["id"], "result": {}})


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = link_pair()
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (b"", "without a word"),
        (b'{"event": "error", "code": "store_damaged", "sentence": "The keyring is locked."}\n', "is locked"),
    ],
)
async def test_a_vault_that_ends_early_is_an_error_and_no_missing_key(
    ends: tuple[socket.socket, socket.socket], tmp_path: Path, said: bytes, sentence: str
) -> None:
    launcher = OneAnswer(ends[0], said)
    link = LauncherLink(ends[1], lambda _: None, lambda: None)
    with pytest.raises(StoreDamaged, match=sentence):
        await link.ask_vault("store-key", tmp_path)
    launcher.close()


async def test_a_vault_that_has_no_keyring_says_so(ends: tuple[socket.socket, socket.socket], tmp_path: Path) -> None:
    launcher = OneAnswer(ends[0], b'{"event": "done", "key_hex": null}\n')
    link = LauncherLink(ends[1], lambda _: None, lambda: None)
    assert (await link.ask_vault("store-key", tmp_path))["key_hex"] is None
    launcher.close()
