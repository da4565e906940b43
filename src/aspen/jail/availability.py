"""What this system can enforce, measured by jailing a short-lived child that holds nothing and asking it to break out.

A figure from a configuration file or a kernel version is never used: containers and hardened systems refuse what the
version promises.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aspen.core.isolation import JailLevel, JailReport, Probe
from aspen.jail.confinement import NOT_TRIED, Confinement
from aspen.jail.engine_jail import ENGINE_FILTERS
from aspen.jail.proof import judge, namespaces_differ, prove_process
from aspen.jail.system_calls import this_architecture

_PACKAGES = Path(__file__).parent.parent.parent
_PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemOffer:
    """What was seen to work. Errors as in `Confinement`; `report` is what an engine without a graphics card gets."""

    system: str
    confinement: Confinement
    report: JailReport

    @property
    def level(self) -> JailLevel:
        return self.report.level


def best_level() -> JailLevel:
    """Return the best level that this system can prove. Starts a child: about a tenth of a second."""
    return what_this_system_offers().level


def what_this_system_offers() -> SystemOffer:
    """Jail a child, look at it from outside, collect its probes and end it. Never fails; about a tenth of a second.

    Blocks; the calling thread must outlive the call, since the child dies with it.
    """
    if this_architecture() is None:
        return _nothing("no jail is known for this system and processor")
    try:
        with tempfile.TemporaryDirectory(prefix="aspen-try-") as folder, _start(Path(folder)) as child:
            patience = threading.Timer(_PATIENCE_SECONDS, child.kill)
            patience.start()
            try:
                return _examine(child)
            finally:
                patience.cancel()
                child.kill()
    except (OSError, ValueError, KeyError, TypeError):
        return _nothing("the trial process did not answer")


def _start(folder: Path) -> subprocess.Popen[str]:
    """Without `site`, for speed; stderr is dropped, since a jailed process cannot write a log file."""
    words = (__file__, str(folder), str(os.getpid()))
    return subprocess.Popen(
        [sys.executable, "-S", "-P", "-m", "aspen.jail.try_out", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=folder,
        env={"PYTHONPATH": str(_PACKAGES), "HOME": os.environ.get("HOME", "/")},
    )


def _examine(child: subprocess.Popen[str]) -> SystemOffer:
    assert child.stdin is not None
    assert child.stdout is not None
    confinement = Confinement.from_json(child.stdout.readline())
    has_own_namespaces = namespaces_differ(child.pid) is True
    child.stdin.write("go on\n")
    child.stdin.flush()
    probes = tuple(Probe(**answer) for answer in json.loads(child.stdout.readline()))
    proof = prove_process(child.pid, ENGINE_FILTERS, has_own_namespaces=has_own_namespaces)
    return SystemOffer(
        system=sys.platform,
        confinement=confinement,
        report=judge(confinement, proof, probes, datetime.now(UTC)),
    )


def _nothing(reason: str) -> SystemOffer:
    return SystemOffer(
        system=sys.platform,
        confinement=Confinement(
            architecture="",
            namespaces_error=NOT_TRIED,
            landlock_abi=0,
            landlock_error=NOT_TRIED,
            seccomp_error=NOT_TRIED,
            capabilities_error=NOT_TRIED,
        ),
        report=JailReport(level=JailLevel.L0, checked_at=datetime.now(UTC), missing=(reason,)),
    )
