"""A preview is shown whole or not at all."""

from __future__ import annotations

import base64

import pytest

from aspen.core.errors import DoesNotFit
from aspen.egress.gate.page.readable import with_readable


def test_a_body_is_told_as_text_beside_its_bytes() -> None:
    body = b'{"model":"m-1","model":"m-2"}'
    shown = with_readable({"body_bytes": len(body), "body_base64": base64.b64encode(body).decode()})
    assert shown["readable"] == "model: m-1\nmodel: m-2"


def test_more_than_a_page_can_show_is_said_and_not_cut() -> None:
    with pytest.raises(DoesNotFit, match="33,554,433"):
        with_readable({"body_bytes": (32 << 20) + 1, "body_base64": ""})
