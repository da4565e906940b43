"""The forwarder's seal: it copies bytes between connections that it is handed, and can do nothing else.

It opens no file and no socket, accepts and calls nobody, starts no program, and receives descriptors on one channel
alone. Handing it connected pairs was chosen over letting it connect: a filter cannot read which Unix socket a call
names, so one that may connect to Aspen's socket may connect to every other one of the user's.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from aspen.core.isolation import Probe
from aspen.jail import refused_calls, restrictions, seccomp
from aspen.jail.confinement import Confinement
from aspen.jail.engine_jail import JailPlan
from aspen.jail.landlock import EVERYTHING, restrict
from aspen.jail.namespaces import enter_empty_namespaces
from aspen.jail.probes import run_probes
from aspen.jail.seccomp import Is, IsNot, Refusal
from aspen.jail.system_calls import architecture_name

FORWARDER_FILTERS = 1
_SOCKET_CALLS = (
    "socket socketpair connect bind listen accept accept4 sendto recvfrom sendmsg sendmmsg recvmmsg close_range"
)
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4


def _refusals(own_pid: int, channel: int) -> tuple[Refusal, ...]:
    """Nothing may take the channel's number either: not by dup2, nor by closing it and opening something else."""
    return (
        *refused_calls.always(own_pid),
        *(Refusal(call) for call in refused_calls.ENGINE_ALSO_REFUSED),
        *(Refusal(call) for call in _SOCKET_CALLS.split()),
        Refusal("recvmsg", (IsNot(0, channel),)),
        Refusal("dup2", (Is(1, channel),)),
        Refusal("dup3", (Is(1, channel),)),
        Refusal("close", (Is(0, channel),)),
        Refusal("prctl", (Is(0, _PR_SET_PDEATHSIG), Is(0, _PR_SET_DUMPABLE))),
    )


def seal_forwarder(channel: int) -> Confinement:
    """Put every wall around this process. Needs one thread alone; Python can import nothing more afterwards."""
    started = time.perf_counter()
    restrictions.forbid_core_dumps()
    restrictions.forbid_file_growth()
    namespaces_error = enter_empty_namespaces()
    capabilities_error = restrictions.drop_capabilities()
    restrictions.forbid_new_privileges()
    walled = restrict(EVERYTHING, ())
    restrictions.forbid_dumps()
    seccomp_error = seccomp.refuse(_refusals(os.getpid(), channel))
    return Confinement(
        architecture=architecture_name(),
        namespaces_error=namespaces_error,
        landlock_abi=walled.abi,
        landlock_error=walled.error,
        seccomp_error=seccomp_error,
        capabilities_error=capabilities_error,
        setup_ms=(time.perf_counter() - started) * 1000,
    )


def probe_forwarder(parent_pid: int) -> tuple[Probe, ...]:
    """Try every way out that an engine tries, harmlessly. All must be blocked."""
    return run_probes(JailPlan(readable=(), socket_directory=Path("/"), parent_pid=parent_pid))
