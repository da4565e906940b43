"""The forwarder's process: seals itself, says how, and copies bytes between the connections that it is handed.

It is the one process of Aspen's that touches what a page sends before the core does, and understands none of it.
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import socket
from dataclasses import asdict

from aspen.jail.restrictions import die_with_parent
from aspen.window.copying import Copying
from aspen.window.forwarder_seal import probe_forwarder, seal_forwarder


def main() -> int:
    options = _parse()
    if die_with_parent() == 0 and os.getppid() != options.parent:
        return 1
    channel = socket.socket(fileno=options.channel)
    with selectors.DefaultSelector() as waiting:
        confinement = seal_forwarder(channel.fileno())
        probes = [asdict(probe) for probe in probe_forwarder(options.parent)]
        told = {"confinement": asdict(confinement), "probes": probes}
        os.write(channel.fileno(), json.dumps(told).encode())
        return _serve(channel, waiting)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aspen.window.forwarder")
    parser.add_argument("--channel", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    return parser.parse_args()


def _serve(channel: socket.socket, waiting: selectors.BaseSelector) -> int:
    """Copy until nobody is left to hand over connections."""
    copying = Copying(waiting)
    waiting.register(channel, selectors.EVENT_READ)
    while True:
        for key, mask in waiting.select():
            if key.fileobj is not channel:
                copying.on_ready(key.fd, mask)
                continue
            packet, pair, _, _ = socket.recv_fds(channel, 1, 2)
            if not packet:
                return 0
            copying.add(*pair)


if __name__ == "__main__":
    # The channel may not be closed: the interpreter's own end would try, and say so.
    os._exit(main())
