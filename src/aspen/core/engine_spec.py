"""What one engine child is told: which files, how much context, how many threads. Also how it crosses a pipe."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSpec:
    """Everything that makes one engine differ from another; equal specs share one process.

    `context_tokens` is what each of the `slots` holds. `adapters` are LoRA files with their initial scale.
    `spin_count` bounds how long an idle OpenMP thread burns its core before it sleeps (GOMP_SPINCOUNT).
    """

    model: tuple[Path, ...]
    context_tokens: int
    slots: int
    batch_tokens: int
    threads: int
    spin_count: int
    gpu_layers: int = 0
    embeds: bool = False
    projector: Path | None = None
    adapters: tuple[tuple[Path, float], ...] = ()
    chat_template: str | None = None

    @property
    def readable(self) -> tuple[Path, ...]:
        """Every file that the engine must open, and nothing else."""
        extra = () if self.projector is None else (self.projector,)
        return (*self.model, *extra, *(path for path, _ in self.adapters))


def spec_to_json(spec: EngineSpec) -> dict[str, object]:
    """Flatten a spec for a pipe."""
    return {
        "model": [str(path) for path in spec.model],
        "context_tokens": spec.context_tokens,
        "slots": spec.slots,
        "batch_tokens": spec.batch_tokens,
        "threads": spec.threads,
        "spin_count": spec.spin_count,
        "gpu_layers": spec.gpu_layers,
        "embeds": spec.embeds,
        "projector": None if spec.projector is None else str(spec.projector),
        "adapters": [[str(path), scale] for path, scale in spec.adapters],
        "chat_template": spec.chat_template,
    }


_BOUNDS = {
    "context_tokens": (1, 2**24),
    "slots": (1, 256),
    "batch_tokens": (1, 4096),
    "threads": (1, 1024),
    "spin_count": (0, 2**31 - 1),
    "gpu_layers": (0, 10_000),
}


def spec_from_json(told: Mapping[str, object]) -> EngineSpec:
    """Read a spec and check every field: the launcher trusts the core no further than this.

    Raises ValueError naming the field that is out of bounds or of the wrong kind.
    """
    counts = {name: _bounded(name, told.get(name), *bounds) for name, bounds in _BOUNDS.items()}
    projector, template = told.get("projector"), told.get("chat_template")
    if not (template is None or isinstance(template, str)):
        raise ValueError("chat_template must be text")
    if not told.get("model"):
        raise ValueError("model must name a file")
    return EngineSpec(
        model=tuple(_absolute(path) for path in _listed(told, "model")),
        embeds=told.get("embeds") is True,
        projector=None if projector is None else _absolute(projector),
        adapters=tuple(_adapter(pair) for pair in _listed(told, "adapters")),
        chat_template=template,
        **counts,
    )


def _bounded(name: str, value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"{name} must be between {least} and {most}")
    return value


def _listed(told: Mapping[str, object], name: str) -> list[object]:
    value = told.get(name)
    if not isinstance(value, list):
        raise ValueError(f"{name} must be a list")
    return cast("list[object]", value)


def _absolute(value: object) -> Path:
    if not isinstance(value, str) or not value.startswith("/") or "\0" in value:
        raise ValueError("a path must be absolute")
    return Path(value)


def _adapter(pair: object) -> tuple[Path, float]:
    match cast("list[object]", pair):
        case [path, int() | float() as scale] if not isinstance(scale, bool) and math.isfinite(scale):
            return _absolute(path), float(scale)
        case _:
            raise ValueError("an adapter must be a path and a scale")
