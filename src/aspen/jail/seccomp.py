"""Build a seccomp filter from a list of refusals, and install it in every thread of this process.

A filter starts from "allowed" and takes calls away: an engine needs some hundred calls, and what it must never do is
the shorter and steadier list. It compares numbers and arguments held in registers, never what a pointer points to.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aspen.jail import bpf
from aspen.jail.kernel import system_call
from aspen.jail.system_calls import Architecture, this_architecture

_SET_MODE_FILTER = 1
_ALL_THREADS = 1  # SECCOMP_FILTER_FLAG_TSYNC


@dataclass(frozen=True, slots=True)
class Is:
    """The low word of an argument equals `value`."""

    argument: int
    value: int


@dataclass(frozen=True, slots=True)
class IsNot:
    """The low word of an argument differs from `value`."""

    argument: int
    value: int


@dataclass(frozen=True, slots=True)
class HasAnyBit:
    """The low word of an argument has at least one bit of `mask`."""

    argument: int
    mask: int


@dataclass(frozen=True, slots=True)
class LacksBits:
    """The low word of an argument has no bit of `mask`."""

    argument: int
    mask: int


@dataclass(frozen=True, slots=True)
class IsPointer:
    """An argument is not zero, in either word."""

    argument: int


Condition = Is | IsNot | HasAnyBit | LacksBits | IsPointer


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that fails with `error` when any of `conditions` holds; without conditions, always."""

    call: str
    conditions: tuple[Condition, ...] = ()
    error: int = errno.EPERM


def compile_filter(refusals: Iterable[Refusal], architecture: Architecture) -> tuple[bpf.Instruction, ...]:
    """Compile the refusals. Calls that the architecture does not have are left out; a foreign ABI kills the process."""
    blocks: list[bpf.Instruction] = [
        bpf.load(bpf.ARCHITECTURE_OFFSET),
        bpf.jump(bpf.JUMP_EQUAL, architecture.audit_number, if_true=1),
        bpf.answer(bpf.KILL_PROCESS),
        bpf.load(bpf.NUMBER_OFFSET),
    ]
    if architecture.foreign_from is not None:
        blocks += [
            bpf.jump(bpf.JUMP_AT_LEAST, architecture.foreign_from, if_false=1),
            bpf.answer(bpf.KILL_PROCESS),
        ]
    for refusal in refusals:
        number = architecture.numbers.get(refusal.call)
        if number is not None:
            block = tuple(_block(refusal))
            blocks += [bpf.jump(bpf.JUMP_EQUAL, number, if_false=len(block)), *block]
    return (*blocks, bpf.answer(bpf.ALLOW))


def _block(refusal: Refusal) -> Iterator[bpf.Instruction]:
    """What follows once the number matches. Arguments overwrite the loaded number, so each block ends in an answer."""
    refuse = bpf.answer(bpf.fail_with(refusal.error))
    if not refusal.conditions:
        yield refuse
        return
    for condition in refusal.conditions:
        yield from _test(condition, refuse)
    yield bpf.answer(bpf.ALLOW)


def _test(condition: Condition, refuse: bpf.Instruction) -> tuple[bpf.Instruction, ...]:
    """Reach `refuse` when the condition holds, else fall behind it."""
    load = bpf.load(bpf.low_word(condition.argument))
    match condition:
        case Is(value=value):
            return (load, bpf.jump(bpf.JUMP_EQUAL, value, if_false=1), refuse)
        case IsNot(value=value):
            return (load, bpf.jump(bpf.JUMP_EQUAL, value, if_true=1), refuse)
        case HasAnyBit(mask=mask):
            return (load, bpf.jump(bpf.JUMP_ANY_BIT, mask, if_false=1), refuse)
        case LacksBits(mask=mask):
            return (load, bpf.jump(bpf.JUMP_ANY_BIT, mask, if_true=1), refuse)
        case IsPointer(argument=argument):
            high = bpf.load(bpf.high_word(argument))
            is_zero = bpf.jump(bpf.JUMP_EQUAL, 0, if_true=1)
            return (load, is_zero, refuse, high, is_zero, refuse)


def install(program: tuple[bpf.Instruction, ...]) -> int:
    """Install the filter in all threads; 0, or the errno. Needs no_new_privs.

    The kernel answers with a thread's id when that thread could not be brought along: that is a failure (ESRCH).
    """
    instructions = bpf.assemble(program)
    buffer = ctypes.create_string_buffer(instructions, len(instructions))
    # struct sock_fprog: the count, six bytes of padding, and the address.
    header = struct.pack("=H6xQ", len(program), ctypes.addressof(buffer))
    result = system_call("seccomp", _SET_MODE_FILTER, _ALL_THREADS, header)
    return errno.ESRCH if result > 0 else -result


def refuse(refusals: Iterable[Refusal]) -> int:
    """Refuse these calls from now on, in all threads; 0, or the errno (ENOSYS where this system has no table)."""
    architecture = this_architecture()
    if architecture is None:
        return errno.ENOSYS
    return install(compile_filter(refusals, architecture))
