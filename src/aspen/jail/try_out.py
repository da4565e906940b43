"""A child that jails itself and does nothing else: how `availability` measures. Run as `python -m aspen.jail.try_out`.

It writes one line when confined and, once it is told to go on, one line of probes; then it waits to be looked at.
Arguments: a file that may be read, the folder of its socket, the parent's process id.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from aspen.jail.engine_jail import JailPlan, close_sockets, confine, harden
from aspen.jail.probes import run_probes


def main() -> None:
    readable, folder, parent_pid = sys.argv[1:]
    plan = JailPlan(readable=(Path(readable),), socket_directory=Path(folder), parent_pid=int(parent_pid))
    print(confine(plan).to_json(), flush=True)
    sys.stdin.readline()
    harden()
    close_sockets()
    print(json.dumps([asdict(probe) for probe in run_probes(plan)]), flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
