"""Puts the gate together from its folders: reads the rules, the list of providers and the ledger."""

from __future__ import annotations

import os
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path

from aspen.egress.gate.admission import Admission
from aspen.egress.gate.airplane import Airplane
from aspen.egress.gate.approvals import Approvals
from aspen.egress.gate.confine import GateWalls
from aspen.egress.gate.connections import Connections
from aspen.egress.gate.destinations import Destinations
from aspen.egress.gate.judging import Judging
from aspen.egress.gate.keys import Keys
from aspen.egress.gate.ledger_desk import LedgerDesk, LedgerPlace
from aspen.egress.gate.link import LauncherLink
from aspen.egress.gate.pace import Pace
from aspen.egress.gate.parts import Parts
from aspen.egress.gate.records import Records
from aspen.egress.gate.remembered import Remembered
from aspen.egress.gate.rules import Rules
from aspen.egress.gate.waits import Waits
from aspen.egress.sending.transport import Transport
from aspen.providers.catalogue import shipped_providers
from aspen.settings import Folders

_CLEARANCE_KEY_BYTES = 32


async def build_parts(folders: Folders, link: LauncherLink, walls: GateWalls, *, proxy: str | None = None) -> Parts:
    """Build everything; what an earlier gate left unfinished is marked so.

    Raises BadRule, BadSetting, StoreDamaged.
    """
    judging = Judging(
        rules=Rules(folders.rules, Path.home()),
        connections=Connections(folders.gate, shipped_providers()),
        airplane=Airplane(folders.gate),
        remembered=Remembered(folders.gate),
        now=lambda: datetime.now(UTC).astimezone(),
    )
    destinations = Destinations(judging.connections, link, folders.gate)
    desk = LedgerDesk(LedgerPlace(folder=folders.gate, spool=folders.spool, environment=os.environ))
    await desk.begin()
    records = Records(desk)
    clearance_key = secrets.token_bytes(_CLEARANCE_KEY_BYTES)
    return Parts(
        clearance_key=clearance_key,
        admission=Admission(clearance_key, Pace(time.monotonic), records),
        judging=judging,
        approvals=Approvals(),
        keys=Keys(folders.gate, os.environ),
        destinations=destinations,
        transport=Transport(origins=destinations.origins, proxy=proxy),
        records=records,
        walls=walls,
        waits=Waits(),
    )
