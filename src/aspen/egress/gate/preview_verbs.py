"""What a person may do with what waits: see what it is and the exact bytes, let it go, or drop it."""

from __future__ import annotations

import base64

from aspen.core.egress import Outbound
from aspen.core.label import LabelSource, label_to_json
from aspen.egress.gate.approvals import Held
from aspen.egress.gate.arguments import Json, flag, text
from aspen.egress.gate.parts import Parts
from aspen.egress.gate.person_socket import Frames
from aspen.egress.gate.remembered import may_be_remembered
from aspen.egress.gate.shown_headers import shown_headers
from aspen.egress.sending.address import base_of
from aspen.privacy.words import WORD_OF_SENSITIVITY

_SCHEMA = 1
_RUN_BY_ASPEN = "127.0.0.1"


async def pending(parts: Parts, _arguments: Json) -> Frames:
    """Everything that waits, without the bytes."""
    waiting = [_shown(held) for held in parts.approvals.pending]
    yield {"result": {"schema": _SCHEMA, "airplane": parts.judging.airplane.is_on, "pending": waiting}}


async def preview(parts: Parts, arguments: Json) -> Frames:
    """One that waits, with its exact bytes and the headers above them."""
    held = parts.approvals.look_at(text(arguments, "nonce"))
    headers = await shown_headers(parts.keys, held)
    yield {
        "result": {
            "schema": _SCHEMA,
            **_shown(held),
            "headers": [list(pair) for pair in headers],
            "body_base64": base64.b64encode(held.envelope.outbound.body).decode("ascii"),
        }
    }


async def approve(parts: Parts, arguments: Json) -> Frames:
    """Let exactly these bytes go, and if asked for, such words of this chat from now on."""
    for_conversation = flag(arguments, "for_conversation")
    held = parts.approvals.seen(
        text(arguments, "nonce"), text(arguments, "body_sha256"), for_conversation=for_conversation
    )
    if for_conversation:
        parts.judging.remembered.remember(held.envelope.outbound.origin.conversation_id, held.provider.name)
    parts.approvals.approve(held)
    yield {"result": {"schema": _SCHEMA, **_shown(held), "for_conversation": for_conversation}}


async def decline(parts: Parts, arguments: Json) -> Frames:
    """Drop it: it is not sent. `nobody_was_asked` says that no person has seen it, and the ledger then says so too."""
    nobody_was_asked = flag(arguments, "nobody_was_asked")
    held = parts.approvals.decline(text(arguments, "nonce"), nobody_was_asked=nobody_was_asked)
    yield {"result": {"schema": _SCHEMA, **_shown(held)}}


def _shown(held: Held) -> dict[str, object]:
    outbound, destination, origin = (
        held.envelope.outbound,
        held.envelope.outbound.destination,
        held.envelope.outbound.origin,
    )
    return {
        "nonce": held.nonce,
        "provider": held.provider.name,
        "title": held.provider.title,
        "zone": held.provider.zone.value,
        "host": base_of(held.provider).host if held.provider.base_url else _RUN_BY_ASPEN,
        "path": destination.path,
        "model": destination.model,
        "purpose": outbound.purpose.value,
        "body_bytes": len(outbound.body),
        "body_sha256": outbound.body_sha256,
        "label": label_to_json(outbound.label),
        "label_word": _label_word(outbound),
        "hints": [{"kind": hint.kind, "count": hint.count} for hint in outbound.hints],
        "worst_cost_microdollars": outbound.worst_cost_microdollars,
        "project": origin.project,
        "paths": list(origin.paths),
        "conversation_id": origin.conversation_id,
        "is_named": origin.is_named,
        "reasons": list(held.reasons),
        "may_be_remembered": may_be_remembered(outbound),
        "is_preview": held.envelope.is_preview,
        "since": held.since.isoformat(),
    }


def _label_word(outbound: Outbound) -> str:
    """In the words that people use; "unset" where nobody has said anything."""
    label = outbound.label
    return "unset" if label.source is LabelSource.UNSET else WORD_OF_SENSITIVITY[label.sensitivity]
