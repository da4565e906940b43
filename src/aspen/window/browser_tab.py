"""A tab of the browser that the user has: outside of the seal, and said to be so."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Mapping

OUTSIDE_THE_SEAL = "This browser is outside the seal: its extensions could read this page."


def has_display(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether there is a screen to open anything on."""
    return sys.platform != "linux" or any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def open_tab(link: str) -> bool:
    """Open the link in the user's own browser; False where there is none. The key in it works once, for a minute."""
    try:
        return webbrowser.open(link)
    except webbrowser.Error:
        return False
