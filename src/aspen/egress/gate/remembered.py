"""Which conversations a person has opened to which provider (“don’t ask again in this chat”), kept across restarts.

It covers words that a person types for a model that they named, with no label of their own and nothing found in them.
It never covers files, pipes, or words that are labelled.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from aspen.core.egress import Outbound
from aspen.core.label import LabelSource
from aspen.core.request import Purpose
from aspen.egress.gate.kept_file import read_kept, write_kept

_NAME = "conversations.json"
_MOST_CONVERSATIONS = 10_000


def may_be_remembered(outbound: Outbound) -> bool:
    """Whether a yes for the whole conversation could cover words like these."""
    origin = outbound.origin
    return (
        outbound.label.source is LabelSource.UNSET
        and origin.is_named
        and origin.conversation_id != ""
        and not origin.paths
        and not outbound.hints
        and outbound.purpose is Purpose.CHAT
    )


class Remembered:
    """Pairs of conversation and provider, oldest first, in a file of the gate's folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / _NAME
        kept = read_kept(self._file).get("allowed")
        pairs = cast("list[object]", kept) if isinstance(kept, list) else []
        self._pairs: dict[tuple[str, str], None] = {}
        for pair in pairs:
            match pair:
                case [str() as conversation_id, str() as provider]:
                    self._pairs[conversation_id, provider] = None
                case _:
                    pass  # what cannot be read was never allowed

    def covers(self, outbound: Outbound) -> bool:
        """Whether a person has said yes to words like these, in this conversation and to this provider."""
        pair = (outbound.origin.conversation_id, outbound.destination.provider)
        return pair in self._pairs and may_be_remembered(outbound)

    def remember(self, conversation_id: str, provider: str) -> None:
        """Raises NotWritable."""
        self._pairs[conversation_id, provider] = None
        while len(self._pairs) > _MOST_CONVERSATIONS:
            del self._pairs[next(iter(self._pairs))]
        self._write()

    def forget_provider(self, provider: str) -> None:
        """Raises NotWritable."""
        self._pairs = dict.fromkeys(pair for pair in self._pairs if pair[1] != provider)
        self._write()

    def _write(self) -> None:
        write_kept(self._file, {"allowed": [list(pair) for pair in self._pairs]})
