"""`python -m aspen.local.machine_report`: what only a process that may start programs can find out.

Asks `nvidia-smi`, loads the engine's library to hear what it was built for, and tries which walls this system offers.
Told an empty task; says one JSON event. For `aspen doctor`, and before a model is planned on a machine with a GPU.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from aspen.core.isolation import report_to_json
from aspen.jail.availability import what_this_system_offers
from aspen.local.engine_build import EngineBuild, faster_build, read_engine_build, unused_instruction_sets
from aspen.local.gpus import query_nvidia_smi
from aspen.local.hardware import Hardware, detect_hardware


def main() -> int:
    sys.stdin.readline()
    hardware = detect_hardware(asked_gpus=query_nvidia_smi())
    build = read_engine_build()
    offer = what_this_system_offers()
    faster = faster_build(hardware, build)
    report = {
        "event": "report",
        "gpus": [asdict(gpu) for gpu in hardware.gpus],
        "gpu_free_bytes": build.gpu_free_bytes,
        "engine": _engine_json(hardware, build),
        "jail": {**report_to_json(offer.report), "system": offer.system, "walls": asdict(offer.confinement)},
        "notes": [] if faster is None else [f"{faster.sentence} To install it: {faster.command}"],
    }
    sys.stdout.write(json.dumps(report) + "\n")
    return 0


def _engine_json(hardware: Hardware, build: EngineBuild) -> dict[str, object]:
    return {
        "package": "xllamacpp",
        "version": build.version,
        "compiler": build.compiler,
        "instruction_sets": sorted(build.instruction_sets),
        "unused_instruction_sets": sorted(unused_instruction_sets(hardware, build)),
        "devices": [asdict(device) for device in build.devices],
    }


if __name__ == "__main__":
    sys.exit(main())
