"""Everything that an exchange or a person's command works with, as one value."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aspen.egress.gate.admission import Admission
from aspen.egress.gate.approvals import Approvals
from aspen.egress.gate.confine import GateWalls
from aspen.egress.gate.destinations import Destinations
from aspen.egress.gate.judging import Judging
from aspen.egress.gate.keys import Keys
from aspen.egress.gate.records import Records
from aspen.egress.gate.waits import Waits
from aspen.egress.sending.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """One of each. `recording` is held from the last judgement until the ledger has the entry."""

    clearance_key: bytes = field(repr=False)
    admission: Admission
    judging: Judging
    approvals: Approvals
    keys: Keys
    destinations: Destinations
    transport: Transport
    records: Records
    walls: GateWalls
    waits: Waits
    recording: asyncio.Lock = field(default_factory=asyncio.Lock)
