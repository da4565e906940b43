"""Find graphics processors without any vendor's library: from /proc and /sys, and for NVIDIA from `nvidia-smi`.

`find_gpus` only reads files, so the sealed core may call it. `query_nvidia_smi` runs a program, so only the launcher's
side may; what it found is passed to `detect_hardware`. Whether the installed engine can use a GPU is another question:
see engine_build.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aspen.local.kernel_files import read_number, read_text

_MEBIBYTE = 1 << 20
_NVIDIA_SMI_SECONDS = 2.0
_NVIDIA_SMI = (
    "nvidia-smi",
    "--query-gpu=name,memory.total,memory.free",
    "--format=csv,noheader,nounits",
)
_VENDORS = {"0x10de": "nvidia", "0x1002": "amd", "0x8086": "intel"}
_VENDOR_WORDS = {"nvidia": "NVIDIA", "amd": "AMD", "intel": "Intel"}
_SOFTWARE_VULKAN = ("lvp", "swiftshader")
"""Vulkan drivers that draw on the processor: no use for us."""

Run = Callable[[Sequence[str], float], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """A graphics processor. `how` names the source; memory is None where that source does not tell."""

    vendor: str
    name: str
    memory_bytes: int | None
    free_bytes: int | None
    how: str


def find_gpus(root: Path = Path("/")) -> tuple[Gpu, ...]:
    """Find GPUs by reading files under `root`. Knows the memory of AMD cards only."""
    nvidia = _nvidia_driver_gpus(root)
    cards = tuple(card for card in _drm_gpus(root) if not (nvidia and card.vendor == "nvidia"))
    return nvidia + cards


def find_vulkan_drivers(root: Path = Path("/")) -> tuple[str, ...]:
    """Name the installed Vulkan drivers that use hardware (`radeon_icd.x86_64` …)."""
    folders = ("usr/share/vulkan/icd.d", "etc/vulkan/icd.d", "usr/local/share/vulkan/icd.d")
    names = {file.stem for folder in folders for file in (root / folder).glob("*.json")}
    return tuple(sorted(name for name in names if not name.startswith(_SOFTWARE_VULKAN)))


def read_nvidia_driver_version(root: Path = Path("/")) -> tuple[int, ...] | None:
    """Read the version of the loaded NVIDIA kernel driver, as (570, 86, 15); None without one."""
    found = re.search(r"Kernel Module.*?\s(\d+(?:\.\d+)+)\s", read_text(root / "proc/driver/nvidia/version"))
    return tuple(int(part) for part in found[1].split(".")) if found else None


def query_nvidia_smi(run: Run | None = None) -> tuple[Gpu, ...]:
    """Ask `nvidia-smi`, within 2 seconds; none where it is missing, fails or says nothing sensible.

    Executes a program: never call it in the sealed core.
    """
    try:
        text = (run or _run)(_NVIDIA_SMI, _NVIDIA_SMI_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(gpu for line in text.splitlines() if (gpu := _nvidia_smi_line(line)) is not None)


def _run(command: Sequence[str], timeout_seconds: float) -> str:
    done = subprocess.run(command, capture_output=True, timeout=timeout_seconds, check=True, stdin=subprocess.DEVNULL)
    return done.stdout.decode("utf-8", errors="replace")


def _nvidia_smi_line(line: str) -> Gpu | None:
    fields = [field.strip() for field in line.rsplit(",", 2)]
    if len(fields) != 3 or not fields[0]:
        return None
    # Machines whose GPU shares the main memory answer "[N/A]".
    total, free = (int(field) * _MEBIBYTE if field.isdigit() else None for field in fields[1:])
    return Gpu(vendor="nvidia", name=fields[0], memory_bytes=total, free_bytes=free, how="nvidia-smi")


def _nvidia_driver_gpus(root: Path) -> tuple[Gpu, ...]:
    gpus: list[Gpu] = []
    for file in sorted((root / "proc/driver/nvidia/gpus").glob("*/information")):
        model = re.search(r"^Model:\s*(.+?)\s*$", read_text(file), re.MULTILINE)
        name = model[1] if model else "NVIDIA GPU"
        gpus.append(Gpu(vendor="nvidia", name=name, memory_bytes=None, free_bytes=None, how="/proc/driver/nvidia"))
    return tuple(gpus)


def _drm_gpus(root: Path) -> tuple[Gpu, ...]:
    gpus: list[Gpu] = []
    for card in sorted((root / "sys/class/drm").glob("card*")):
        device = card / "device"
        vendor = _VENDORS.get(read_text(device / "vendor").strip().lower())
        if vendor is None or not re.fullmatch(r"card\d+", card.name):
            continue
        total, used = (read_number(device / f"mem_info_vram_{what}") for what in ("total", "used"))
        free = max(total - used, 0) if total is not None and used is not None else None
        name = (
            read_text(device / "product_name").strip()
            or f"{_VENDOR_WORDS[vendor]} GPU {read_text(device / 'device').strip()}"
        )
        gpus.append(
            Gpu(
                vendor=vendor, name=name.strip(), memory_bytes=total, free_bytes=free, how=f"/sys/class/drm/{card.name}"
            )
        )
    return tuple(gpus)
