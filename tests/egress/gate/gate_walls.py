"""Walls of a gate that none stand around."""

from __future__ import annotations

from typing import Final

from aspen.egress.gate.confine import GateWalls

NO_WALLS: Final = GateWalls(
    landlock_abi=0,
    landlock_error=0,
    core_dumps_error=0,
    dumpable_error=0,
    new_privileges_error=0,
    capabilities_error=0,
    readable=(),
    writable=(),
)
