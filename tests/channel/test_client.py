"""The client's side, against peers on real sockets that behave well, badly, or not at all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aspen.channel.address import SOCKET_NAME, short_path
from aspen.channel.client import open_session
from aspen.channel.framing import Hello, from_frame, hello_frame, to_frame
from aspen.core.errors import PromptTooLong, ServiceStopped, ServiceUnreachable, error_to_json

HELLO = hello_frame(Hello(version="0.1.0", pid=4711))


class Peer:
    """Accepts one client, greets it, reads one line if it has an answer, gives it, and goes away."""

    def __init__(self, folder: Path, greeting: bytes, answer: bytes) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        with short_path(folder / SOCKET_NAME) as name:
            self._listener.bind(name)
        self._listener.listen()
        self._greeting, self._answer = greeting, answer
        self.heard = b""
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(self._greeting)
            if self._answer:
                self.heard = lines.readline()
                connection.sendall(self._answer)


Speaks = Callable[..., Peer]


@pytest.fixture
def speaks(tmp_path: Path) -> Iterator[Speaks]:
    peers: list[Peer] = []

    def start(greeting: bytes, answer: bytes = b"") -> Peer:
        peers.append(Peer(tmp_path, greeting, answer))
        return peers[-1]

    yield start
    for peer in peers:
        peer.close()


def test_a_command_goes_out_and_its_frames_come_back(tmp_path: Path, speaks: Speaks) -> None:
    peer = speaks(HELLO, to_frame({"event": "note", "text": "ü"}) + to_frame({"result": {"schema": 1}}))
    with open_session(tmp_path) as session:
        assert (session.hello.pid, session.folder) == (4711, tmp_path)
        frames = list(session.stream("ask", {"text": "é"}))
    assert frames == [{"event": "note", "text": "ü"}, {"result": {"schema": 1}}]
    assert from_frame(peer.heard) == {"verb": "ask", "arguments": {"text": "é"}}


def test_call_gives_the_result_alone(tmp_path: Path, speaks: Speaks) -> None:
    speaks(HELLO, to_frame({"event": "note"}) + to_frame({"result": {"count": 3}}))
    with open_session(tmp_path) as session:
        assert session.call("unload") == {"count": 3}


def test_an_error_comes_back_as_it_was_raised(tmp_path: Path, speaks: Speaks) -> None:
    raised = PromptTooLong("Too long by 3.", hint="Shorten it.", facts={"tokens_over": 3})
    speaks(HELLO, to_frame({"error": error_to_json(raised)}))
    with open_session(tmp_path) as session, pytest.raises(PromptTooLong) as caught:
        session.call("ask")
    assert error_to_json(caught.value) == error_to_json(raised)


@pytest.mark.parametrize("answer", [to_frame({"event": "note"}), b'{"event": "te'], ids=["between", "within"])
def test_a_service_that_goes_away_between_or_within_frames_has_stopped(
    tmp_path: Path, speaks: Speaks, answer: bytes
) -> None:
    speaks(HELLO, answer)
    with open_session(tmp_path) as session, pytest.raises(ServiceStopped) as caught:
        session.call("ask")
    assert caught.value.retryable


def test_a_service_that_goes_away_before_it_greets_has_stopped(tmp_path: Path, speaks: Speaks) -> None:
    speaks(b"")
    with pytest.raises(ServiceStopped):
        open_session(tmp_path)


@pytest.mark.parametrize("greeting", [b"SSH-2.0-OpenSSH_9.6\r\n", b"\x00\x01\x02\n", b"[]\n"], ids=repr)
def test_a_peer_that_is_not_aspen_is_named_so(tmp_path: Path, speaks: Speaks, greeting: bytes) -> None:
    speaks(greeting)
    with pytest.raises(ServiceUnreachable) as caught:
        open_session(tmp_path)
    assert "does not speak Aspen's protocol" in caught.value.sentence


def test_an_answer_that_is_not_aspen_s_is_named_so(tmp_path: Path, speaks: Speaks) -> None:
    speaks(HELLO, b"garbage\n")
    with open_session(tmp_path) as session, pytest.raises(ServiceUnreachable):
        session.call("ps")


def test_a_peer_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        with short_path(tmp_path / SOCKET_NAME) as name:
            listener.bind(name)
        listener.listen()
        with pytest.raises(ServiceUnreachable) as caught:
            open_session(tmp_path, timeout_seconds=0.2)
    assert "does not answer" in caught.value.sentence


def test_a_socket_that_nobody_listens_at_is_refused_by_the_system(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener, short_path(tmp_path / SOCKET_NAME) as name:
        listener.bind(name)
    with pytest.raises(ConnectionRefusedError):
        open_session(tmp_path)
