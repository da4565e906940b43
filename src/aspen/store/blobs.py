"""Attachments by their SHA-256: kept once however many turns hold them, and gone with the last of these turns."""

from __future__ import annotations

from collections.abc import Mapping

from aspen.core.errors import NotFound, StoreDamaged
from aspen.core.label import Label
from aspen.database.connection import Connection
from aspen.store.label_columns import LABEL_COLUMNS, LABEL_PLACES, label_from_row, label_to_row
from aspen.store.part_json import sha256_of
from aspen.store.session import Session


class Blobs:
    """Reading. Blobs are written with the turn that holds them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def read(self, sha256: str) -> bytes:
        """Return the bytes, checked against their hash. Raises NotFound and StoreDamaged."""
        row = self._session.first("SELECT content FROM blobs WHERE sha256 = ?", (sha256,))
        if row is None:
            raise NotFound(f"There is no attachment {sha256}.")
        if sha256_of(row[0]) != sha256:
            raise StoreDamaged(f"The attachment {sha256} is not what was kept.", facts={"sha256": sha256})
        return row[0]

    def label(self, sha256: str) -> Label:
        """Return the join of the labels of all turns that ever held these bytes. Raises NotFound."""
        row = self._session.first(f"SELECT {LABEL_COLUMNS} FROM blobs WHERE sha256 = ?", (sha256,))
        if row is None:
            raise NotFound(f"There is no attachment {sha256}.")
        return label_from_row(row)

    def count_and_size(self) -> tuple[int, int]:
        """Return how many attachments there are and how many bytes they have."""
        row = self._session.first("SELECT count(*), coalesce(sum(length(content)), 0) FROM blobs")
        return (0, 0) if row is None else (row[0], row[1])


def attach(connection: Connection, turn_id: str, blobs: Mapping[str, bytes], *, label: Label, now_us: int) -> None:
    """Make `blobs`, by SHA-256, exactly the attachments of a turn. Within the transaction that writes the turn."""
    held = {row[0] for row in connection.execute("SELECT sha256 FROM turn_blobs WHERE turn_id = ?", (turn_id,))}
    for sha256, content in blobs.items():
        keep_blob(connection, sha256, content, label=label, now_us=now_us)
        if sha256 not in held:
            connection.execute("INSERT INTO turn_blobs (turn_id, sha256) VALUES (?, ?)", (turn_id, sha256))
    for sha256 in held - blobs.keys():
        connection.execute("DELETE FROM turn_blobs WHERE turn_id = ? AND sha256 = ?", (turn_id, sha256))


def keep_blob(connection: Connection, sha256: str, content: bytes, *, label: Label, now_us: int) -> None:
    """Keep bytes once; those that are there already get the stricter label. The caller says which turn holds them."""
    row = connection.first(f"SELECT {LABEL_COLUMNS} FROM blobs WHERE sha256 = ?", (sha256,))
    if row is None:
        connection.execute(
            f"INSERT INTO blobs (sha256, content, created_at_us, {LABEL_COLUMNS}) VALUES (?, ?, ?, {LABEL_PLACES})",
            (sha256, content, now_us, *label_to_row(label)),
        )
    elif (joined := label_from_row(row).join(label)) != label_from_row(row):
        connection.execute(
            f"UPDATE blobs SET ({LABEL_COLUMNS}) = ({LABEL_PLACES}) WHERE sha256 = ?", (*label_to_row(joined), sha256)
        )
