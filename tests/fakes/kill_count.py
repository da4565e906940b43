"""How often the tests kill at random moments: twenty times, or as often as `ASPEN_TEST_KILLS` says.

ASPEN_TEST_KILLS=1000 pytest tests/egress/gate/test_gate_kills.py tests/service/test_kills_while_sending.py
"""

from __future__ import annotations

import os

KILLS_A_BATCH = 20


def batches() -> range:
    """Number the batches of kills that are wanted; each is a test with a home of its own, and its seed."""
    return range(max(1, int(os.environ.get("ASPEN_TEST_KILLS", KILLS_A_BATCH)) // KILLS_A_BATCH))
