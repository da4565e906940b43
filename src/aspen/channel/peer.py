"""Who is at the other end of a Unix socket, by the kernel's word (SO_PEERCRED, unix(7))."""

from __future__ import annotations

import os
import socket
import struct


def peer_uid(connection: socket.socket) -> int:
    """Return the user id of the process at the other end."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _pid, uid, _gid = struct.unpack("3i", credentials)
    return uid


def is_same_user(connection: socket.socket) -> bool:
    return peer_uid(connection) == os.getuid()
