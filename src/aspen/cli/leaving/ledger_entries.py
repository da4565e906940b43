"""Reads the ledger from its end, page by page, as far as whoever asks wants to go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aspen.cli.commanding import Reach
from aspen.cli.leaving.gate_session import gate_command
from aspen.cli.reading import Json, count, objects

_ENTRIES_A_PAGE = 500


def newest_first(reach: Reach, *, verdicts: Sequence[str] = ()) -> Iterator[Json]:
    """Yield every entry with one of the verdicts, by default with any. A page is read when its first entry is wanted.

    Raises as `gate_command`.
    """
    before = 0
    while True:
        wanted = {"verdicts": list(verdicts), "limit": _ENTRIES_A_PAGE, "before_sequence": before}
        page = objects(gate_command("ledger_list", wanted, reach=reach), "entries")
        yield from page
        if len(page) < _ENTRIES_A_PAGE:
            return
        before = count(page[-1], "sequence")
