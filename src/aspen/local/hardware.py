"""What this machine has to offer a model: processor, memory, GPUs, and how much of it is free.

Reads files only, so the sealed core may call it; what needs a program to run (`query_nvidia_smi`) is passed in.
"""

from __future__ import annotations

import math
import os
import platform
import re
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from aspen.local.cgroup_limits import read_cgroup_limits
from aspen.local.gpus import Gpu, find_gpus, find_vulkan_drivers, read_nvidia_driver_version
from aspen.local.kernel_files import read_text

_KIBIBYTE = 1024
_APPLE_ARM_SETS = frozenset({"neon", "dotprod", "i8mm"})

_INSTRUCTION_SETS = {
    "avx": "avx",
    "avx2": "avx2",
    "fma": "fma",
    "f16c": "f16c",
    "avx_vnni": "avx_vnni",
    "avx512f": "avx512f",
    "avx512bw": "avx512bw",
    "avx512_vnni": "avx512_vnni",
    "avx512_bf16": "avx512_bf16",
    "amx_int8": "amx_int8",
    "amx_tile": "amx_tile",
    "asimd": "neon",
    "neon": "neon",
    "asimddp": "dotprod",
    "i8mm": "i8mm",
    "sve": "sve",
    "sve2": "sve2",
}
"""The kernel's names for what ggml has kernels for, and ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """Cores are counts: `usable_cores` is what affinity and a container's quota leave this process.

    `memory_available_bytes` is what can be taken without swapping, with a container's limit counted in.
    """

    cpu_name: str
    machine: str
    physical_cores: int
    logical_cores: int
    usable_cores: int
    instruction_sets: frozenset[str]
    memory_total_bytes: int
    memory_available_bytes: int
    gpus: tuple[Gpu, ...]
    vulkan_drivers: tuple[str, ...]
    nvidia_driver_version: tuple[int, ...] | None


def detect_hardware(
    root: Path = Path("/"), *, asked_gpus: tuple[Gpu, ...] = (), affinity: Collection[int] | None = None
) -> Hardware:
    """Detect the hardware from files under `root` in a few milliseconds.

    `asked_gpus` is what `query_nvidia_smi` found, which then stands for the NVIDIA cards; `affinity` are the
    processors that this process may run on, by default asked of the kernel.
    """
    cpuinfo = read_text(root / "proc/cpuinfo")
    logical = len(re.findall(r"^processor\s*:", cpuinfo, re.MULTILINE)) or os.cpu_count() or 1
    limits = read_cgroup_limits(root)
    allowed = len(_affinity() if affinity is None else affinity) or logical
    usable = min(allowed, logical, max(math.floor(limits.cores), 1) if limits.cores is not None else logical)
    total, available = _memory(root)
    physical = _physical_cores(root, cpuinfo) or logical
    return Hardware(
        cpu_name=_cpu_name(cpuinfo),
        machine=platform.machine(),
        physical_cores=min(physical, logical),
        logical_cores=logical,
        usable_cores=usable,
        instruction_sets=_instruction_sets(cpuinfo),
        memory_total_bytes=min(total, limits.memory_bytes or total),
        memory_available_bytes=min(
            available, available if limits.memory_available_bytes is None else limits.memory_available_bytes
        ),
        gpus=_merged(find_gpus(root), asked_gpus, total),
        vulkan_drivers=find_vulkan_drivers(root),
        nvidia_driver_version=read_nvidia_driver_version(root),
    )


def _affinity() -> Collection[int]:
    if sys.platform == "linux":
        return os.sched_getaffinity(0)
    return range(os.cpu_count() or 1)


def _cpu_name(cpuinfo: str) -> str:
    found = re.search(r"^(?:model name|Model|Hardware)\s*:\s*(.+?)\s*$", cpuinfo, re.MULTILINE)
    return found[1] if found else platform.processor() or platform.machine()


def _instruction_sets(cpuinfo: str) -> frozenset[str]:
    found = re.search(r"^(?:flags|Features)\s*:\s*(.+)$", cpuinfo, re.MULTILINE)
    if found:
        return frozenset(_INSTRUCTION_SETS[flag] for flag in found[1].split() if flag in _INSTRUCTION_SETS)
    is_apple_arm = sys.platform == "darwin" and platform.machine() == "arm64"
    return _APPLE_ARM_SETS if is_apple_arm else frozenset()


def _physical_cores(root: Path, cpuinfo: str) -> int:
    """Count cores, not threads: hyper-threads share one. 0 where the system does not say."""
    pairs = set(re.findall(r"^physical id\s*:\s*(\d+)(?:\n.+)*?\ncore id\s*:\s*(\d+)", cpuinfo, re.MULTILINE))
    if pairs:
        return len(pairs)
    topologies = (root / "sys/devices/system/cpu").glob("cpu[0-9]*/topology")
    places = {(read_text(place / "physical_package_id"), read_text(place / "core_id")) for place in topologies}
    return len(places)


def _memory(root: Path) -> tuple[int, int]:
    """Total and available bytes."""
    sizes = dict(
        re.findall(r"^(MemTotal|MemAvailable|MemFree):\s*(\d+) kB", read_text(root / "proc/meminfo"), re.MULTILINE)
    )
    if "MemTotal" in sizes:
        available = sizes.get("MemAvailable") or sizes.get("MemFree") or sizes["MemTotal"]
        return int(sizes["MemTotal"]) * _KIBIBYTE, int(available) * _KIBIBYTE
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    # macOS tells what is free to programs only: count on half.
    return total, total // 2


def _merged(found: tuple[Gpu, ...], asked: tuple[Gpu, ...], memory_bytes: int) -> tuple[Gpu, ...]:
    if sys.platform == "darwin" and platform.machine() == "arm64":
        apple = Gpu(vendor="apple", name="Apple GPU", memory_bytes=memory_bytes, free_bytes=None, how="platform")
        found = (*found, apple)
    vendors = {gpu.vendor for gpu in asked}
    return asked + tuple(gpu for gpu in found if gpu.vendor not in vendors)
