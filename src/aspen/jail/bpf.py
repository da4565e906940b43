"""A tiny assembler for classic BPF, the language of seccomp filters. Pure: it builds bytes and installs nothing.

Format: struct sock_filter of linux/filter.h, jumps relative and forward only. Input: struct seccomp_data of
linux/seccomp.h. Sizes and offsets are for little-endian 64-bit machines, the only ones with a number table.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

LOAD_WORD = 0x20
JUMP_EQUAL = 0x15
JUMP_AT_LEAST = 0x35
JUMP_ANY_BIT = 0x45
RETURN = 0x06

NUMBER_OFFSET = 0
ARCHITECTURE_OFFSET = 4
_FIRST_ARGUMENT_OFFSET = 16
_ARGUMENT_BYTES = 8
_HIGH_WORD_OFFSET = 4

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000

MOST_INSTRUCTIONS = 4096
LONGEST_JUMP = 255


@dataclass(frozen=True, slots=True)
class Instruction:
    """One sock_filter: the jumps count instructions to skip."""

    code: int
    jump_true: int
    jump_false: int
    value: int


def load(offset: int) -> Instruction:
    """Load the 32-bit word at `offset` of seccomp_data."""
    return Instruction(LOAD_WORD, 0, 0, offset)


def low_word(argument: int) -> int:
    """Offset of the low 32 bits of system call argument 0…5."""
    return _FIRST_ARGUMENT_OFFSET + _ARGUMENT_BYTES * argument


def high_word(argument: int) -> int:
    """Offset of the high 32 bits of system call argument 0…5."""
    return low_word(argument) + _HIGH_WORD_OFFSET


def jump(code: int, value: int, *, if_true: int = 0, if_false: int = 0) -> Instruction:
    """Compare the loaded word with `value` and skip instructions."""
    if not (0 <= if_true <= LONGEST_JUMP and 0 <= if_false <= LONGEST_JUMP):
        raise ValueError(f"a BPF jump is 0…{LONGEST_JUMP} instructions, not {if_true} or {if_false}")
    return Instruction(code, if_true, if_false, value)


def answer(verdict: int) -> Instruction:
    """End with a verdict: ALLOW, KILL_PROCESS or `fail_with(errno)`."""
    return Instruction(RETURN, 0, 0, verdict)


def fail_with(error: int) -> int:
    """The verdict that makes the call return this errno without being made."""
    return _ERRNO | error


def assemble(program: Iterable[Instruction]) -> bytes:
    """Encode the program for the kernel, in native byte order."""
    listing = tuple(program)
    if len(listing) > MOST_INSTRUCTIONS:
        raise ValueError(f"{len(listing)} instructions; the kernel takes at most {MOST_INSTRUCTIONS}")
    return b"".join(struct.pack("=HBBI", one.code, one.jump_true, one.jump_false, one.value) for one in listing)
