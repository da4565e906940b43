"""What build of the engine is installed, and which one would use this machine better.

Loading the engine's library maps 100 MB and starts foreign code, so the core never calls `read_engine_build`: the
engine child does, and `aspen doctor` on the launcher's side. The rest is plain arithmetic on what it returned.
"""

from __future__ import annotations

import importlib.metadata
import re
import shlex
import sys
from dataclasses import dataclass

from aspen.local.hardware import Hardware

_PACKAGE = "xllamacpp"
_WHEELS = "https://xorbitsai.github.io/xllamacpp/whl"
"""The indexes that the package's own documentation names for its GPU builds."""

_CUDA_13_DRIVER = (595,)
_CUDA_12_DRIVER = (570,)
"""The first drivers that can compile the kernels of the CUDA 13.2 and 12.8 builds for a card without its own."""

_OLD_NVIDIA = re.compile(r"\b(GTX (9|10)\d\d|TITAN (X|Xp|V)|P40|P4|P100|V100|M40|M60|Quadro [MP])\b", re.IGNORECASE)
"""Maxwell, Pascal and Volta, which CUDA 13 left out."""

_PLAIN_ENGINE_SETS = {"AVX": "avx", "AVX2": "avx2", "FMA": "fma", "F16C": "f16c", "AVX_VNNI": "avx_vnni"} | {
    "AVX512": "avx512f",
    "AVX512_VNNI": "avx512_vnni",
    "AVX512_BF16": "avx512_bf16",
    "AMX_INT8": "amx_int8",
    "NEON": "neon",
    "DOTPROD": "dotprod",
    "MATMUL_INT8": "i8mm",
    "SVE": "sve",
}
"""The engine's words for instruction sets, and ours (see hardware)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineDevice:
    name: str
    description: str
    free_bytes: int
    total_bytes: int
    is_gpu: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineBuild:
    """`instruction_sets` are those the library was compiled for and found in this processor."""

    version: str
    compiler: str
    instruction_sets: frozenset[str]
    devices: tuple[EngineDevice, ...]

    @property
    def gpu_free_bytes(self) -> int | None:
        """Free memory of the largest GPU that this build can use; None where it can use none."""
        return max((device.free_bytes for device in self.devices if device.is_gpu), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FasterBuild:
    """A sentence that says what was found, and the exact command that installs the build for it."""

    sentence: str
    command: str


def installed_version() -> str:
    """Return the installed engine's version without loading it."""
    return importlib.metadata.version(_PACKAGE)


def read_engine_build() -> EngineBuild:
    """Load the engine's library and ask it. About 100 ms, 100 MB of mapped memory: never in the core."""
    import xllamacpp

    return EngineBuild(
        version=installed_version(),
        compiler=str(xllamacpp.BUILD_INFO.get("compiler", "")),
        instruction_sets=parse_system_info(xllamacpp.get_system_info()),
        devices=tuple(
            EngineDevice(
                name=str(device["name"]),
                description=str(device["description"]),
                free_bytes=_count(device["memory_free"]),
                total_bytes=_count(device["memory_total"]),
                # Its names end in …_GPU and …_IGPU.
                is_gpu=str(getattr(device["type"], "name", "")).endswith("GPU"),
            )
            for device in xllamacpp.get_device_info()
        ),
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def parse_system_info(text: str) -> frozenset[str]:
    """Read the instruction sets from the engine's line, `CPU : AVX = 1 | AVX2 = 1 | …`."""
    words = re.findall(r"\b([A-Z0-9_]+) = 1\b", text)
    return frozenset(_PLAIN_ENGINE_SETS[word] for word in words if word in _PLAIN_ENGINE_SETS)


def unused_instruction_sets(hardware: Hardware, build: EngineBuild) -> frozenset[str]:
    """Name what this processor has and the engine's build leaves out; only a build from source would use it."""
    known = frozenset(_PLAIN_ENGINE_SETS.values())
    return (hardware.instruction_sets & known) - build.instruction_sets


def faster_build(hardware: Hardware, build: EngineBuild) -> FasterBuild | None:
    """Choose the build for this machine's GPU; None where the installed one uses a GPU already or nothing is gained.

    Apple's GPU needs nothing: the usual wheel for macOS has Metal. Integrated Intel GPUs share the main memory and
    are not offered.
    """
    if any(device.is_gpu for device in build.devices):
        return None
    for gpu in hardware.gpus:
        match gpu.vendor:
            case "nvidia":
                return _for_nvidia(gpu.name, hardware.nvidia_driver_version)
            case "amd":
                return _offer(gpu.name, "vulkan" if hardware.vulkan_drivers else "rocm-7.2.4")
            case _:
                continue
    return None


def _for_nvidia(name: str, driver: tuple[int, ...] | None) -> FasterBuild:
    if driver is not None and driver >= _CUDA_13_DRIVER and not _OLD_NVIDIA.search(name):
        return _offer(name, "cu132")
    offer = _offer(name, "cu128")
    if driver is not None and driver < _CUDA_12_DRIVER:
        version = ".".join(str(part) for part in driver)
        more = f"Its driver {version} may be too old: {_CUDA_12_DRIVER[0]} or newer is sure to work."
        return FasterBuild(sentence=f"{offer.sentence} {more}", command=offer.command)
    return offer


def _offer(name: str, wheels: str) -> FasterBuild:
    return FasterBuild(
        sentence=f"Found {name}, which the installed engine cannot use. This command installs one that can:",
        command=(
            f"{shlex.quote(sys.executable)} -m pip install {_PACKAGE}=={installed_version()} "
            f"--force-reinstall --index-url {_WHEELS}/{wheels}"
        ),
    )
