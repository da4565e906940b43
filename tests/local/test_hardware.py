from __future__ import annotations

import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from aspen.local.bandwidth import measure_bandwidth
from aspen.local.cgroup_limits import read_cgroup_limits
from aspen.local.gpus import Gpu, find_gpus, find_vulkan_drivers, query_nvidia_smi, read_nvidia_driver_version
from aspen.local.hardware import detect_hardware

_MEBIBYTE = 1 << 20


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def _x86(threads: int) -> str:
    return "\n".join(
        f"processor\t: {number}\nmodel name\t: AMD Ryzen 7\nphysical id\t: 0\nsiblings\t: {threads}\n"
        f"core id\t\t: {number // 2}\nflags\t\t: fpu avx avx2 fma f16c avx512f avx512_vnni sse2\n"
        for number in range(threads)
    )


_MEMORY = "MemTotal:       16000000 kB\nMemFree:         1000000 kB\nMemAvailable:    8000000 kB\n"


def test_an_x86_machine_is_described(tmp_path: Path) -> None:
    root = _write(tmp_path, {"proc/cpuinfo": _x86(16), "proc/meminfo": _MEMORY})
    hardware = detect_hardware(root, affinity=range(16))
    assert hardware.cpu_name == "AMD Ryzen 7"
    assert (hardware.physical_cores, hardware.logical_cores, hardware.usable_cores) == (8, 16, 16)
    assert hardware.instruction_sets == {"avx", "avx2", "fma", "f16c", "avx512f", "avx512_vnni"}
    assert hardware.memory_total_bytes == 16_000_000 * 1024
    assert hardware.memory_available_bytes == 8_000_000 * 1024
    assert hardware.gpus == ()


def test_an_arm_machine_is_described(tmp_path: Path) -> None:
    cpuinfo = "".join(
        f"processor\t: {number}\nFeatures\t: fp asimd asimddp i8mm sve crc32\nCPU part\t: 0xd40\n\n"
        for number in range(4)
    )
    places = {
        f"sys/devices/system/cpu/cpu{number}/topology/{name}": value
        for number in range(4)
        for name, value in (("physical_package_id", "0\n"), ("core_id", f"{number}\n"))
    }
    hardware = detect_hardware(_write(tmp_path, {"proc/cpuinfo": cpuinfo, "proc/meminfo": _MEMORY, **places}))
    assert hardware.instruction_sets == {"neon", "dotprod", "i8mm", "sve"}
    assert (hardware.physical_cores, hardware.logical_cores) == (4, 4)


def test_only_the_cores_that_this_process_may_use_count(tmp_path: Path) -> None:
    root = _write(tmp_path, {"proc/cpuinfo": _x86(16), "proc/meminfo": _MEMORY})
    assert detect_hardware(root, affinity={3, 5, 7}).usable_cores == 3


@pytest.mark.parametrize(
    "files",
    [
        {
            "proc/self/cgroup": "0::/box/inner\n",
            "sys/fs/cgroup/box/cpu.max": "250000 100000\n",
            "sys/fs/cgroup/box/inner/cpu.max": "max 100000\n",
            "sys/fs/cgroup/box/memory.max": "2000000000\n",
            "sys/fs/cgroup/box/memory.current": "1500000000\n",
            "sys/fs/cgroup/box/memory.stat": "anon 1\ninactive_file 500000000\n",
            "sys/fs/cgroup/box/inner/memory.max": "max\n",
        },
        {
            "proc/self/cgroup": "4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "250000\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "2000000000\n",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "1500000000\n",
            "sys/fs/cgroup/memory/memory.stat": "total_inactive_file 500000000\n",
        },
    ],
    ids=["version 2, limits on the parent", "version 1, the host's path in a container"],
)
def test_a_containers_limits_count(tmp_path: Path, files: dict[str, str]) -> None:
    root = _write(tmp_path, {"proc/cpuinfo": _x86(16), "proc/meminfo": _MEMORY, **files})
    limits = read_cgroup_limits(root)
    assert (limits.cores, limits.memory_bytes, limits.memory_available_bytes) == (2.5, 2_000_000_000, 1_000_000_000)
    hardware = detect_hardware(root, affinity=range(16))
    assert hardware.usable_cores == 2
    assert (hardware.memory_total_bytes, hardware.memory_available_bytes) == (2_000_000_000, 1_000_000_000)


def test_a_group_without_limits_limits_nothing(tmp_path: Path) -> None:
    unlimited = {
        "proc/self/cgroup": "4:memory:/\n2:cpu:/\n",
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
        "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        "sys/fs/cgroup/memory/memory.usage_in_bytes": "1000\n",
    }
    root = _write(tmp_path, {"proc/cpuinfo": _x86(4), "proc/meminfo": _MEMORY, **unlimited})
    hardware = detect_hardware(root, affinity=range(4))
    assert hardware.usable_cores == 4
    assert hardware.memory_total_bytes == 16_000_000 * 1024


def test_this_machine_is_described() -> None:
    hardware = detect_hardware()
    assert 1 <= hardware.usable_cores <= hardware.logical_cores
    assert 1 <= hardware.physical_cores <= hardware.logical_cores
    assert 0 < hardware.memory_available_bytes <= hardware.memory_total_bytes
    assert hardware.cpu_name


def test_gpus_are_found_without_running_anything(tmp_path: Path) -> None:
    root = _write(
        tmp_path,
        {
            "proc/driver/nvidia/gpus/0000:01:00.0/information": "Model: \t\t NVIDIA GeForce RTX 4070\nIRQ: 5\n",
            "proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.15  Thu Jan 23\n",
            "sys/class/drm/card0/device/vendor": "0x10de\n",
            "sys/class/drm/card1/device/vendor": "0x1002\n",
            "sys/class/drm/card1/device/device": "0x744c\n",
            "sys/class/drm/card1/device/mem_info_vram_total": "17163091968\n",
            "sys/class/drm/card1/device/mem_info_vram_used": "163091968\n",
            "sys/class/drm/card1-DP-1/device/vendor": "0x1002\n",
            "sys/class/drm/card2/device/vendor": "0x8086\n",
            "usr/share/vulkan/icd.d/radeon_icd.x86_64.json": "{}",
            "usr/share/vulkan/icd.d/lvp_icd.x86_64.json": "{}",
        },
    )
    nvidia, amd, intel = find_gpus(root)
    assert (nvidia.vendor, nvidia.name, nvidia.memory_bytes) == ("nvidia", "NVIDIA GeForce RTX 4070", None)
    assert (amd.vendor, amd.memory_bytes, amd.free_bytes) == ("amd", 17_163_091_968, 17_000_000_000)
    assert (intel.vendor, intel.how) == ("intel", "/sys/class/drm/card2")
    assert find_vulkan_drivers(root) == ("radeon_icd.x86_64",)
    assert read_nvidia_driver_version(root) == (570, 86, 15)


def test_what_nvidia_smi_says_stands_for_the_nvidia_cards(tmp_path: Path) -> None:
    root = _write(tmp_path, {"proc/driver/nvidia/gpus/0/information": "Model: RTX\n", "proc/meminfo": _MEMORY})
    asked = (Gpu(vendor="nvidia", name="NVIDIA RTX", memory_bytes=8, free_bytes=4, how="nvidia-smi"),)
    assert detect_hardware(root, asked_gpus=asked).gpus == asked


def _script(folder: Path, body: str) -> Path:
    path = folder / "nvidia-smi"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_nvidia_smi_is_asked_for_names_and_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _script(
        tmp_path,
        '[ "$1" = --query-gpu=name,memory.total,memory.free ] || exit 9\n'
        'echo "NVIDIA H200, 143771, 143000"\necho "NVIDIA, Inc. GB10, [N/A], [N/A]"\necho garbage',
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    first, second = query_nvidia_smi()
    assert (first.name, first.memory_bytes, first.free_bytes) == (
        "NVIDIA H200",
        143_771 * _MEBIBYTE,
        143_000 * _MEBIBYTE,
    )
    assert (second.name, second.memory_bytes, second.how) == ("NVIDIA, Inc. GB10", None, "nvidia-smi")


def test_an_nvidia_smi_that_is_missing_or_fails_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert query_nvidia_smi() == ()
    _script(tmp_path, "echo NVIDIA-SMI has failed; exit 9")
    assert query_nvidia_smi() == ()


def test_an_nvidia_smi_that_hangs_is_given_up(tmp_path: Path) -> None:
    script = _script(tmp_path, "exec /bin/sleep 60")

    def run(command: Sequence[str], timeout_seconds: float) -> str:
        assert timeout_seconds == 2.0
        return subprocess.run([script, *command[1:]], timeout=0.2, capture_output=True, check=True).stdout.decode()

    assert query_nvidia_smi(run) == ()


def test_the_bandwidth_is_that_of_a_real_machine() -> None:
    # From a slow single-board computer to the fastest server, with room on both sides.
    assert 1e8 < measure_bandwidth(2, buffer_bytes=8 << 20) < 1e13
