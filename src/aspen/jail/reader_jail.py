"""The jail of a reader: called inside the child, in steps that none can take back.

Order: `refuse_network` before any library of others is loaded; load and warm up while files can still be read;
`confine`; let the parent look; `finish`; probe. Afterwards the process reads and writes what it holds already, which is
its pipes and one connected socket, and nothing else: no file, no socket, no program. Python can import nothing more.
Not covered: descriptors that were open before, which the parent checks; timing channels; bugs of the kernel.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from aspen.core.errors import EngineFailed
from aspen.core.isolation import Probe
from aspen.jail import refused_calls, restrictions, seccomp
from aspen.jail.confinement import Confinement
from aspen.jail.engine_jail import JailPlan
from aspen.jail.landlock import EVERYTHING, restrict
from aspen.jail.namespaces import enter_empty_namespaces
from aspen.jail.probes import run_probes
from aspen.jail.system_calls import architecture_name

READER_FILTERS = 2


def refuse_network(parent_pid: int) -> int:
    """Refuse every socket and every new program from here on: 0 or an errno. Files can still be read.

    Raises EngineFailed when the parent is gone.
    """
    restrictions.forbid_core_dumps()
    if restrictions.die_with_parent() == 0 and os.getppid() != parent_pid:
        raise EngineFailed(
            "The process that started this reader is gone.", hint="Start again.", facts={"parent_pid": parent_pid}
        )
    restrictions.forbid_new_privileges()
    return seccomp.refuse(refused_calls.reader_may_import())


def confine(first_error: int) -> Confinement:
    """Close the files and leave for empty namespaces. Needs one thread alone.

    `first_error` is what `refuse_network` returned.
    """
    started = time.perf_counter()
    restrictions.forbid_file_growth()
    namespaces_error = enter_empty_namespaces()
    capabilities_error = restrictions.drop_capabilities()
    walled = restrict(EVERYTHING, ())
    return Confinement(
        architecture=architecture_name(),
        namespaces_error=namespaces_error,
        landlock_abi=walled.abi,
        landlock_error=walled.error,
        seccomp_error=first_error,
        capabilities_error=capabilities_error,
        setup_ms=(time.perf_counter() - started) * 1000,
    )


def finish() -> int:
    """Hide the process and take away the last calls: 0 or an errno. The parent has looked by now."""
    restrictions.forbid_dumps()
    return seccomp.refuse(refused_calls.reader_may_answer(os.getpid()))


def probe(parent_pid: int) -> tuple[Probe, ...]:
    """Try every way out that an engine tries, harmlessly. All must be blocked: a reader has no file to read."""
    return run_probes(JailPlan(readable=(), socket_directory=Path("/"), parent_pid=parent_pid))
