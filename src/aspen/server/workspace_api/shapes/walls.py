"""What the machine is, how Aspen is sealed on it, and the proof of that."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from aspen.server.workspace_api.shapes.nouns import Level, Nothing, Probe, SealReport, StoreProblem


class HardwareFound(TypedDict):
    """`memory_bytes_per_second` is measured."""

    cpu_name: str
    machine: str
    physical_cores: int
    logical_cores: int
    usable_cores: int
    instruction_sets: list[str]
    memory_total_bytes: int
    memory_available_bytes: int
    memory_bytes_per_second: int
    gpus: list[dict[str, object]]
    vulkan_drivers: list[str]
    nvidia_driver_version: list[int] | None


class EngineBuild(TypedDict):
    package: str
    version: str
    compiler: str
    instruction_sets: list[str]
    unused_instruction_sets: list[str]
    devices: list[dict[str, object]]


class Remembered(TypedDict):
    path: str
    is_encrypted: bool


class Reader(TypedDict):
    is_installed: bool


class FoldersKept(TypedDict):
    data: str
    config: str
    state: str
    cache: str


class Doctor(TypedDict):
    """`engine` and `jail` are null where the process that looks could not be asked. `models` are counts by store."""

    schema: int
    version: str
    hardware: HardwareFound
    engine: EngineBuild | None
    jail: SealReport | None
    core_seal: SealReport | None
    least_jail_level: Level
    remembered: Remembered
    readers: dict[str, Reader]
    models: dict[str, int]
    problems: list[StoreProblem]
    folders: FoldersKept
    notes: list[str]


class Prove(TypedDict):
    """`canary` are the words that must not leave."""

    canary: str


class CoreReport(TypedDict):
    """Its seal as the launcher judged it at the start, or L0 where it did not, and every attempt anew."""

    pid: int
    level: Level
    sentence: str
    checked_at: NotRequired[str]
    missing: list[str]
    probes: list[Probe]
    sockets: dict[str, object] | None


class EngineReport(SealReport):
    name: str
    pid: int


class CanaryTried(TypedDict):
    """`left` must be empty."""

    model: str
    purposes: list[str]
    providers: list[str]
    routings: int
    sends: int
    refused: int
    blocked: int
    forgeries: int
    unrecorded: int
    is_airplane_mode: bool
    has_sent: bool
    left: list[str]


class ToldError(TypedDict):
    code: str
    sentence: str
    hint: str
    retryable: bool
    facts: dict[str, object]


class Proof(TypedDict):
    """`trial` is of a child without a model, where no engine could be proven; else null."""

    schema: int
    launcher_pid: int
    core: CoreReport
    engines: list[EngineReport]
    readers: list[EngineReport]
    trial: SealReport | None
    canary: CanaryTried
    store_is_encrypted: bool
    problems: list[ToldError]


SHAPES: dict[str, tuple[Any, Any]] = {
    "doctor": (Nothing, Doctor),
    "prove": (Prove, Proof),
}
