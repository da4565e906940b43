"""The ledger as lines of JSON that anybody can check without Aspen: see docs/reference/ledger.md."""

from __future__ import annotations

from collections.abc import Iterator

from aspen.core.egress import canonical_json
from aspen.database.connection import Connection
from aspen.egress.ledger.signing import SignedHead, signed_head_to_json


def export_lines(connection: Connection, signed: SignedHead) -> Iterator[str]:
    """Yield a line with the signed head, then one for each entry up to it, each with its line end.

    The line of an entry is, byte by byte, what its hash covers: the next line names that hash.
    """
    header = canonical_json(signed_head_to_json(signed))
    yield header.decode("utf-8") + "\n"
    query = "SELECT content FROM entries WHERE sequence <= ? ORDER BY sequence"
    for (content,) in connection.iterate(query, (signed.head.sequence,)):
        yield f"{content}\n"
