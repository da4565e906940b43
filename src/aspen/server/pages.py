"""The files of the page, as they were built, and the headers that keep the page from reaching anybody.

Content Security Policy: https://www.w3.org/TR/CSP3/. Nothing remote, nothing inline, and no string becomes a script.
"""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable

from starlette.responses import Response

_NOT_BUILT = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Aspen</title>
<h1>The page is not built</h1><p>This Aspen runs from its sources. In its folder: <code>pip install .</code></p>"""


GATE_ORIGINS = "http://gate.aspen.localhost:*"
"""Where the gate shows its own page, on which a person says yes: a name of this computer, at whatever port it has."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        f"connect-src 'self' {GATE_ORIGINS}",
        f"frame-src {GATE_ORIGINS}",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types svelte-trusted-html",
    )
)

SAFE_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=()",
}
"""The headers of every page and file."""


class Pages:
    """Serves the built files by name. Names with a hash in them never change and are kept for ever.

    Only these files are ever compressed, which hold nothing of anybody: what an answer of the API compresses to could
    tell those who see its length what stands in it (https://www.breachattack.com).
    """

    def __init__(self) -> None:
        self._compressed: dict[str, bytes] = {}
        self._files = _files(resources.files("aspen") / "web_assets")
        self._start_files = _files(resources.files("aspen.server") / "start_page")

    @property
    def names(self) -> list[str]:
        """The names of all built files."""
        return sorted(self._files)

    def index(self, encodings: str = "") -> Response:
        """Return the page itself."""
        return self.file("index.html", encodings) or Response(
            _NOT_BUILT, 503, {**SAFE_HEADERS, "content-type": "text/html; charset=utf-8"}
        )

    def start_file(self, path: str) -> Response:
        """Return the page that exchanges a start key, or its script."""
        name = "start.js" if path == "/start.js" else "start.html"
        return self._response(name, self._start_files[name])

    def file(self, name: str, encodings: str = "") -> Response | None:
        """Return a built file; None for a name that is not one of them. `encodings` is what the browser accepts."""
        found = self._files.get(name)
        return None if found is None else self._response(name, found, encodings)

    def _response(self, name: str, file: Traversable, encodings: str = "") -> Response:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        is_text = kind.startswith("text/") or kind.endswith(("javascript", "json", "svg+xml"))
        kept = "public, max-age=31536000, immutable" if name.startswith("assets/") else "no-cache"
        headers = {"content-type": f"{kind}; charset=utf-8" if is_text else kind, "cache-control": kept}
        if not is_text:
            return Response(file.read_bytes(), headers={**SAFE_HEADERS, **headers})
        headers["vary"] = "accept-encoding"
        if not _takes_gzip(encodings):
            return Response(file.read_bytes(), headers={**SAFE_HEADERS, **headers})
        headers["content-encoding"] = "gzip"
        return Response(self._compress(name, file), headers={**SAFE_HEADERS, **headers})

    def _compress(self, name: str, file: Traversable) -> bytes:
        """Compress a file when it is first asked for; some milliseconds, once for each core."""
        if name not in self._compressed:
            self._compressed[name] = gzip.compress(file.read_bytes(), mtime=0)
        return self._compressed[name]


def _takes_gzip(encodings: str) -> bool:
    """Whether `Accept-Encoding` names gzip, and does not refuse it: https://www.rfc-editor.org/rfc/rfc9110#name-accept-encoding."""
    for each in encodings.lower().split(","):
        name, _, quality = each.partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _files(root: Traversable) -> Mapping[str, Traversable]:
    """Look up once what there is: a name from outside never becomes a path. Nothing where `root` is missing."""
    if not root.is_dir():
        return {}
    found: dict[str, Traversable] = {}
    waiting = [("", root)]
    while waiting:
        prefix, folder = waiting.pop()
        for each in folder.iterdir():
            if each.is_dir():
                waiting.append((f"{prefix}{each.name}/", each))
            else:
                found[f"{prefix}{each.name}"] = each
    return found
