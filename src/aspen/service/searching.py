"""`search`: titles and turns of conversations by their words."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Final

from aspen.channel.framing import Frame
from aspen.core.errors import Misused
from aspen.service.argument_reading import read_count, text_or_none
from aspen.service.conversations import as_result
from aspen.service.index_upkeep import index_waiting
from aspen.store.search import MOST_FOUND, Found, Snippet
from aspen.workspace import Workspace

Json = Mapping[str, object]

_USUAL_COUNT: Final = 20
_MOST: Final = 200


async def search(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Find conversations by the words of `text`, the best first: `count`, or those after the page that gave `before`.

    "Phrases" may be quoted, and the last word may be the beginning of one.
    """
    store, text = await workspace.store(), text_or_none(arguments, "text") or ""
    count, skip = read_count(arguments, usual=_USUAL_COUNT, most=_MOST), _skip(arguments)
    await index_waiting(store)
    found = store.search.find(text, count=count + 1, skip=skip)
    has_more = len(found) > count
    told: Frame = {
        "found": [_found_json(each) for each in found[:count]],
        "has_more": has_more,
        "before": str(skip + count) if has_more else None,
    }
    yield as_result(store, told)


def _skip(arguments: Json) -> int:
    told = text_or_none(arguments, "before") or "0"
    if not (told.isascii() and told.isdecimal() and int(told) <= MOST_FOUND):
        raise Misused("`before` must be what the page before gave.")
    return int(told)


def _found_json(found: Found) -> Frame:
    return {
        "conversation": found.conversation_id,
        "title": found.title,
        "turn": found.turn_id,
        "role": None if found.role is None else found.role.value,
        "when": found.moment.isoformat(),
        "excerpt": found.snippet.text,
        "marks": _marks_json(found.snippet),
    }


def _marks_json(snippet: Snippet) -> list[list[int]]:
    """Count as JavaScript does, in UTF-16 units."""
    return [[_units(snippet.text[:place]) for place in mark] for mark in snippet.marks]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
