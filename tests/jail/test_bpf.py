from __future__ import annotations

import struct

import pytest

from aspen.jail import bpf


def test_an_instruction_is_eight_bytes_in_native_order() -> None:
    program = (bpf.jump(bpf.JUMP_EQUAL, 0xC000003E, if_true=1, if_false=2), bpf.answer(bpf.ALLOW))
    assert bpf.assemble(program) == struct.pack("=HBBIHBBI", 0x15, 1, 2, 0xC000003E, 0x06, 0, 0, 0x7FFF0000)


def test_arguments_lie_where_the_kernel_puts_them() -> None:
    assert [bpf.low_word(argument) for argument in range(6)] == [16, 24, 32, 40, 48, 56]
    assert bpf.high_word(4) == 52


def test_a_jump_that_is_too_long_is_refused_when_it_is_written() -> None:
    with pytest.raises(ValueError, match="256"):
        bpf.jump(bpf.JUMP_EQUAL, 1, if_false=256)


def test_a_program_that_is_too_long_for_the_kernel_is_refused() -> None:
    with pytest.raises(ValueError, match="4097"):
        bpf.assemble([bpf.answer(bpf.ALLOW)] * 4097)


def test_a_failing_verdict_carries_its_errno() -> None:
    assert bpf.fail_with(38) == 0x00050026
