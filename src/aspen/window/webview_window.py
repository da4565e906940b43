"""A window drawn by pywebview, where no browser of Chromium's family is: `python -m aspen.window.webview_window LINK`.

Runs inside of the window's network like any other browser. Private: it keeps nothing. Without `text_select`, pywebview
switches selection off by a style that the page's policy refuses; there is no bridge to the page at all.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

_TITLE = "Aspen"
_WIDTH_PIXELS, _HEIGHT_PIXELS = 1200, 800
_LEAST_PIXELS = (360, 480)


def main(link: str) -> int:
    webview: Any = importlib.import_module("webview")  # of an optional group, and without types
    webview.create_window(
        _TITLE,
        link,
        width=_WIDTH_PIXELS,
        height=_HEIGHT_PIXELS,
        min_size=_LEAST_PIXELS,
        text_select=True,
    )
    webview.start(private_mode=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
