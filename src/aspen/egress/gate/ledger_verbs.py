"""What a person may do with the ledger: list, show, verify, forget, export, say how long bytes are kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import cast

from aspen.core.egress import Verdict
from aspen.core.errors import Misused
from aspen.egress.gate.arguments import Json, count, number, text, text_or_none
from aspen.egress.gate.parts import Parts
from aspen.egress.gate.person_socket import Frames
from aspen.egress.ledger.entry import LedgerEntry, content_of
from aspen.egress.ledger.head_file import Head, head_to_json
from aspen.egress.ledger.kept_bytes import Retention
from aspen.egress.ledger.ledger import Ledger
from aspen.egress.ledger.listing import Filter
from aspen.egress.ledger.signing import signed_head_to_json

_SCHEMA = 1
_ENTRIES_A_PAGE = 50
_MOST_ENTRIES_A_PAGE = 1000


async def list_entries(parts: Parts, arguments: Json) -> Frames:
    """Newest first, a page at a time: `before_sequence` is the last one's number of the page before."""
    desk, wanted = parts.records.desk, _filter(arguments)
    before = count(arguments, "before_sequence", 0) or None
    limit = min(count(arguments, "limit", _ENTRIES_A_PAGE), _MOST_ENTRIES_A_PAGE)
    await desk.take_in()
    entries = await desk.do(lambda ledger: ledger.entries(wanted, before_sequence=before, limit=limit))
    yield {"result": {"schema": _SCHEMA, "entries": [_shown(entry) for entry in entries]}}


async def show(parts: Parts, arguments: Json) -> Frames:
    """One entry with its exact bytes, and how it ended."""
    sequence = number(arguments, "sequence")
    found = await parts.records.desk.do(lambda ledger: ledger.show(sequence))
    yield {
        "result": {
            "schema": _SCHEMA,
            "entry": _shown(found.entry),
            "body_base64": _base64(found.kept),
            "outcome": None if found.outcome is None else _shown(found.outcome),
            "response_base64": _base64(found.outcome_kept),
        }
    }


async def verify(parts: Parts, arguments: Json) -> Frames:
    """Check everything, also against heads that a person noted down earlier (`known`)."""
    found = await parts.records.desk.verify(_heads(arguments))
    yield {
        "result": {
            "schema": _SCHEMA,
            "is_whole": found.is_whole,
            "entries_checked": found.entries_checked,
            "bodies_checked": found.bodies_checked,
            "head": head_to_json(found.head),
            "problems": [asdict(problem) for problem in found.problems],
            "key_place": parts.records.desk.key_place,
        }
    }


async def head(parts: Parts, _arguments: Json) -> Frames:
    """Say where the ledger ends, signed, and with which key."""
    signed = await parts.records.desk.do(Ledger.signed_head)
    yield {"result": {"schema": _SCHEMA, **signed_head_to_json(signed)}}


async def forget(parts: Parts, arguments: Json) -> Frames:
    """Delete the bytes of one entry, or of all that are older than a moment. Their hashes stay."""
    desk = parts.records.desk
    moment = _moment(arguments, "before")
    if moment is None:
        sequence = number(arguments, "sequence")
        entry = await desk.do(lambda ledger: ledger.forget(sequence))
    else:
        entry = await desk.do(lambda ledger: ledger.forget_before(moment))
    yield {"result": {"schema": _SCHEMA, "entry": None if entry is None else _shown(entry)}}


async def export(parts: Parts, _arguments: Json) -> Frames:
    """A frame for each line, which anybody can check without Aspen."""
    await parts.records.desk.take_in()
    exported = 0
    async for line in parts.records.desk.lines():
        exported += 1
        yield {"line": line}
    yield {"result": {"schema": _SCHEMA, "lines": exported}}


async def retention(parts: Parts, arguments: Json) -> Frames:
    """Say how long bytes are kept, and change what is named."""
    desk = parts.records.desk
    wanted = Retention(
        days=count(arguments, "days", desk.retention.days),
        largest_body_bytes=count(arguments, "largest_body_bytes", desk.retention.largest_body_bytes),
        total_bytes=count(arguments, "total_bytes", desk.retention.total_bytes),
    )
    if wanted != desk.retention:
        await desk.retain(wanted)
    yield {"result": {"schema": _SCHEMA, **asdict(desk.retention)}}


async def set_aside(parts: Parts, _arguments: Json) -> Frames:
    """Begin a new ledger in the place of one that cannot be trusted. A person's choice, never Aspen's own."""
    yield {"result": {"schema": _SCHEMA, "place": str(await parts.records.desk.set_aside())}}


def _shown(entry: LedgerEntry) -> dict[str, object]:
    told = cast("dict[str, object]", json.loads(content_of(entry)))
    return {**told, "sha256": entry.sha256}


def _base64(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode("ascii")


def _filter(arguments: Json) -> Filter:
    return Filter(
        verdicts=_verdicts(arguments),
        provider=text_or_none(arguments, "provider"),
        model=text_or_none(arguments, "model"),
        project=text_or_none(arguments, "project"),
        conversation_id=text_or_none(arguments, "conversation_id"),
        since=_moment(arguments, "since"),
        until=_moment(arguments, "until"),
        text=text_or_none(arguments, "text"),
    )


def _verdicts(arguments: Json) -> frozenset[Verdict]:
    try:
        return frozenset(Verdict(word) for word in _list(arguments, "verdicts"))
    except ValueError:
        raise Misused(f"Verdicts are {', '.join(Verdict)}.") from None


def _heads(arguments: Json) -> tuple[Head, ...]:
    told = [cast("Mapping[str, object]", each) for each in _list(arguments, "known") if isinstance(each, dict)]
    return tuple(Head(sequence=count(each, "sequence", 0), sha256=text(each, "sha256")) for each in told)


def _list(arguments: Json, name: str) -> list[object]:
    value = arguments.get(name)
    return cast("list[object]", value) if isinstance(value, list) else []


def _moment(arguments: Json, name: str) -> datetime | None:
    """A moment in ISO form; without a time zone it is this computer's."""
    written = text_or_none(arguments, name)
    if written is None:
        return None
    try:
        return datetime.fromisoformat(written).astimezone()
    except ValueError:
        raise Misused(f"{name} must be a moment in ISO form, such as 2030-12-31T18:00.") from None
