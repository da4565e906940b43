"""What the gate tells about itself, to persons and to the core alike: nothing here is a secret."""

from __future__ import annotations

from dataclasses import asdict

from aspen.core.errors import error_to_json
from aspen.egress.gate.parts import Parts
from aspen.providers.provider_json import provider_to_json


async def status_of(parts: Parts) -> dict[str, object]:
    """Return the connected providers without their keys, airplane mode, money, rules and the gate's walls."""
    judging, desk = parts.judging, parts.records.desk
    policy = judging.rules.current()
    return {
        "connected": [provider_to_json(provider) for provider in judging.connections.connected],
        "airplane": judging.airplane.is_on,
        "spent": None if desk.problem is not None else asdict(await parts.records.spent()),
        "ceilings": asdict(policy.ceilings),
        "policy_version": policy.version,
        "ledger_problem": None if desk.problem is None else error_to_json(desk.problem),
        "ledger_key_place": desk.key_place,
        "waiting": len(parts.approvals.pending),
        "confinement": parts.walls.to_json(),
    }
