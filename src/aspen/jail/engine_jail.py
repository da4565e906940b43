"""The jail of an engine: called inside the child, in steps that none can take back.

Order, forced by the kernel: import native libraries, `confine`, tell the parent and wait for its word (it compares
namespaces and descriptors while it still may), `harden`, load the model, `close_sockets`, probe.

After `confine` the process reads its model and the processor's topology, listens on a Unix socket in its own folder
and calls nobody; Python can import nothing more. After `close_sockets` only accept, recvfrom and sendto are left.
Not covered: descriptors that were open before, timing channels, bugs of the kernel or of a device's driver.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from aspen.core.errors import EngineFailed
from aspen.jail import refused_calls, restrictions, seccomp
from aspen.jail.confinement import Confinement
from aspen.jail.landlock import EVERYTHING, Access, Allowed, restrict
from aspen.jail.namespaces import enter_empty_namespaces
from aspen.jail.system_calls import architecture_name

ENGINE_FILTERS = 2
_TOPOLOGY = Path("/sys/devices/system/cpu")


@dataclass(frozen=True, slots=True, kw_only=True)
class JailPlan:
    """What stays open. `readable`: the model's files; `socket_directory`: where its listener may lie, and the cwd.

    `devices`: nodes of a graphics card that may be read, written and controlled; this opens the driver to the engine.
    """

    readable: tuple[Path, ...]
    socket_directory: Path
    parent_pid: int
    devices: tuple[Path, ...] = ()


def confine(plan: JailPlan) -> Confinement:
    """Put every wall around this process that the system offers, but for the last filter. Needs one thread alone.

    Also sets the working directory to the socket's folder, so that the listener's name can be short.
    Raises EngineFailed when the parent is gone, NotFound when a file of the plan is missing.
    """
    started = time.perf_counter()
    files = _open_files(plan)
    os.chdir(plan.socket_directory)
    restrictions.forbid_core_dumps()
    restrictions.forbid_file_growth()
    _die_with(plan.parent_pid)
    namespaces_error = enter_empty_namespaces()
    capabilities_error = restrictions.drop_capabilities()
    restrictions.forbid_new_privileges()
    walled = restrict(EVERYTHING, files)
    return Confinement(
        architecture=architecture_name(),
        namespaces_error=namespaces_error,
        landlock_abi=walled.abi,
        landlock_error=walled.error,
        seccomp_error=seccomp.refuse(refused_calls.engine_may_listen(os.getpid())),
        capabilities_error=capabilities_error,
        devices=tuple(str(device) for device in plan.devices),
        setup_ms=(time.perf_counter() - started) * 1000,
    )


def harden() -> int:
    """Hide memory and descriptors from this user's other processes: 0 or an errno. The parent has looked by now."""
    return restrictions.forbid_dumps()


def close_sockets() -> int:
    """Refuse every new socket, in all threads: 0 or an errno. Call it once the engine listens."""
    return seccomp.refuse(refused_calls.engine_may_answer())


def _die_with(parent_pid: int) -> None:
    if restrictions.die_with_parent() == 0 and os.getppid() != parent_pid:
        raise EngineFailed(
            "The process that started this engine is gone.", hint="Start again.", facts={"parent_pid": parent_pid}
        )


def _open_files(plan: JailPlan) -> tuple[Allowed, ...]:
    """What Landlock leaves open. Absolute, because the working directory changes."""
    topology = (_TOPOLOGY,) if _TOPOLOGY.exists() else ()
    rights = (
        (plan.readable, Access.READ_FILE),
        (topology, Access.READ_FILE | Access.READ_DIR),
        (plan.devices, Access.READ_FILE | Access.WRITE_FILE | Access.IOCTL_DEV),
        ((plan.socket_directory,), Access.MAKE_SOCK | Access.REMOVE_FILE),
    )
    return tuple(Allowed(path=path.absolute(), access=access) for paths, access in rights for path in paths)
