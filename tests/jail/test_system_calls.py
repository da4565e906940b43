from __future__ import annotations

import os
from collections import Counter

import pytest

from aspen.jail.system_calls import AARCH64, X86_64, Architecture, this_architecture

# asm-generic/unistd.h never had these: aarch64 came late and got only the newer call of each pair.
ONLY_ON_X86_64 = {
    "fork",
    "vfork",
    "modify_ldt",
    "ioperm",
    "iopl",
    "dup2",
    "chmod",
    "chown",
    "lchown",
    "utime",
    "utimes",
    "futimesat",
    "inotify_init",
}


def test_both_tables_have_the_same_names_but_for_the_old_calls() -> None:
    assert set(X86_64.numbers) - set(AARCH64.numbers) == ONLY_ON_X86_64
    assert set(AARCH64.numbers) <= set(X86_64.numbers)


@pytest.mark.parametrize("architecture", [X86_64, AARCH64], ids=lambda a: a.name)
def test_no_number_stands_for_two_calls(architecture: Architecture) -> None:
    counts = Counter(architecture.numbers.values())
    assert [number for number, count in counts.items() if count > 1] == []


def test_calls_newer_than_the_common_table_have_one_number_everywhere() -> None:
    first_common_number = 424
    for name, number in AARCH64.numbers.items():
        if number >= first_common_number:
            assert X86_64.numbers[name] == number


def test_the_running_machine_is_recognised() -> None:
    table = this_architecture()
    assert table is None or table.name == os.uname().machine
