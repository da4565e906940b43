"""Every value that `tomllib` finds has its line, whatever way of writing it was chosen."""

from __future__ import annotations

import tomllib
from typing import cast

import pytest

from aspen.privacy.toml_lines import Place, lines_of

WRITTEN = '''\
# [not.a.table]
title = "a # no comment"
"quoted key" = 'x'
a.b . "c d" = 1
dates = [1979-05-27 07:32:00Z, # one
  # between
  2000-01-01,

  [ "[[rule]]", "\\"", ], ]
text = """
[no] table = "here" \\""" ""
"""""
raw = \'\'\'
[[rule]]
then = 'x\'\'\'\'
inline = { x = 1, y.z = [ { w = "}" } ] }

[[rule]] # first
then = "a"
[rule.more]
k = true
[[rule]]
[[rule.many]]
k = 0x_bad
'''.replace("0x_bad", "0xbad")

LINES: dict[Place, int] = {
    ("title",): 2,
    ("quoted key",): 3,
    ("a",): 4,
    ("a", "b", "c d"): 4,
    ("dates",): 5,
    ("dates", 0): 5,
    ("dates", 1): 7,
    ("dates", 2): 9,
    ("dates", 2, 1): 9,
    ("text",): 10,
    ("raw",): 13,
    ("inline",): 16,
    ("inline", "y", "z", 0, "w"): 16,
    ("rule",): 18,
    ("rule", 0): 18,
    ("rule", 0, "then"): 19,
    ("rule", 0, "more"): 20,
    ("rule", 0, "more", "k"): 21,
    ("rule", 1): 22,
    ("rule", 1, "many", 0): 23,
    ("rule", 1, "many", 0, "k"): 24,
}


def places(value: object, place: Place = ()) -> set[Place]:
    """Return the place of a value and of everything in it."""
    below: set[Place] = set()
    if isinstance(value, dict):
        table = cast("dict[str, object]", value)
        below = {found for key, inner in table.items() for found in places(inner, (*place, key))}
    elif isinstance(value, list):
        items = cast("list[object]", value)
        below = {found for position, inner in enumerate(items) for found in places(inner, (*place, position))}
    return {place, *below}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_each_value_stands_where_it_was_written(newline: str) -> None:
    text = WRITTEN.replace("\n", newline)
    found = lines_of(text)
    assert {place: found[place] for place in LINES} == LINES
    assert set(found) == places(tomllib.loads(text))
