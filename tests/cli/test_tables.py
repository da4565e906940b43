"""Tables and facts: aligned by what a terminal shows, and harmless whatever they hold."""

from __future__ import annotations

from aspen.cli.tables import facts, table
from aspen.cli.terminal import clean


def test_columns_align_by_the_width_that_a_terminal_shows() -> None:
    assert table(("NAME", "SIZE"), [("模型", "1"), ("a", "22")]) == "NAME  SIZE\n模型  1\na     22"


def test_a_column_that_nothing_fills_is_left_out() -> None:
    assert table(("NAME", "QUANT", "SIZE"), [("a", "", "1"), ("b", "", "2")]) == "NAME  SIZE\na     1\nb     2"


def test_a_name_cannot_break_its_row_or_drive_the_terminal() -> None:
    assert table(("NAME", "SIZE"), [("a\nb\x1b[2J", "1")]) == "NAME     SIZE\na b␛[2J  1"


def test_facts_leave_out_what_is_empty_and_say_sizes_in_words() -> None:
    told: dict[str, object] = {
        "size_bytes": 98_000_000,
        "name": "",
        "problem": None,
        "gpus": [],
        "sealed": True,
        "parts": {"cpu": "x"},
    }
    assert facts(told) == "Size: 98 MB\nSealed: yes\nParts:\n  CPU: x"


def test_only_line_feed_and_tab_survive_of_the_control_characters() -> None:
    every = "".join(map(chr, range(0xA0)))
    kept = [letter for letter in clean(every) if letter < " " or "\x7f" <= letter < "\xa0"]
    assert kept == ["\t", "\n"]
