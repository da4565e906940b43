"""A small core: an asyncio process with listeners, a database and a channel, which then seals itself.

Run as a program: sealed|free CHANNEL_FD WRITABLE_FOLDER FORBIDDEN_FILE. Prints its ports, then what it could do, then
serves echoes and takes descriptors at its channel until its standard input ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import mmap
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from aspen.jail.kernel import system_call
from aspen.jail.seal import probe_seal, seal_this_process

_FAST_OPEN = 0x20000000
_UNSPECIFIED = bytes(16)


def _say(told: object) -> None:
    print(json.dumps(told), flush=True)


def _error_of(action: Callable[[], object]) -> int:
    try:
        action()
    except OSError as error:
        return error.errno or -1
    return 0


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError):
        size_bytes = int.from_bytes(await reader.readexactly(4), "big")
        writer.write(await reader.readexactly(size_bytes))
        await writer.drain()
    writer.close()


def _usual_work(folder: Path) -> dict[str, object]:
    """What a core does all day. Any failure raises."""
    store = sqlite3.connect(folder / "store.db")
    store.execute("pragma journal_mode = wal")
    store.execute("create table words (word text)")
    store.executemany("insert into words values (?)", [("a",), ("b",)])
    store.commit()
    (folder / "new").mkdir()
    (folder / "draft").write_text("text", "ascii")
    (folder / "draft").rename(folder / "new/final")
    os.truncate(folder / "new/final", 2)
    (folder / "new/gone").touch(mode=0o600)
    (folder / "new/gone").unlink()
    Path(os.devnull).write_text("nothing", "ascii")
    with (folder / "store.db").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        header = bytes(mapped[:6]).decode("ascii")
    rows = store.execute("select count(*) from words").fetchone()[0]
    store.close()
    imported_late = importlib.import_module("xml.dom.minidom").parseString("<a/>").documentElement.tagName
    return {"rows": rows, "header": header, "late": imported_late, "final": (folder / "new/final").read_text("ascii")}


def _attacks(port: int, listeners: list[socket.socket], unix: socket.socket, forbidden: Path) -> dict[str, int]:
    """Real attacks with real listeners, on a real server; 0 means that it went through."""
    first, second = listeners
    loopback = socket.inet_aton("127.0.0.1")
    address = socket.AF_INET.to_bytes(2, sys.byteorder) + port.to_bytes(2, "big") + loopback + bytes(8)
    second.shutdown(socket.SHUT_RDWR)
    return {
        "new socket": _error_of(lambda: socket.socket().close()),
        "recycle by connect": -system_call("connect", first.fileno(), _UNSPECIFIED, 16),
        "connect": -system_call("connect", first.fileno(), address, 16),
        "recycle by Fast Open": -min(0, system_call("sendto", second.fileno(), b"x", 1, _FAST_OPEN, address, 16)),
        "descriptors from elsewhere": _error_of(lambda: unix.recvmsg(1, 64, socket.MSG_DONTWAIT)),
        "exec": _error_of(lambda: subprocess.run(["/bin/true"], check=False)),
        "fork": _error_of(_fork),
        "append": _error_of(lambda: forbidden.open("ab").close()),
        "truncate": _error_of(lambda: os.truncate(forbidden, 0)),
        "rename": _error_of(lambda: forbidden.rename(forbidden.with_suffix(".moved"))),
        "link out": _error_of(lambda: forbidden.with_suffix(".link").symlink_to("/")),
        "remove": _error_of(forbidden.unlink),
        "create": _error_of(lambda: forbidden.with_name("autostart.desktop").write_text("x", "ascii")),
        "parent's memory": _error_of(lambda: Path(f"/proc/{os.getppid()}/mem").open("rb").close()),
        "socket in a new thread": _in_a_thread(lambda: _error_of(lambda: socket.socket().close())),
        "file in a new thread": _in_a_thread(lambda: _error_of(lambda: forbidden.open("ab").close())),
    }


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _in_a_thread(action: Callable[[], int]) -> int:
    results: list[int] = []
    thread = threading.Thread(target=lambda: results.append(action()))
    thread.start()
    thread.join()
    return results[0]


async def _main(sealed: bool, channel: socket.socket, folder: Path, forbidden: Path) -> None:
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    unix_server = await asyncio.start_unix_server(_echo, str(folder / "core.sock"))
    port = server.sockets[0].getsockname()[1]
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    one_end, other_end = socket.socketpair()
    loop = asyncio.get_running_loop()
    confinement = seal_this_process(channel.fileno(), (folder,)) if sealed else None
    probes = probe_seal(channel.fileno(), forbidden)
    loop.add_reader(channel, _take_descriptor, channel)
    _say(
        {
            "confinement": confinement.to_json() if confinement else "",
            "port": port,
            "probes": [asdict(probe) for probe in probes],
            "work": await asyncio.to_thread(_usual_work, folder),
            "attacks": _attacks(port, listeners, one_end, forbidden),
        }
    )
    await asyncio.to_thread(sys.stdin.readline)
    for one in (one_end, other_end, *listeners):
        one.close()
    for listening in (server, unix_server):
        listening.close()
    loop.remove_reader(channel)
    channel.detach()


def _take_descriptor(channel: socket.socket) -> None:
    _, descriptors, _, _ = socket.recv_fds(channel, 16, 1)
    for descriptor in descriptors:
        with os.fdopen(descriptor, "r", encoding="ascii") as file:
            channel.sendall(file.read().encode("ascii"))


if __name__ == "__main__":
    asyncio.run(
        _main(sys.argv[1] == "sealed", socket.socket(fileno=int(sys.argv[2])), Path(sys.argv[3]), Path(sys.argv[4]))
    )
