"""What a container or a slice of the system allows this process: processors and memory, from Linux control groups.

Reads versions 2 and 1, and the limits of every parent group, since the smallest one holds. Sources: cgroups(7),
Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst of the kernel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aspen.local.kernel_files import read_number, read_text


@dataclass(frozen=True, slots=True, kw_only=True)
class CgroupLimits:
    """None where nothing is limited. Page cache that can be dropped counts as available."""

    cores: float | None = None
    memory_bytes: int | None = None
    memory_available_bytes: int | None = None


def read_cgroup_limits(root: Path) -> CgroupLimits:
    """Find the tightest limits on this process; `root` is `/`, or a folder that looks like it."""
    cores: list[float] = []
    limits: list[int] = []
    available: list[int] = []
    for group in _groups(root):
        if (quota := _cores(group)) is not None:
            cores.append(quota)
        if (memory := _memory(group)) is not None:
            limit, used = memory
            limits.append(limit)
            available.append(max(limit - used, 0))
    return CgroupLimits(
        cores=min(cores, default=None),
        memory_bytes=min(limits, default=None),
        memory_available_bytes=min(available, default=None),
    )


def _groups(root: Path) -> Iterator[Path]:
    """Walk this process's groups and their parents. In a container the path may be the host's and not exist here."""
    for line in read_text(root / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        names = ["", "unified"] if not controllers else [controllers, *controllers.split(",")]
        for name in names:
            top = root / "sys/fs/cgroup" / name
            group = top / path.lstrip("/")
            while group != top and top in group.parents:
                yield group
                group = group.parent
            yield top


def _cores(group: Path) -> float | None:
    quota, _, period = read_text(group / "cpu.max").strip().partition(" ")
    if not quota:
        quota, period = read_text(group / "cpu.cfs_quota_us").strip(), read_text(group / "cpu.cfs_period_us").strip()
    if quota.isdigit() and period.isdigit() and int(period):
        return int(quota) / int(period)
    return None


def _memory(group: Path) -> tuple[int, int] | None:
    for limit_name, usage_name, cache_name in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        limit, usage = read_number(group / limit_name), read_number(group / usage_name)
        if limit is not None and usage is not None:
            return limit, max(usage - _statistic(group / "memory.stat", cache_name), 0)
    return None


def _statistic(path: Path, wanted: str) -> int:
    for line in read_text(path).splitlines():
        name, _, value = line.partition(" ")
        if name == wanted and value.isdigit():
            return int(value)
    return 0
