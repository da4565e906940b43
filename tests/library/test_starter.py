"""The starter's constants agree with one another."""

from __future__ import annotations

import re

from aspen.library import starter


def test_the_wheels_member_is_the_file_on_the_shelf() -> None:
    assert starter.MEMBER.endswith(f"/{starter.FILE_NAME}")
    assert re.fullmatch(r"[a-z0-9-]+==[0-9.]+", starter.REQUIREMENT)
    for digest in (starter.WHEEL_SHA256, starter.GGUF_SHA256):
        assert re.fullmatch(r"[0-9a-f]{64}", digest)
