"""The device nodes that a GPU build of the engine must open. Everything else stays closed."""

from __future__ import annotations

from pathlib import Path

_PATTERNS = ("nvidia*", "nvidia-caps/*", "dri/*", "kfd")


def device_nodes(root: Path = Path("/dev")) -> tuple[Path, ...]:
    """List the GPU nodes of this machine, in a stable order."""
    return tuple(sorted(node for pattern in _PATTERNS for node in root.glob(pattern) if not node.is_dir()))
