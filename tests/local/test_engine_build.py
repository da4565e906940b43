from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from aspen.local.engine_build import (
    EngineBuild,
    EngineDevice,
    faster_build,
    installed_version,
    parse_system_info,
    unused_instruction_sets,
)
from aspen.local.gpus import Gpu
from aspen.local.hardware import Hardware, detect_hardware

_CPU = EngineDevice(name="CPU", description="AMD EPYC", free_bytes=1, total_bytes=2, is_gpu=False)
_CUDA = EngineDevice(name="CUDA0", description="NVIDIA H200", free_bytes=5, total_bytes=9, is_gpu=True)
_BUILD = EngineBuild(
    version="1", compiler="GNU", instruction_sets=frozenset({"avx", "avx2", "fma", "f16c"}), devices=(_CPU,)
)


@pytest.fixture
def hardware(tmp_path: Path) -> Hardware:
    return detect_hardware(tmp_path)


def _with_gpu(
    hardware: Hardware, vendor: str, name: str, *, driver: tuple[int, ...] | None = None, vulkan: tuple[str, ...] = ()
) -> Hardware:
    gpu = Gpu(vendor=vendor, name=name, memory_bytes=None, free_bytes=None, how="test")
    return replace(hardware, gpus=(gpu,), nvidia_driver_version=driver, vulkan_drivers=vulkan)


@pytest.mark.parametrize(
    ("vendor", "name", "driver", "vulkan", "wheels"),
    [
        ("nvidia", "NVIDIA GeForce RTX 4070", (570, 86, 15), (), "cu128"),
        ("nvidia", "NVIDIA GeForce RTX 4070", (580, 65), (), "cu128"),
        ("nvidia", "NVIDIA GeForce RTX 4070", (595, 1), (), "cu132"),
        ("nvidia", "NVIDIA GeForce GTX 1080 Ti", (595, 1), (), "cu128"),
        ("nvidia", "Tesla V100-SXM2-16GB", (595, 1), (), "cu128"),
        ("nvidia", "NVIDIA H200", None, (), "cu128"),
        ("amd", "Radeon RX 7900 XTX", None, ("radeon_icd.x86_64",), "vulkan"),
        ("amd", "Radeon RX 7900 XTX", None, (), "rocm-7.2.4"),
    ],
)
def test_a_gpu_that_lies_idle_gets_the_exact_command(
    hardware: Hardware, vendor: str, name: str, driver: tuple[int, ...] | None, vulkan: tuple[str, ...], wheels: str
) -> None:
    offer = faster_build(_with_gpu(hardware, vendor, name, driver=driver, vulkan=vulkan), _BUILD)
    assert offer is not None
    assert name in offer.sentence
    assert offer.command.endswith(f"--force-reinstall --index-url https://xorbitsai.github.io/xllamacpp/whl/{wheels}")
    assert f"-m pip install xllamacpp=={installed_version()} " in offer.command


def test_a_driver_that_may_be_too_old_is_mentioned(hardware: Hardware) -> None:
    offer = faster_build(_with_gpu(hardware, "nvidia", "NVIDIA RTX A2000", driver=(535, 183)), _BUILD)
    assert offer is not None
    assert "Its driver 535.183 may be too old" in offer.sentence


def test_nothing_is_offered_where_nothing_is_gained(hardware: Hardware) -> None:
    assert faster_build(hardware, _BUILD) is None
    assert faster_build(_with_gpu(hardware, "intel", "Intel GPU"), _BUILD) is None
    assert faster_build(_with_gpu(hardware, "apple", "Apple GPU"), _BUILD) is None
    nvidia = _with_gpu(hardware, "nvidia", "NVIDIA H200")
    assert faster_build(nvidia, replace(_BUILD, devices=(_CUDA, _CPU))) is None


def test_the_free_memory_of_a_gpu_counts_only_where_the_build_can_use_it() -> None:
    assert _BUILD.gpu_free_bytes is None
    assert replace(_BUILD, devices=(_CUDA, _CPU)).gpu_free_bytes == 5


def test_the_engines_own_line_names_its_instruction_sets() -> None:
    line = "CPU : SSE3 = 1 | AVX = 1 | AVX2 = 1 | F16C = 1 | FMA = 1 | AVX512 = 0 | LLAMAFILE = 1 | OPENMP = 1 | "
    assert parse_system_info(line) == {"avx", "avx2", "f16c", "fma"}


def test_what_the_processor_has_and_the_build_leaves_out_is_named(hardware: Hardware) -> None:
    fast = replace(hardware, instruction_sets=frozenset({"avx2", "avx512f", "avx512_vnni", "avx512bw"}))
    assert unused_instruction_sets(fast, _BUILD) == {"avx512f", "avx512_vnni"}


def test_the_installed_engine_says_what_it_is_and_loads_only_when_asked() -> None:
    # In a process of its own: loading the library is not undone.
    program = (
        "import json, sys; from aspen.local import engine_build as e; before = 'xllamacpp' in sys.modules; "
        "b = e.read_engine_build(); print(json.dumps([before, b.version, [d.is_gpu for d in b.devices]]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=60)
    before, version, gpus = json.loads(done.stdout)
    assert before is False
    assert version == installed_version()
    assert gpus
