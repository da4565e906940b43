"""The readable form of what would leave: all of it is there, and nothing hides between the words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aspen.core.outline import outline, revealed

_TEXTS = st.text(max_size=30)
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS
_BODIES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4), max_leaves=12
)


def _told(value: object) -> Iterator[object]:
    """Yield every key and every value that holds no other, in their order."""
    match value:
        case dict():
            for name, inner in cast("dict[str, object]", value).items():
                yield name
                yield from _told(inner)
        case list():
            for inner in cast("list[object]", value):
                yield from _told(inner)
        case _:
            yield value


def _lines_of(leaf: object) -> list[str]:
    return revealed(leaf).split("\n") if isinstance(leaf, str) else [json.dumps(leaf)]


@settings(max_examples=150, deadline=None)
@given(_BODIES)
def test_every_key_and_every_value_is_there_in_the_order_of_the_bytes(body: object) -> None:
    shown, at = outline(json.dumps(body).encode()).replace("⟨U+000A⟩", "\n"), 0
    for leaf in _told(body):
        for line in _lines_of(leaf):
            found = shown.find(line, at)
            assert found >= 0, (line, shown)
            at = found + len(line)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=40))
def test_a_body_that_is_no_json_is_shown_and_nothing_is_raised(body: bytes) -> None:
    assert outline(body) or not body.strip(b' \n\r\t"')


def test_it_reads_as_indented_text() -> None:
    body = b'{"model":"m","messages":[{"role":"user","content":"One.\\nTwo."}],"stop":[],"n":{},"on":true}'
    assert outline(body).split("\n") == [
        "model: m",
        "messages:",
        "  - role: user",
        "    content:",
        "      One.",
        "      Two.",
        "stop: []",
        "n: {}",
        "on: true",
    ]


def test_a_list_in_a_list_and_nothing_at_all_are_shown() -> None:
    assert outline(b'[[1,[2]],[],{},""]').split("\n") == ["- - 1", "  - - 2", "- []", "- {}", "- "]
    assert (outline(b"{}"), outline(b"[]"), outline(b"null")) == ("{}", "[]", "null")


def test_a_key_that_is_said_twice_hides_nothing() -> None:
    """A parser keeps the last of them, and a provider may read the first."""
    body = b'{"messages":[{"content":"the secret"}],"messages":[{"content":"harmless"}]}'
    assert "the secret" in outline(body)
    assert "harmless" in outline(body)


@pytest.mark.parametrize("number", ["0.1234567890123456789012345", "1e2", "-0.0", "1234567890123456789012", "NaN"])
def test_a_number_has_all_of_its_digits(number: str) -> None:
    assert outline(f'{{"n":{number}}}'.encode()) == f"n: {number}"


def test_a_number_too_long_for_an_integer_is_shown_as_it_is() -> None:
    assert "7" * 5000 in outline(b"[" + b"7" * 5000 + b"]").replace("\n", "").replace("  ", "")


@pytest.mark.parametrize(
    "hidden",
    [
        *("\u200b", "\u202e", "\ufeff", "\u00ad", "\u2066", "\U000e0041", "\u2028", "\ue000", "\ufe01", "\U000e0101"),
        *("\u3164", "\u034f", "\u2800", "\r", "\x1b", "\x00", "\x7f", "\x85", "\x0b"),
    ],
    ids=ascii,
)
def test_what_a_screen_would_not_show_is_named(hidden: str) -> None:
    name = f"⟨U+{ord(hidden):04X}⟩"
    assert outline(json.dumps({f"ke{hidden}y": f"va{hidden}lue"}).encode()) == f"ke{name}y: va{name}lue"
    assert outline(f"no json {hidden}".encode()) == f"no json {name}"


def test_half_a_surrogate_pair_is_named() -> None:
    assert outline(b'{"a":"\\ud83d"}') == "a: ⟨U+D83D⟩"


def test_words_in_any_script_stay_as_they_are() -> None:
    words = "Grüße, 世界, नमस्ते, مرحبا, 😀, a\tb"
    assert outline(json.dumps({"a": words}).encode()) == f"a: {words}"


def test_a_line_end_in_a_key_does_not_look_like_another_key() -> None:
    assert outline(b'{"a\\nmodel: x":1}') == "a⟨U+000A⟩model: x: 1"


def test_a_line_of_any_length_is_folded_and_not_cut() -> None:
    picture = "A" * 4500
    shown = outline(json.dumps({"data": picture, "after": "seen"}).encode()).split("\n")
    assert "".join(line.strip() for line in shown[1:4]) == picture
    assert max(map(len, shown)) < 2100
    assert shown[-1] == "after: seen"


def test_a_body_nested_beyond_all_measure_is_shown_as_it_is() -> None:
    body = b"[" * 200_000 + b"secret"
    assert outline(body) == body.decode()
