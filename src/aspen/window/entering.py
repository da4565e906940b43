"""The link that lets a browser in, to the app and to the gate: a key of each, asked for by the person's own process.

The gate's page comes first and leads on to the app, so that the core never sees the gate's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aspen.channel.client import open_gate_session, open_session
from aspen.channel.framing import Frame
from aspen.window.places import ORIGIN, TAB_NAME


def window_link(runtime: Path) -> str:
    """Return the link for the sealed window. Raises the AspenError of a service or gate that gives no key."""
    told = _ask_core(runtime, "open_page", {})
    return _link(runtime, ORIGIN, str(told["start_key"]), way="window")


def tab_link(runtime: Path) -> str:
    """Have a port of loopback opened for the user's own browser, and return the link to it."""
    told = _ask_core(runtime, "open_page", {"in_tab": True})
    return _link(runtime, f"http://{TAB_NAME}:{told['port']}", str(told["start_key"]), way="tab")


def _link(runtime: Path, app_origin: str, app_key: str, *, way: str) -> str:
    with open_gate_session(runtime) as gate:
        opened = gate.call("open_page", {"app_origin": app_origin, "way": way})
    _ask_core(runtime, "note_gate_page", {"app_origin": app_origin, "gate_origin": str(opened["origin"])})
    return f"{opened['link']}.{app_key}"


def _ask_core(runtime: Path, verb: str, arguments: Mapping[str, object]) -> Frame:
    with open_session(runtime) as core:
        return core.call(verb, arguments)
