"""What the filters refuse, as tables: the calls no confined process makes, the engine's two stages, and the core's.

Not covered by any of them: descriptors that the process already holds (`write` to an inherited socket passes), timing
channels, and bugs of the kernel. The parent owns the list of descriptors and must check it.
"""

from __future__ import annotations

import errno

from aspen.jail.seccomp import HasAnyBit, Is, IsNot, IsPointer, LacksBits, Refusal

AF_UNIX = 1
MSG_FASTOPEN = 0x20000000
CLONE_THREAD = 0x00010000
# NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
CLONE_ANY_NAMESPACE = 0x7E020000
_F_SETOWN, _F_SETOWN_EX = 8, 15
_FIOSETOWN, _SIOCSPGRP = 0x8901, 0x8902
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4

# Socket operations past the socket calls; memory, descriptors and signals of other processes.
_WAYS_AROUND = (
    "io_uring_setup io_uring_enter io_uring_register ptrace process_vm_readv process_vm_writev process_madvise "
    "process_mrelease move_pages migrate_pages kcmp pidfd_open pidfd_getfd pidfd_send_signal tkill rt_sigqueueinfo "
    "rt_tgsigqueueinfo"
)
_NAMESPACES_AND_MOUNTS = (
    "unshare setns chroot pivot_root mount umount2 open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr "
    "open_tree_attr statmount listmount listns name_to_handle_at open_by_handle_at"
)
_KERNEL_SURFACE = (
    "bpf perf_event_open userfaultfd add_key request_key keyctl init_module finit_module delete_module kexec_load "
    "kexec_file_load syslog reboot swapon swapoff settimeofday clock_settime clock_adjtime adjtimex sethostname "
    "setdomainname acct quotactl quotactl_fd vhangup fanotify_init personality modify_ldt ioperm iopl"
)
_SHARED_BETWEEN_PROCESSES = "shmget shmat msgget msgsnd msgrcv semget mq_open mq_unlink memfd_create memfd_secret"
_NEW_PROGRAMS = "execve execveat fork vfork"

ALWAYS_REFUSED: tuple[str, ...] = tuple(
    " ".join((_WAYS_AROUND, _NAMESPACES_AND_MOUNTS, _KERNEL_SURFACE, _SHARED_BETWEEN_PROCESSES, _NEW_PROGRAMS)).split()
)

# Landlock lets these pass: a reader of one file has no business with the mode, owner or times of any other.
_FILE_ATTRIBUTES = (
    "truncate chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat setxattr "
    "lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat file_setattr inotify_init "
    "inotify_init1"
)
ENGINE_ALSO_REFUSED: tuple[str, ...] = tuple(_FILE_ATTRIBUTES.split())

# Calling out, and receiving a stranger's socket by SCM_RIGHTS.
_CALLING_OUT = "connect sendmsg recvmsg sendmmsg recvmmsg socketpair"
_EVERY_SOCKET_CALL = f"socket bind listen accept accept4 sendto recvfrom {_CALLING_OUT}"
_NO_FAST_OPEN_NO_ADDRESS = (HasAnyBit(3, MSG_FASTOPEN), IsPointer(4))
_SEND_ON_CONNECTED_ONLY = Refusal("sendto", _NO_FAST_OPEN_NO_ADDRESS)


def _wholly(calls: str) -> tuple[Refusal, ...]:
    return tuple(Refusal(call) for call in calls.split())


_ONLY_THREADS = (
    # Its flags lie behind a pointer that a filter cannot follow; the C library falls back to clone.
    Refusal("clone3", error=errno.ENOSYS),
    Refusal("clone", (LacksBits(0, CLONE_THREAD), HasAnyBit(0, CLONE_ANY_NAMESPACE))),
)


def always(own_pid: int) -> tuple[Refusal, ...]:
    """What no confined process does: the table above, new processes, and signals to anyone but itself."""
    return (
        *(Refusal(call) for call in ALWAYS_REFUSED),
        *_ONLY_THREADS,
        Refusal("kill", (IsNot(0, own_pid),)),
        Refusal("tgkill", (IsNot(0, own_pid),)),
        # The owner of a descriptor gets its signals, which is another way to signal a stranger.
        Refusal("fcntl", (Is(1, _F_SETOWN), Is(1, _F_SETOWN_EX))),
        Refusal("ioctl", (Is(1, _FIOSETOWN), Is(1, _SIOCSPGRP), Is(1, _TIOCSTI), Is(1, _TIOCLINUX))),
        Refusal("prlimit64", (IsNot(0, 0),)),
    )


def engine_may_listen(own_pid: int) -> tuple[Refusal, ...]:
    """Stage one: may open a Unix listener and be called; may not call."""
    return (
        *always(own_pid),
        *(Refusal(call) for call in ENGINE_ALSO_REFUSED),
        *_wholly(_CALLING_OUT),
        Refusal("socket", (IsNot(0, AF_UNIX),)),
        _SEND_ON_CONNECTED_ONLY,
    )


def engine_may_answer() -> tuple[Refusal, ...]:
    """Stage two, on top of stage one: nothing new is opened; accept, recvfrom and sendto on what is open remain.

    Also makes the signal at the parent's death and the state of not being dumpable final.
    """
    return (
        *_wholly("socket bind listen"),
        Refusal("prctl", (Is(0, _PR_SET_PDEATHSIG), Is(0, _PR_SET_DUMPABLE))),
    )


def reader_may_import() -> tuple[Refusal, ...]:
    """Stage one of a reader: no socket and no program, before a single library of others is loaded."""
    return (
        *_wholly(_EVERY_SOCKET_CALL),
        *_wholly("io_uring_setup io_uring_enter io_uring_register pidfd_getfd"),
        *_wholly(_NEW_PROGRAMS),
        *_ONLY_THREADS,
    )


def reader_may_answer(own_pid: int) -> tuple[Refusal, ...]:
    """Stage two, on top of stage one: read and write on what is open remain, and no file's mode or owner changes."""
    return (
        *always(own_pid),
        *(Refusal(call) for call in ENGINE_ALSO_REFUSED),
        Refusal("prctl", (Is(0, _PR_SET_PDEATHSIG), Is(0, _PR_SET_DUMPABLE))),
    )


def core_is_sealed(own_pid: int, channel_fd: int, *, flushes_with_sendmsg: bool) -> tuple[Refusal, ...]:
    """The core: only what is open stays open, and descriptors arrive at `channel_fd` alone.

    Nothing may take that number: not by dup2, nor by closing it and opening something else.
    `flushes_with_sendmsg`: asyncio of Python 3.12 and later writes with sendmsg, which then is refused with the Fast
    Open flag only; its address is behind a pointer, but without that flag no stream socket connects by sending.
    """
    return (
        *always(own_pid),
        *_wholly("socket socketpair connect bind listen sendmmsg recvmmsg close_range"),
        Refusal("sendmsg", (HasAnyBit(2, MSG_FASTOPEN),) if flushes_with_sendmsg else ()),
        Refusal("recvmsg", (IsNot(0, channel_fd),)),
        _SEND_ON_CONNECTED_ONLY,
        Refusal("dup2", (Is(1, channel_fd),)),
        Refusal("dup3", (Is(1, channel_fd),)),
        Refusal("close", (Is(0, channel_fd),)),
        Refusal("prctl", (Is(0, _PR_SET_DUMPABLE),)),
    )
