from __future__ import annotations

import errno
import json
import signal

import pytest
from bpf_machine import ALLOWED, KILLED, run_filter, verdict
from person import Person

from aspen.jail import bpf
from aspen.jail.seccomp import HasAnyBit, Is, IsNot, IsPointer, LacksBits, Refusal, compile_filter
from aspen.jail.system_calls import AARCH64, X86_64, Architecture, this_architecture

HIGH = 1 << 32
BOTH = pytest.mark.parametrize("architecture", [X86_64, AARCH64], ids=lambda a: a.name)


@BOTH
def test_only_the_named_calls_are_refused(architecture: Architecture) -> None:
    refusals = (Refusal("mount"), Refusal("clone3", error=errno.ENOSYS))
    assert verdict(refusals, architecture, "mount") == errno.EPERM
    assert verdict(refusals, architecture, "clone3") == errno.ENOSYS
    assert verdict(refusals, architecture, "openat") == ALLOWED


@BOTH
def test_conditions_look_at_the_argument_they_name(architecture: Architecture) -> None:
    for condition, refused, allowed in (
        (Is(1, 7), [0, 7], [7, 8]),
        (IsNot(2, 7), [0, 0, 8], [0, 0, 7]),
        (HasAnyBit(3, 0b110), [0, 0, 0, 0b010], [0, 0, 0, 0b001]),
        (LacksBits(0, 0b110), [0b001], [0b100]),
        (IsPointer(4), [0, 0, 0, 0, 1], [1, 1, 1, 1, 0]),
    ):
        refusals = (Refusal("mount", (condition,)),)
        assert verdict(refusals, architecture, "mount", *refused) == errno.EPERM
        assert verdict(refusals, architecture, "mount", *allowed) == ALLOWED


def test_an_integer_argument_is_compared_by_the_word_that_the_kernel_uses() -> None:
    refusals = (Refusal("close", (Is(0, 7),)), Refusal("socket", (IsNot(0, 1),)))
    assert verdict(refusals, X86_64, "close", 7 | HIGH) == errno.EPERM
    assert verdict(refusals, X86_64, "socket", 2 | HIGH) == errno.EPERM


def test_a_pointer_with_a_high_word_only_is_a_pointer() -> None:
    refusals = (Refusal("sendto", (IsPointer(4),)),)
    assert verdict(refusals, X86_64, "sendto", 0, 0, 0, 0, HIGH) == errno.EPERM


def test_any_of_several_conditions_is_enough() -> None:
    refusals = (Refusal("sendto", (HasAnyBit(3, 8), IsPointer(4))),)
    assert verdict(refusals, X86_64, "sendto", 0, 0, 0, 8, 0) == errno.EPERM
    assert verdict(refusals, X86_64, "sendto", 0, 0, 0, 0, 9) == errno.EPERM
    assert verdict(refusals, X86_64, "sendto", 0, 0, 0, 7, 0) == ALLOWED


def test_a_block_for_one_call_does_not_disturb_the_next() -> None:
    refusals = (Refusal("socket", (IsNot(0, 1),)), Refusal("bind"))
    assert verdict(refusals, X86_64, "bind") == errno.EPERM
    assert verdict(refusals, X86_64, "socket", 1) == ALLOWED


@BOTH
def test_another_architecture_ends_the_process(architecture: Architecture) -> None:
    program = compile_filter((), architecture)
    i386 = 0x40000003
    assert run_filter(program, 1, i386, ()) == bpf.KILL_PROCESS
    assert run_filter(program, 1, architecture.audit_number, ()) == bpf.ALLOW


def test_the_x32_numbers_end_the_process() -> None:
    refusals = (Refusal("mount"),)
    program = compile_filter(refusals, X86_64)
    assert run_filter(program, 165 | 0x40000000, X86_64.audit_number, ()) == bpf.KILL_PROCESS
    assert verdict(refusals, X86_64, "openat") != KILLED


def test_a_call_that_the_machine_lacks_is_left_out() -> None:
    assert len(compile_filter((Refusal("fork"),), AARCH64)) == len(compile_filter((), AARCH64))


def test_a_filter_binds_threads_that_were_running_before(me: Person) -> None:
    told = json.loads(me.ask("inside.py", "filter_with_a_running_thread"))
    assert told == {"installed": 0, "here": errno.EPERM, "there": errno.EPERM}


def test_a_thread_that_cannot_be_bound_is_a_failure(me: Person) -> None:
    told = json.loads(me.ask("inside.py", "filter_with_a_thread_of_other_filters"))
    assert told == {"installed": errno.ESRCH, "here": 0}


def test_a_call_by_an_x32_number_ends_a_real_process(me: Person) -> None:
    if this_architecture() is not X86_64:
        pytest.skip("only x86-64 has x32 numbers")
    with me.start("inside.py", "call_by_a_foreign_number") as process:
        process.communicate(timeout=30)
    assert process.returncode == -signal.SIGSYS


def test_a_filter_needs_no_new_privileges_first(person: Person) -> None:
    told = json.loads(person.ask("inside.py", "filter_without_no_new_privileges"))
    assert told["installed"] == (0 if told["may_administer"] else errno.EACCES)
