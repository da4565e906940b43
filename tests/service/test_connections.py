"""One client at a time, at a real service and in the small: whatever comes in, an honest answer goes out."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from aspen.channel.address import connect
from aspen.channel.framing import Frame
from aspen.service.connections import Connections
from fakes.processes import becomes, status_of
from fakes.service_home import ServiceHome

_SECCOMP_BY_FILTER = "2"


def _say(home: ServiceHome, line: bytes, *, ends: bool = False) -> list[dict[str, Any]]:
    """Send bytes to the service and return every frame that it sends until it closes, without its greeting."""
    with connect(home.socket, 20.0) as connection, connection.makefile("rb") as lines:
        assert "hello" in json.loads(lines.readline())
        connection.sendall(line)
        if ends:
            connection.shutdown(socket.SHUT_WR)
        return [json.loads(answer) for answer in lines]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceHome]:
    with ServiceHome(tmp_path_factory.mktemp("home")) as home:
        home.run("ps")
        yield home


GARBAGE = {
    "binary": b"\x00\xff\xfe\n",
    "another protocol": b"GET / HTTP/1.1\r\n",
    "a number": b"17\n",
    "a list": b"[]\n",
    "cut off": b'{"verb": "ps"\n',
    "nested too deeply": b"[" * 200_000 + b"\n",
    "no verb": b"{}\n",
    "a verb that is no name": b'{"verb": 3}\n',
    "arguments that are a list": b'{"verb": "ps", "arguments": []}\n',
    "an unknown verb": b'{"verb": "format_disk", "arguments": {}}\n',
    "a private name": b'{"verb": "_stop", "arguments": {}}\n',
    "an unknown field": b'{"verb": "ask", "arguments": {"prompt": "hi"}}\n',
    "messages of the wrong kind": b'{"verb": "ask", "arguments": {"messages": "hi"}}\n',
    "a message of the wrong kind": b'{"verb": "ask", "arguments": {"messages": [3]}}\n',
    "a message without a role": b'{"verb": "ask", "arguments": {"messages": [{"content": "hi"}]}}\n',
    "a role that nobody has": b'{"verb": "ask", "arguments": {"messages": [{"role": "king", "content": "hi"}]}}\n',
    "content of the wrong kind": b'{"verb": "ask", "arguments": {"messages": [{"role": "user", "content": 3}]}}\n',
    "no messages": b'{"verb": "ask", "arguments": {"messages": []}}\n',
    "a model that is no name": b'{"verb": "ask", "arguments": {"model": [], "messages": [{}]}}\n',
    "texts of the wrong kind": b'{"verb": "embed", "arguments": {"input": "hi"}}\n',
    "a relative path": b'{"verb": "add", "arguments": {"path": "model.gguf"}}\n',
    "a conversation that is no text": b'{"verb": "open_conversation", "arguments": {"words": 3}}\n',
    "a list without end": b'{"verb": "list_conversations", "arguments": {"count": 1e99}}\n',
}


@pytest.mark.parametrize("line", GARBAGE.values(), ids=GARBAGE)
def test_what_cannot_be_understood_is_answered_as_misuse(running: ServiceHome, line: bytes) -> None:
    (frame,) = _say(running, line)
    assert frame["error"]["code"] == "misused", frame
    assert frame["error"]["sentence"]
    assert not frame["error"]["retryable"]


def test_half_a_line_and_then_silence_is_misuse_too(running: ServiceHome) -> None:
    (frame,) = _say(running, b'{"verb": "p', ends=True)
    assert frame["error"]["code"] == "misused"


def test_a_client_that_says_nothing_and_leaves_harms_nobody(running: ServiceHome) -> None:
    assert _say(running, b"", ends=True) == []
    assert running.call("ps")["service"]["version"]


def test_a_command_in_many_small_pieces_is_one_command(running: ServiceHome) -> None:
    with connect(running.socket, 20.0) as connection, connection.makefile("rb") as lines:
        lines.readline()
        for byte in b'{"verb":"ps"}\n':
            connection.sendall(bytes([byte]))
        assert "result" in json.loads(lines.readline())


def test_one_bad_client_does_not_disturb_another(running: ServiceHome) -> None:
    with running.session() as good:
        _say(running, b"\xff\n")
        assert good.call("ps")["schema"] == 1


def test_nothing_that_was_said_is_in_the_log(running: ServiceHome) -> None:
    _say(running, b'{"verb": "canary-verb", "arguments": {"canary": "canary-argument"}}\n')
    _say(running, b"canary-garbage\n")
    assert "canary" not in running.log
    assert "Traceback" not in running.log


def test_a_command_that_is_there_first_is_read_only_after_the_seal_is_proven(home: ServiceHome) -> None:
    client = home.begin("ps")
    assert becomes(home.socket.exists)
    with connect(home.socket, 20.0) as early, early.makefile("rb") as lines:
        early.sendall(b'{"verb":"ps"}\n')
        hello = json.loads(lines.readline())["hello"]
        assert status_of(hello["pid"])["Seccomp"] == _SECCOMP_BY_FILTER
        seal = json.loads(lines.readline())["result"]["service"]["seal"]
    assert seal["level"] != "L0"
    assert seal["checked_at"]
    assert home.finish(client).code == 0


class _Recorder:
    """Commands that remember what reached them."""

    def __init__(self) -> None:
        self.verbs: list[str] = []

    async def run(self, verb: str, arguments: Mapping[str, object]) -> AsyncGenerator[Frame]:
        self.verbs.append(verb)
        if verb == "fail":
            raise LookupError(str(arguments))
        yield {"result": dict(arguments)}


async def _exchange(path: Path, line: bytes) -> list[dict[str, Any]]:
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(line)
    frames = [json.loads(answer) async for answer in reader]
    writer.close()
    return frames


async def test_a_line_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    commands, sealed = _Recorder(), asyncio.Event()
    sealed.set()
    connections = Connections(commands, sealed)
    async with await asyncio.start_unix_server(connections.serve, path=str(tmp_path / "s"), limit=1000):
        _, frame = await _exchange(tmp_path / "s", b"x" * 5000)
        assert frame["error"]["code"] == "misused"
        assert commands.verbs == []


async def test_no_command_is_read_while_the_seal_is_not_proven(tmp_path: Path) -> None:
    commands, sealed = _Recorder(), asyncio.Event()
    connections = Connections(commands, sealed)
    async with await asyncio.start_unix_server(connections.serve, path=str(tmp_path / "s")):
        exchange = asyncio.create_task(_exchange(tmp_path / "s", b'{"verb":"a"}\n'))
        await asyncio.sleep(0.2)
        assert (commands.verbs, connections.open_count, exchange.done()) == ([], 1, False)
        sealed.set()
        assert (await exchange)[1] == {"result": {}}
        assert commands.verbs == ["a"]


async def test_a_defect_of_ours_is_an_answer_and_its_values_stay_out_of_the_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sealed = asyncio.Event()
    sealed.set()
    async with await asyncio.start_unix_server(Connections(_Recorder(), sealed).serve, path=str(tmp_path / "s")):
        _, frame = await _exchange(tmp_path / "s", b'{"verb":"fail","arguments":{"text":"canary-text"}}\n')
    assert frame["error"]["sentence"] == "Something went wrong inside Aspen."
    log = capfd.readouterr().err
    assert "LookupError" in log
    assert "canary" not in log
