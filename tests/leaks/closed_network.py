"""Makes a network that ends at this machine: new user, network and mount namespaces, in which every address is its own.

Packets to any address go through the loopback interface, where a recorder sees them, and come back: a connection to
a stranger is refused at once, and a listener may take whatever address it plays. Nothing here needs root.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import socket
import ssl
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

NEW_USER, NEW_NETWORK, NEW_MOUNTS = 0x10000000, 0x40000000, 0x00020000
"""unshare(2); setns(2) takes the same numbers."""

NAMESERVER = "127.0.0.53"

_GET_FLAGS, _SET_FLAGS, _IS_UP = 0x8913, 0x8914, 1
_MAKE_PRIVATE, _BIND = 0x4000 | 0x40000, 0x1000
_NEW_ROUTE, _ROUTE_ATTRIBUTE_OUT, _LOCAL_TABLE, _LOCAL_TYPE, _HOST_SCOPE = 24, 4, 255, 2, 254
_REQUEST_ACKNOWLEDGE_CREATE_REPLACE = 0x1 | 0x4 | 0x400 | 0x100
_NETLINK_ERROR = 2

_NAMES_BY_DNS_ALONE = "passwd: files\ngroup: files\nhosts: files dns\n"
_HOSTS = "127.0.0.1 localhost\n::1 localhost\n"
_OTHER_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")


def why_not() -> str:
    """Return the one sentence that says why no network can be closed here; empty where it can."""
    if sys.platform != "linux":
        return "The leak suite needs Linux: it runs in namespaces of its own."
    done = subprocess.run([sys.executable, "-P", __file__], check=False, capture_output=True, text=True)
    return "" if done.returncode == 0 else f"The leak suite was not run: {done.stdout.strip() or 'its trial died'}."


def close_network(folder: Path, ca_file: Path) -> None:
    """Put this process, alone in it and with all rights over it, into a network of its own.

    `folder` takes the files by which names are looked up there; `ca_file` is whom all there trust, in the place of the
    system's authorities. What an ordinary user executes afterwards has no rights any more. Raises OSError where the
    kernel refuses a step.
    """
    _enter_new_namespaces()
    for family in (socket.AF_INET, socket.AF_INET6):
        _make_every_address_local(family)
    _look_up_names_here(folder)
    _trust_alone(ca_file, folder / "ssl")


def open_tap() -> socket.socket:
    """Return a socket that sees every packet of every interface (packet(7))."""
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
    tap.setblocking(False)
    return tap


def inside(pid: int, command: Sequence[str]) -> tuple[str, ...]:
    """Return the command line that runs `command` in the closed network of a process."""
    return (sys.executable, "-I", "-S", str(Path(__file__).with_name("enter_network.py")), str(pid), *command)


def _enter_new_namespaces() -> None:
    """The identity stays; mounts made here are seen by nobody else."""
    user, group = os.getuid(), os.getgid()
    _call("unshare", NEW_USER | NEW_NETWORK | NEW_MOUNTS)
    Path("/proc/self/setgroups").write_text("deny", "ascii")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1", "ascii")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1", "ascii")
    _raise_loopback()
    _call("mount", b"none", b"/", None, ctypes.c_ulong(_MAKE_PRIVATE), None)


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sH14s", b"lo", 0, b"")
        _, flags, _ = struct.unpack("16sH14s", fcntl.ioctl(any_socket, _GET_FLAGS, asked))
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14s", b"lo", flags | _IS_UP, b""))


def _make_every_address_local(family: socket.AddressFamily) -> None:
    """`ip route add local default dev lo` in the words of rtnetlink(7)."""
    route = struct.pack("8BI", family, 0, 0, 0, _LOCAL_TABLE, 4, _HOST_SCOPE, _LOCAL_TYPE, 0)
    out = struct.pack("HHI", 8, _ROUTE_ATTRIBUTE_OUT, socket.if_nametoindex("lo"))
    length = 16 + len(route) + len(out)
    head = struct.pack("IHHII", length, _NEW_ROUTE, _REQUEST_ACKNOWLEDGE_CREATE_REPLACE, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
        kernel.send(head + route + out)
        answer = kernel.recv(1 << 16)
    kind, code = struct.unpack_from("H", answer, 4)[0], -struct.unpack_from("i", answer, 16)[0]
    is_without_family = family == socket.AF_INET6 and code in {errno.EAFNOSUPPORT, errno.EOPNOTSUPP, errno.ENODEV}
    if kind != _NETLINK_ERROR or (code and not is_without_family):
        raise OSError(code, f"a route cannot be added: {os.strerror(code)}")


def _look_up_names_here(folder: Path) -> None:
    files = {
        "resolv.conf": f"nameserver {NAMESERVER}\noptions timeout:2 attempts:1\n",
        "nsswitch.conf": _NAMES_BY_DNS_ALONE,
        "hosts": _HOSTS,
    }
    for name, text in files.items():
        ours = folder / name
        ours.write_text(text, "ascii")
        ours.chmod(0o644)
        theirs = Path("/etc") / name
        if theirs.exists():
            _put_over(ours, theirs)


def _trust_alone(ca_file: Path, folder: Path) -> None:
    """OpenSSL's own folder holds the file of those who are trusted (https://docs.openssl.org/3.0/man7/ossl-guide-tls)."""
    theirs = Path(ssl.get_default_verify_paths().openssl_cafile)
    if theirs.parent.is_dir():
        folder.mkdir()
        (folder / theirs.name).write_bytes(ca_file.read_bytes())
        _put_over(folder, theirs.parent)
    for bundle in map(Path, _OTHER_BUNDLES):
        if bundle.is_file():
            _put_over(ca_file, bundle)


def _put_over(ours: Path, theirs: Path) -> None:
    """Let everybody in this namespace see ours where theirs lies."""
    _call("mount", bytes(ours), bytes(theirs), None, ctypes.c_ulong(_BIND), None)


def _call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name} is refused: {os.strerror(number)}")


def _try_out() -> int:
    """What `why_not` runs in a process that may be spoiled."""
    try:
        _enter_new_namespaces()
        open_tap().close()
    except OSError as error:
        sys.stdout.write(f"the kernel refuses namespaces of its own to this user ({error.strerror})\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_try_out())
