"""The files of the gate's pages and the headers that keep each page to itself.

Content Security Policy: https://www.w3.org/TR/CSP3/. Nothing remote, nothing inline, no string becomes a script, and
only the app's page may put a page of ours in a frame.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources

from aspen.egress.gate.page.messages import Answer, Headers

_PACKAGE = "aspen.egress.gate.page.static"
_KINDS: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
}

OPEN_FILES = frozenset(
    {"page.css", "theme.js", "start.js", "preview.js", "act.js", "sight.js", "tabs.js", "gate.js", "words.js"}
)
"""What anybody may load who reaches the server: they hold nothing of anybody's."""


def policy(frame_ancestors: str) -> str:
    """Return the Content Security Policy of a page that `frame_ancestors` may frame."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {frame_ancestors}",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def safe_headers(name: str, frame_ancestors: str) -> Headers:
    """Return the headers of a file. The agent cluster keeps a page out of the process memory of others of its site."""
    return (
        ("content-type", _KINDS[name.rpartition(".")[2]]),
        ("cache-control", "no-store" if name.endswith(".html") else "no-cache"),
        ("content-security-policy", policy(frame_ancestors)),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("origin-agent-cluster", "?1"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=()"),
    )


def file_answer(name: str, *, frame_ancestors: str = "'none'", status: int = 200) -> Answer:
    """Answer with one of our files."""
    return Answer(status=status, headers=safe_headers(name, frame_ancestors), body=_content(name))


@functools.cache
def _content(name: str) -> bytes:
    return resources.files(_PACKAGE).joinpath(name).read_bytes()
