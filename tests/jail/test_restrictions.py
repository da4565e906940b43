from __future__ import annotations

import errno
import json
import os
import select
import signal
import subprocess
import sys

from person import Person

from aspen.jail.restrictions import running_threads

PATIENCE_SECONDS = 5


def test_each_small_restriction_holds(person: Person) -> None:
    told = json.loads(person.ask("inside.py", "small_restrictions", os.getpid()))
    status = dict(line.split(":\t", 1) for line in told.pop("status").splitlines() if ":\t" in line)
    assert told == {
        "errors": [0] * 6,
        "core": [0, 0],
        "written": errno.EFBIG,
        "dumpable": 0,
        "death": signal.SIGKILL,
        "parent": True,
    }
    assert status["NoNewPrivs"] == "1"
    assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapInh")} == {0}


def test_a_confined_process_dies_with_the_one_that_started_it(me: Person) -> None:
    """In the middle stands a parent that is killed; the pipe that its child holds then comes to its end."""
    program = (
        "import subprocess, sys, os\n"
        "subprocess.Popen([sys.executable, '-P', *sys.argv[1:], str(os.getpid())])\n"
        "sys.stdin.readline()\n"
    )
    words = [str(me.packages[0] / "inside.py"), "confined", __file__, str(me.home)]
    with subprocess.Popen(
        [sys.executable, "-c", program, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(me.environment),
    ) as middle:
        assert middle.stdout is not None
        assert b"seccomp_error" in middle.stdout.readline()
        middle.kill()
        ended, _, _ = select.select([middle.stdout], [], [], PATIENCE_SECONDS)
        rest = os.read(middle.stdout.fileno(), 64) if ended else b"still there"
    assert rest == b""


def test_an_orphan_refuses_to_go_on(me: Person) -> None:
    not_the_parent = 2**22 + 1
    told = json.loads(me.ask("inside.py", "confined", __file__, me.home, not_the_parent))
    assert told["refused"] == "engine_failed"


def test_this_process_has_at_least_the_thread_that_asks() -> None:
    assert running_threads() >= 1
