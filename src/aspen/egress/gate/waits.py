"""How long the gate waits for others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """For a person's answer, and for the core to say what an answer has cost."""

    approval_seconds: float = 600.0
    settling_seconds: float = 5.0
