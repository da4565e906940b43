"""`python -m aspen.service`: the core. Started by the launcher, which hands it a listener and a wire.

Everything that needs a right is done first: settings, folders, the event loop, the listener. Then the process seals
itself, tries to break out, has the launcher look from outside, and only then reads the first command.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
from pathlib import Path

from aspen.channel.framing import LARGEST_FRAME_BYTES
from aspen.core.errors import AspenError, NotWritable, error_to_json
from aspen.core.isolation import JailReport, report_from_json
from aspen.jail.restrictions import die_with_parent
from aspen.jail.seal import probe_seal, seal_this_process
from aspen.service.commands import Commands
from aspen.service.connections import Connections, log_defect
from aspen.service.launcher_link import LauncherLink
from aspen.service.lifetime import live
from aspen.service.page_serving import PageServing
from aspen.service.rules import policy_of
from aspen.settings import Folders, read_folders, read_settings
from aspen.workspace import Workspace


def main() -> int:
    options = _parse()
    if die_with_parent() == 0 and os.getppid() != options.parent:
        return 1
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, options.listener)
    end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, options.link)
    for inherited in (listener, end):
        inherited.setblocking(False)
    # The family of each, a Unix socket or a loopback port, is asked of the kernel.
    pages = tuple(socket.socket(fileno=number) for number in options.page_listeners)
    return asyncio.run(_run(listener, pages, end, options.while_connected))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aspen.service")
    parser.add_argument("--listener", type=int, required=True)
    parser.add_argument("--link", type=int, required=True)
    parser.add_argument("--page-listeners", type=int, nargs="*", default=[])
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--while-connected", action="store_true")
    return parser.parse_args()


async def _run(
    listener: socket.socket, pages: tuple[socket.socket, ...], end: socket.socket, while_connected: bool
) -> int:
    stopped = asyncio.Event()
    workspace: Workspace | None = None

    def on_engine_ended(engine_id: str) -> None:
        if workspace is not None:
            workspace.engines.forget(engine_id)

    link = LauncherLink(end, on_engine_ended, on_close=stopped.set)
    try:
        folders = _prepare(read_folders())
        settings = read_settings(folders)
        policy_of(folders.rules, Path.home())
        workspace = Workspace.build(folders, settings, link)
    except AspenError as error:
        await link.call("refused", {"error": error_to_json(error)})
        return 1
    sealed = asyncio.Event()
    commands = Commands(workspace, stopped)
    connections = Connections(commands, sealed)
    page = PageServing(workspace, commands.run, link.open_page_listener, log_defect)
    commands.add("open_page", page.open_page)
    commands.add("note_gate_page", page.note_gate_page)
    server = await asyncio.start_unix_server(connections.serve, sock=listener, limit=LARGEST_FRAME_BYTES)
    workspace.seal = await _seal(link, end, folders)
    sealed.set()
    for each in pages:
        page.listen(each)
    # Asking a keyring takes a while: it is asked while the first command is still on its way.
    opening = asyncio.ensure_future(workspace.indexes())
    opening.add_done_callback(lambda done: done.cancelled() or done.exception())
    await live(workspace, connections, page, stopped, while_connected=while_connected)
    server.close()
    await page.close()
    await workspace.people.close()
    await workspace.documents.close()
    await workspace.close_indexes()
    await link.call("leave", {})
    return 0


async def _seal(link: LauncherLink, end: socket.socket, folders: Folders) -> JailReport:
    """Seal, try to break out, and let the launcher judge from outside. No command is read before this returns."""
    forbidden = Path.home() / ".bashrc"
    confinement = seal_this_process(end.fileno(), (folders.data, folders.cache))
    probes = [{"name": p.name, "blocked": p.blocked, "detail": p.detail} for p in probe_seal(end.fileno(), forbidden)]
    told = await link.call("sealed", {"confinement": confinement.to_json(), "probes": probes})
    return report_from_json(told)


def _prepare(folders: Folders) -> Folders:
    """Make Aspen's own folders while this process still may.

    Raises NotWritable naming the one that cannot be made.
    """
    os.umask(0o077)
    for folder in (
        folders.data,
        folders.shelf,
        folders.assistants,
        folders.config,
        folders.state,
        folders.cache,
    ):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise NotWritable(
                f"Aspen cannot write to its folder {folder}: {error.strerror}.",
                hint="Make it writable, or set ASPEN_HOME to a folder that is.",
            ) from error
    return folders


if __name__ == "__main__":
    sys.exit(main())
