"""A reader's jail without a reader, driven line by line over pipes. Run as a program: PARENT_PID CHANNEL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from aspen.jail.reader_jail import confine, finish, probe, refuse_network


def _say(**line: object) -> None:
    print(json.dumps(line), flush=True)


def _error_of_a_program() -> str:
    try:
        subprocess.run(["true"], check=False)
    except OSError as error:
        return type(error).__name__
    return ""


def main() -> None:
    parent_pid, channel = int(sys.argv[1]), int(sys.argv[2])
    first_error = refuse_network(parent_pid)
    probes = {each.name: each.blocked for each in probe(parent_pid)}
    _say(
        network_is_refused=probes["TCP connect v4"] and probes["Unix path connect"] and probes["socketpair"],
        program=_error_of_a_program(),
        can_still_read=Path(__file__).read_text("utf-8") != "",
    )
    _say(confinement=confine(first_error).to_json())
    sys.stdin.readline()
    _say(finished=finish(), probes=[asdict(each) for each in probe(parent_pid)])
    os.write(channel, os.read(channel, 100))
    sys.stdin.readline()


if __name__ == "__main__":
    main()
