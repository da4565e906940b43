"""The lists, call by call: a line that goes missing in the product turns one of these red and names it."""

from __future__ import annotations

import errno

import pytest
from bpf_machine import ALLOWED, verdict

from aspen.jail.refused_calls import core_is_sealed, engine_may_answer, engine_may_listen
from aspen.jail.seccomp import Refusal
from aspen.jail.system_calls import AARCH64, X86_64, Architecture

PID, CHANNEL = 4321, 7
FAST_OPEN = 0x20000000
THREAD_FLAGS = 0x003D0F00  # what the C library passes for a thread
ENGINE_LISTENING = engine_may_listen(PID)
ENGINE_ANSWERING = engine_may_answer()
CORE = core_is_sealed(PID, CHANNEL, flushes_with_sendmsg=False)
CORE_OF_3_12 = core_is_sealed(PID, CHANNEL, flushes_with_sendmsg=True)
NOBODY_MAY = """
    io_uring_setup io_uring_enter io_uring_register pidfd_open pidfd_getfd pidfd_send_signal ptrace process_vm_readv
    process_vm_writev process_madvise process_mrelease move_pages migrate_pages kcmp tkill rt_sigqueueinfo
    rt_tgsigqueueinfo unshare setns chroot pivot_root mount umount2 open_tree move_mount fsopen fsconfig fsmount fspick
    mount_setattr open_tree_attr statmount listmount listns name_to_handle_at open_by_handle_at bpf perf_event_open
    userfaultfd add_key request_key keyctl init_module finit_module delete_module kexec_load kexec_file_load syslog
    reboot swapon swapoff settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname acct quotactl
    quotactl_fd vhangup fanotify_init personality modify_ldt ioperm iopl shmget shmat msgget msgsnd msgrcv semget
    mq_open mq_unlink memfd_create memfd_secret execve execveat fork vfork connect socketpair sendmmsg recvmmsg
"""
ENGINE_MAY_NOT = """
    truncate chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat setxattr
    lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat file_setattr inotify_init
    inotify_init1 sendmsg recvmsg
"""
BOTH = pytest.mark.parametrize("architecture", [X86_64, AARCH64], ids=lambda a: a.name)


EVERYBODY = pytest.mark.parametrize(
    "refusals", [ENGINE_LISTENING, CORE, CORE_OF_3_12], ids=["engine", "core", "core of Python 3.12"]
)


@BOTH
@EVERYBODY
def test_what_nobody_may_do_is_refused_whatever_the_arguments(
    refusals: tuple[Refusal, ...], architecture: Architecture
) -> None:
    present = [call for call in NOBODY_MAY.split() if call in architecture.numbers]
    for arguments in ((), (1, 1, 1, 1, 1, 1), (PID, CHANNEL), (CHANNEL, CHANNEL)):
        allowed = [call for call in present if verdict(refusals, architecture, call, *arguments) != errno.EPERM]
        assert allowed == []


@EVERYBODY
def test_a_thread_may_start_and_a_process_may_not(refusals: tuple[Refusal, ...]) -> None:
    signal_of_a_child = 17
    assert verdict(refusals, X86_64, "clone", THREAD_FLAGS) == ALLOWED
    assert verdict(refusals, X86_64, "clone", signal_of_a_child) == errno.EPERM
    assert verdict(refusals, X86_64, "clone3", 1, 88) == errno.ENOSYS


@EVERYBODY
@pytest.mark.parametrize("bit", [17, 25, 26, 27, 28, 29, 30])
def test_a_thread_gets_no_namespace_of_its_own(refusals: tuple[Refusal, ...], bit: int) -> None:
    assert verdict(refusals, X86_64, "clone", THREAD_FLAGS | 1 << bit) == errno.EPERM


@EVERYBODY
def test_a_process_signals_only_itself(refusals: tuple[Refusal, ...]) -> None:
    minus_one = 0xFFFFFFFF
    for call in ("kill", "tgkill"):
        assert verdict(refusals, X86_64, call, PID) == ALLOWED
        assert [verdict(refusals, X86_64, call, pid) for pid in (1, PID + 1, 0, minus_one)] == [errno.EPERM] * 4


@EVERYBODY
def test_signals_limits_and_terminals_of_others_have_no_back_door(refusals: tuple[Refusal, ...]) -> None:
    set_owner, set_owner_ex, get_flags = 8, 15, 3
    own_a_file, own_a_socket, push_input, console, bytes_waiting = 0x8901, 0x8902, 0x5412, 0x541C, 0x541B
    assert [verdict(refusals, X86_64, "fcntl", 0, c) for c in (set_owner, set_owner_ex)] == [errno.EPERM] * 2
    assert verdict(refusals, X86_64, "fcntl", 0, get_flags) == ALLOWED
    for command in (own_a_file, own_a_socket, push_input, console):
        assert verdict(refusals, X86_64, "ioctl", 0, command) == errno.EPERM
    assert verdict(refusals, X86_64, "ioctl", 0, bytes_waiting) == ALLOWED
    assert verdict(refusals, X86_64, "prlimit64", 0) == ALLOWED
    assert verdict(refusals, X86_64, "prlimit64", 1) == errno.EPERM


@EVERYBODY
def test_bytes_go_only_to_who_is_connected(refusals: tuple[Refusal, ...]) -> None:
    no_signal, address_below, address_above = 0x4000, 0x7FFF1000, 5 << 32
    assert verdict(refusals, X86_64, "sendto", 5, 1, 1, no_signal) == ALLOWED
    assert verdict(refusals, X86_64, "sendto", 5, 1, 1, FAST_OPEN | no_signal) == errno.EPERM
    assert verdict(refusals, X86_64, "sendto", 5, 1, 1, 0, address_below) == errno.EPERM
    assert verdict(refusals, X86_64, "sendto", 5, 1, 1, 0, address_above) == errno.EPERM


@BOTH
def test_an_engine_leaves_attributes_and_messages_alone(architecture: Architecture) -> None:
    present = [call for call in ENGINE_MAY_NOT.split() if call in architecture.numbers]
    assert [call for call in present if verdict(ENGINE_LISTENING, architecture, call, 7) != errno.EPERM] == []


def test_an_engine_may_open_unix_sockets_until_it_listens() -> None:
    unix, inet, inet6, netlink, vsock = 1, 2, 10, 16, 40
    assert verdict(ENGINE_LISTENING, X86_64, "socket", unix) == ALLOWED
    for family in (inet, inet6, netlink, vsock, 0):
        assert verdict(ENGINE_LISTENING, X86_64, "socket", family) == errno.EPERM
    for call in ("bind", "listen"):
        assert verdict(ENGINE_LISTENING, X86_64, call) == ALLOWED
    for call in ("socket", "bind", "listen"):
        assert verdict(ENGINE_ANSWERING, X86_64, call, unix) == errno.EPERM


def test_an_engine_can_be_called_to_the_end() -> None:
    for call in ("accept", "accept4", "recvfrom", "sendto", "shutdown"):
        assert verdict(ENGINE_LISTENING, X86_64, call, 5) == ALLOWED
        assert verdict(ENGINE_ANSWERING, X86_64, call, 5) == ALLOWED


def test_an_engine_cannot_outlive_its_parent_or_show_itself_again() -> None:
    parent_death_signal, dumpable, thread_name = 1, 4, 15
    assert verdict(ENGINE_ANSWERING, X86_64, "prctl", parent_death_signal) == errno.EPERM
    assert verdict(ENGINE_ANSWERING, X86_64, "prctl", dumpable) == errno.EPERM
    assert verdict(ENGINE_ANSWERING, X86_64, "prctl", thread_name) == ALLOWED


@pytest.mark.parametrize("call", ["socket", "bind", "listen", "close_range"])
def test_a_sealed_core_opens_nothing(call: str) -> None:
    assert verdict(CORE, X86_64, call, 1) == errno.EPERM


def test_a_sealed_core_receives_descriptors_at_its_channel_alone() -> None:
    assert verdict(CORE, X86_64, "recvmsg", CHANNEL) == ALLOWED
    assert [verdict(CORE, X86_64, "recvmsg", fd) for fd in (0, CHANNEL - 1, CHANNEL + 1)] == [errno.EPERM] * 3


def test_the_number_of_the_channel_cannot_be_taken() -> None:
    other = CHANNEL + 1
    for call in ("dup2", "dup3"):
        assert verdict(CORE, X86_64, call, other, CHANNEL) == errno.EPERM
        assert verdict(CORE, X86_64, call, CHANNEL, other) == ALLOWED
    assert verdict(CORE, X86_64, "close", CHANNEL) == errno.EPERM
    assert verdict(CORE, X86_64, "close", CHANNEL | 1 << 32) == errno.EPERM
    assert verdict(CORE, X86_64, "close", other) == ALLOWED


def test_a_sealed_core_sends_messages_only_where_its_event_loop_needs_it() -> None:
    assert verdict(CORE, X86_64, "sendmsg", 5) == errno.EPERM
    assert verdict(CORE_OF_3_12, X86_64, "sendmsg", 5, 1, 0) == ALLOWED
    assert verdict(CORE_OF_3_12, X86_64, "sendmsg", 5, 1, FAST_OPEN) == errno.EPERM


def test_a_sealed_core_still_answers() -> None:
    for call in ("accept", "accept4", "recvfrom", "shutdown"):
        assert verdict(CORE, X86_64, call, 5) == ALLOWED
