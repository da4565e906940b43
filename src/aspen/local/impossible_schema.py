"""Find JSON schemas that nothing can satisfy because a least bound is above its most.

llama.cpp does not notice: it unrolls such a repetition until memory runs out, which stops the whole machine. Only the
plainly impossible is found here; whether a schema can be compiled is for llama.cpp to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

_RANGES = (
    ("minItems", "maxItems"),
    ("minLength", "maxLength"),
    ("minProperties", "maxProperties"),
    ("minContains", "maxContains"),
    ("minimum", "maximum"),
)
_QUANTIFIER = re.compile(r"\{(\d{1,18}),(\d{1,18})\}")


def impossible_range(schema: Mapping[str, object]) -> str | None:
    """Return an impossible range in words, such as "minItems is 5 and maxItems is 2"; None when there is none."""
    waiting: list[object] = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            keywords = cast("dict[str, object]", node)
            if found := _found_here(keywords):
                return found
            waiting += keywords.values()
        elif isinstance(node, list):
            waiting += cast("list[object]", node)
    return None


def _found_here(keywords: Mapping[str, object]) -> str | None:
    for least_name, most_name in _RANGES:
        match keywords.get(least_name), keywords.get(most_name):
            case (int() | float() as least, int() | float() as most) if least > most:
                return f"{least_name} is {least} and {most_name} is {most}"
            case _:
                pass
    pattern = keywords.get("pattern")
    for least, most in _QUANTIFIER.findall(pattern) if isinstance(pattern, str) else ():
        if int(least) > int(most):
            return f"the pattern repeats {least} to {most} times"
    return None
