"""The practice provider as a process: HTTPS with a certificate that it names, one answer a connection, nothing kept."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h11
import pytest

_PATIENCE_SECONDS = 20.0
CHAT = "/v1/chat/completions"
ASKED = json.dumps({"messages": [{"role": "user", "content": "Five captions"}], "stream": True}).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    process: subprocess.Popen[bytes]
    folder: Path
    port: int
    context: ssl.SSLContext

    def connect(self) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.port), _PATIENCE_SECONDS)
        return self.context.wrap_socket(plain, server_hostname="127.0.0.1")

    def ask(self, body: bytes, *, target: str = CHAT, method: str = "POST") -> tuple[int, bytes]:
        """Send one request; return the status and the whole body of the answer."""
        head = f"{method} {target} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        return self.say(head + body)

    def say(self, content: bytes) -> tuple[int, bytes]:
        """Send some bytes and read the response until the connection closes."""
        with self.connect() as connection:
            connection.sendall(content)
            http = h11.Connection(our_role=h11.CLIENT)
            http.send(h11.Request(method="POST", target="/", headers=[("host", "x"), ("content-length", "0")]))
            http.send(h11.EndOfMessage())
            status, answer = 0, b""
            while True:
                match http.next_event():
                    case h11.NEED_DATA:
                        http.receive_data(connection.recv(65536))
                    case h11.Response(status_code=code):
                        status = code
                    case h11.Data(data=data):
                        answer += data
                    case _:
                        return status, answer


@contextmanager
def _started(folder: Path) -> Generator[Server]:
    command = [sys.executable, "-P", "-m", "aspen.practice"]
    paths = [str(Path(sys.modules["aspen"].__file__ or "").parents[1])] if "aspen" in sys.modules else []
    environment = {"PYTHONPATH": ":".join([*paths, *sys.path]), "TMPDIR": str(folder)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        context = ssl.create_default_context(cadata=told["certificate_pem"])
        yield Server(process=process, folder=folder, port=told["port"], context=context)
        process.kill()
        assert process.stderr is not None
        errors = process.stderr.read()
        assert b"Traceback" not in errors, errors.decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with _started(tmp_path_factory.mktemp("practice")) as server:
        yield server


def test_it_streams_what_it_has_received(server: Server) -> None:
    status, answer = server.ask(ASKED)
    assert status == 200
    events = [line.removeprefix(b"data: ") for line in answer.split(b"\n\n") if line]
    assert events[-1] == b"[DONE]"
    words = "".join(
        choice["delta"].get("content", "") for event in events[:-1] for choice in json.loads(event)["choices"]
    )
    assert words.startswith(f"I am the practice provider. {len(ASKED)} bytes reached me, with 1 message,")
    assert "“Five captions”" in words


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"messages": []}', b'{"messages": [1]}', b"\xff"], ids=repr)
def test_a_body_that_is_no_chat_request_is_refused_in_words(server: Server, body: bytes) -> None:
    status, answer = server.ask(body)
    assert status == 400
    assert json.loads(answer)["error"]["message"].startswith("That is not a chat request: ")


@pytest.mark.parametrize(("method", "target"), [("POST", "/v1/models"), ("GET", CHAT), ("POST", "/")])
def test_it_knows_one_address(server: Server, method: str, target: str) -> None:
    status, answer = server.ask(b"", target=target, method=method)
    assert status == 404
    assert "POST /v1/chat/completions only" in json.loads(answer)["error"]["message"]


def test_who_speaks_no_http_or_leaves_in_the_middle_harms_nobody_else(server: Server) -> None:
    for content in (b"\0\1\2\r\n\r\n", b"POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nhalf"):
        with server.connect() as connection:
            connection.sendall(content)
    with socket.create_connection(("127.0.0.1", server.port), _PATIENCE_SECONDS) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert server.ask(ASKED)[0] == 200


def test_who_waits_with_a_connection_keeps_nobody_waiting(server: Server) -> None:
    with server.connect():
        assert server.ask(ASKED)[0] == 200


def test_it_listens_on_this_computer_alone_and_keeps_nothing(server: Server) -> None:
    assert server.ask(ASKED)[0] == 200
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", server.port), 1.0).close()
    assert list(server.folder.iterdir()) == []


def test_it_ends_with_whoever_started_it_though_somebody_is_connected(tmp_path: Path) -> None:
    with _started(tmp_path) as server, server.connect():
        assert server.process.stdin is not None
        server.process.stdin.close()
        assert server.process.wait(_PATIENCE_SECONDS) == 0
