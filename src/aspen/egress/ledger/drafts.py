"""What the gate records of an envelope, whatever became of it."""

from __future__ import annotations

from aspen.core.egress import Envelope, Verdict
from aspen.egress.ledger.entry import Draft


def draft_of(
    envelope: Envelope, verdict: Verdict, *, host: str = "", approval: str = "", reasons: tuple[str, ...] = ()
) -> Draft:
    """Describe an envelope for the ledger; its bytes stand in it as length and hash alone."""
    outbound, origin = envelope.outbound, envelope.outbound.origin
    return Draft(
        verdict=verdict,
        provider=outbound.destination.provider,
        host=host,
        model=outbound.destination.model,
        path=outbound.destination.path,
        purpose=outbound.purpose.value,
        zone=outbound.zone.value,
        label=outbound.label,
        project=origin.project,
        paths=origin.paths,
        conversation_id=origin.conversation_id,
        body_bytes=len(outbound.body),
        body_sha256=outbound.body_sha256,
        policy_version=envelope.policy_version,
        approval=approval,
        nonce=envelope.nonce,
        reasons=reasons,
        cost_microdollars=outbound.worst_cost_microdollars,
    )
