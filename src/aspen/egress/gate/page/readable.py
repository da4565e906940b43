"""Adds to a preview what a person can read of its bytes. Pure; a page that did this itself could lose a digit or a key.

JavaScript's own JSON reader keeps one of two equal keys and rounds long numbers, and then more would leave than was
seen.
"""

from __future__ import annotations

import base64

from aspen.core.errors import DoesNotFit
from aspen.core.outline import outline
from aspen.egress.gate.page.messages import Json

_LARGEST_SHOWN_BYTES = 32 << 20


def with_readable(preview: Json) -> Json:
    """Return the preview with its body as indented text. Raises DoesNotFit for more than a page could show."""
    body_bytes = preview["body_bytes"]
    if not isinstance(body_bytes, int) or body_bytes > _LARGEST_SHOWN_BYTES:
        raise DoesNotFit(
            f"A page shows {_LARGEST_SHOWN_BYTES:,} bytes at most, and {body_bytes:,} wait.",
            hint="Answer in the terminal: `aspen preview`.",
            facts={"body_bytes": body_bytes, "largest_bytes": _LARGEST_SHOWN_BYTES},
        )
    return {**preview, "readable": outline(base64.b64decode(str(preview["body_base64"])))}
