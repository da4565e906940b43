"""Where Anthropic's prompt cache may cut: behind the tools, the system prompt, and the last two user turns.

At most four breakpoints a request. A cache entry is found again by looking back from a breakpoint over 20 blocks at
most, so the turn before the last, where the previous request ended, gets one too.
Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching
"""

from __future__ import annotations

from typing import cast

Json = dict[str, object]


def mark_stable_prefix(tools: list[Json], system: list[Json], turns: list[Json]) -> None:
    """Put a breakpoint on the last block of each part that stays the same from turn to turn."""
    asked = [cast("list[Json]", turn["content"]) for turn in turns if turn["role"] == "user"]
    for blocks in (tools, system, *asked[-2:]):
        if blocks:
            blocks[-1]["cache_control"] = {"type": "ephemeral"}
