"""What looking into a store yields: models, and honest sentences about what could not be used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aspen.core.model_card import ModelFile


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreProblem:
    """Something in a store that Aspen cannot use. It never hides what else is there."""

    store: str
    path: Path
    sentence: str


Finding = ModelFile | StoreProblem
Findings = Iterator[Finding]
