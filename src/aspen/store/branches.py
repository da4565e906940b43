"""One branch of a conversation, a page at a time from its end upwards, with what lies beside each of its turns.

Reads no picture: a page costs the same in a conversation of any length.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aspen.core.errors import NotFound
from aspen.core.message import Part
from aspen.store.json_text import to_json_text
from aspen.store.part_json import part_from_json
from aspen.store.session import Session
from aspen.store.turns import TURN_COLUMNS, KeptTurn, PartsJson, kept_from_row

LONGEST_PAGE: Final = 2000

_UPWARDS: Final = """
WITH RECURSIVE path (id, parent, depth) AS (
    SELECT turn_id, parent_id, 1 FROM turns WHERE conversation_id = ? AND turn_id = ?
    UNION ALL
    SELECT turn_id, parent_id, depth + 1 FROM turns, path WHERE turn_id = path.parent AND depth <= ?
)
SELECT id FROM path ORDER BY depth
"""
_NEWEST_BELOW: Final = """
WITH RECURSIVE below (id, position) AS (
    SELECT turn_id, position FROM turns WHERE conversation_id = ?1 AND turn_id = ?2
    UNION ALL
    SELECT turn_id, turns.position FROM below, turns WHERE conversation_id = ?1 AND parent_id = below.id
)
SELECT id FROM below ORDER BY position DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPicture:
    """A picture of a turn, without its bytes."""

    sha256: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchTurn:
    """A turn of a branch. Its pictures stand apart, not among its parts.

    `siblings` are the ids of all turns that follow the same one and have the same role, itself among them, in the order
    in which they came.
    """

    kept: KeptTurn
    pictures: tuple[HeldPicture, ...]
    siblings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchPage:
    """Turns in the order in which they were said; `has_more` where there are others above them."""

    turns: tuple[BranchTurn, ...] = ()
    has_more: bool = False


class Branches:
    """Every method raises NotFound for a turn that is not in the conversation."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def newest_below(self, conversation_id: str, turn_id: str) -> str:
        """Return the end of the branch through a turn that was last spoken in, itself where nothing follows."""
        row = self._session.first(_NEWEST_BELOW, (conversation_id, turn_id))
        if row is None:
            raise _no_turn(turn_id)
        return row[0]

    def page_to(
        self, conversation_id: str, leaf_id: str, *, count: int = 40, up_to_id: str | None = None
    ) -> BranchPage:
        """Return the last turns of the branch that ends with a turn: `count` of them, and more to reach `up_to_id`."""
        wanted = count if up_to_id is None else LONGEST_PAGE
        ids = self._upwards(conversation_id, leaf_id, wanted + 1)
        if up_to_id in ids:
            wanted = max(count, ids.index(up_to_id) + 1)
        elif up_to_id is not None:
            wanted = count
        return self._page(conversation_id, ids, wanted)

    def page_above(self, conversation_id: str, turn_id: str, *, count: int = 40) -> BranchPage:
        """Return the turns before one."""
        ids = self._upwards(conversation_id, turn_id, count + 2)
        return self._page(conversation_id, ids[1:], count)

    def _upwards(self, conversation_id: str, turn_id: str, count: int) -> list[str]:
        """Ids from a turn towards the root."""
        rows = self._session.read(_UPWARDS, (conversation_id, turn_id, count - 1))
        if not rows:
            raise _no_turn(turn_id)
        return [row[0] for row in rows]

    def _page(self, conversation_id: str, upwards: Sequence[str], count: int) -> BranchPage:
        ids = upwards[:count][::-1]
        rows = self._session.read(
            f"SELECT {TURN_COLUMNS} FROM turns WHERE turn_id IN (SELECT value FROM json_each(?))",
            (to_json_text(ids),),
        )
        by_id = {row[0]: (kept_from_row(self._session, row, _parts_without_pictures), row[3]) for row in rows}
        beside = self._beside(conversation_id, [by_id[turn_id][0].turn.parent_id for turn_id in ids])
        sizes = self._sizes(ids)
        turns = tuple(
            BranchTurn(
                kept=kept,
                pictures=_pictures(json.loads(parts), sizes),
                siblings=beside[kept.turn.parent_id, kept.turn.message.role],
            )
            for kept, parts in (by_id[turn_id] for turn_id in ids)
        )
        return BranchPage(turns=turns, has_more=len(upwards) > count)

    def _beside(
        self, conversation_id: str, parents: Sequence[str | None]
    ) -> Mapping[tuple[str | None, str], tuple[str, ...]]:
        """Ids of the turns that follow each parent, by parent and role."""
        rows = self._session.read(
            "SELECT parent_id, role, turn_id FROM turns WHERE conversation_id = ?1 "
            "AND (parent_id IN (SELECT value FROM json_each(?2)) OR (?3 AND parent_id IS NULL)) ORDER BY position",
            (conversation_id, to_json_text([each for each in parents if each is not None]), None in parents),
        )
        beside: dict[tuple[str | None, str], tuple[str, ...]] = {}
        for parent_id, role, turn_id in rows:
            beside[parent_id, role] = (*beside.get((parent_id, role), ()), turn_id)
        return beside

    def _sizes(self, ids: Sequence[str]) -> Mapping[str, int]:
        rows = self._session.read(
            "SELECT DISTINCT sha256, length(content) FROM turn_blobs JOIN blobs USING (sha256) "
            "WHERE turn_id IN (SELECT value FROM json_each(?))",
            (to_json_text(list(ids)),),
        )
        return {row[0]: row[1] for row in rows}


def _parts_without_pictures(told: PartsJson) -> tuple[Part, ...]:
    return tuple(part_from_json(part, _no_bytes) for part in told if part["kind"] != "image")


def _no_bytes(_sha256: str) -> bytes:
    return b""


def _pictures(told: PartsJson, sizes: Mapping[str, int]) -> tuple[HeldPicture, ...]:
    return tuple(
        HeldPicture(sha256=part["sha256"], media_type=part["media_type"], size_bytes=sizes.get(part["sha256"], 0))
        for part in told
        if part["kind"] == "image"
    )


def _no_turn(turn_id: str) -> NotFound:
    return NotFound(f"There is no turn {turn_id} in this conversation.")
