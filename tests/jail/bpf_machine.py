"""Runs a seccomp filter on one system call, as the kernel would: the rules can be tested without giving up anything."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from aspen.jail import bpf
from aspen.jail.seccomp import Refusal, compile_filter
from aspen.jail.system_calls import Architecture

ALLOWED = 0
KILLED = -1


def run_filter(program: Sequence[bpf.Instruction], number: int, audit_number: int, arguments: Sequence[int]) -> int:
    """The raw verdict on a call. `arguments` are up to six 64-bit words."""
    words = [argument & 0xFFFFFFFFFFFFFFFF for argument in (*arguments, *[0] * (6 - len(arguments)))]
    memory = struct.pack("=IIQ6Q", number, audit_number, 0, *words)
    accumulator, at = 0, 0
    while True:
        one = program[at]
        at += 1
        match one.code:
            case bpf.LOAD_WORD:
                accumulator = struct.unpack_from("=I", memory, one.value)[0]
                continue
            case bpf.RETURN:
                return one.value
            case bpf.JUMP_EQUAL:
                holds = accumulator == one.value
            case bpf.JUMP_AT_LEAST:
                holds = accumulator >= one.value
            case bpf.JUMP_ANY_BIT:
                holds = bool(accumulator & one.value)
            case _:
                raise AssertionError(f"no such instruction: {one}")
        at += one.jump_true if holds else one.jump_false


def verdict(refusals: Sequence[Refusal], architecture: Architecture, call: str, *arguments: int) -> int:
    """ALLOWED, KILLED, or the errno with which the call fails."""
    program = compile_filter(refusals, architecture)
    raw = run_filter(program, architecture.numbers[call], architecture.audit_number, arguments)
    if raw == bpf.ALLOW:
        return ALLOWED
    if raw == bpf.KILL_PROCESS:
        return KILLED
    assert raw & 0xFFFF0000 == bpf.fail_with(0)
    return raw & 0xFFFF
