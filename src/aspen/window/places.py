"""Where the window finds Aspen: names and ports inside of its own network, and the sockets that they lead to.

The ports are the same every time, so that a page keeps its origin and what it has stored under it. Inside of that
network they are free whatever else runs on the computer, and the smallest ones need no rights that it does not have.
"""

from __future__ import annotations

from collections.abc import Mapping

from aspen.channel.address import GATE_PAGE_SOCKET_NAME, PAGE_SOCKET_NAME

ORIGIN = "http://aspen.localhost"
"""A browser takes every name under .localhost for this computer without asking anybody (RFC 6761, section 6.3)."""

TAB_NAME = "aspen.localhost"
"""What the app is called in the user's own browser, where the gate beside it has a name, and cookies, of its own."""

PAGE_PORT = 80
SOCKETS_BY_PORT: Mapping[int, str] = {PAGE_PORT: PAGE_SOCKET_NAME, 81: GATE_PAGE_SOCKET_NAME}
"""Which socket of the runtime folder each port of the window's network leads to."""

WINDOW_SOCKET_NAME = "window.sock"
"""Where the window that is open listens for the next command that wants it."""
