"""What the kernel was seen to enforce on a process: levels, probes and the words people read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import cast


class JailLevel(IntEnum):
    """How strongly the operating system confines a process. Computed from probes, never from settings.

    L3  seccomp, Landlock files and empty namespaces
    L2  seccomp and Landlock files, no namespace
    L1  one kernel mechanism only
    L0  a separate process and nothing more
    """

    L0 = 0
    L1 = 1
    L2 = 2
    L3 = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One thing the process tried to do. `blocked` is what happened, `detail` names the errno or the success."""

    name: str
    blocked: bool
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JailReport:
    """The proven state of a confined process at `checked_at`; `missing` names each wall that it lacks.

    The core's seal has no namespaces by design: it is L2 with nothing missing.
    """

    level: JailLevel
    checked_at: datetime
    missing: tuple[str, ...] = ()
    probes: tuple[Probe, ...] = ()

    @property
    def sentence(self) -> str:
        """The words for people: Sealed, Partly sealed, or Not sealed on this system."""
        clock = self.checked_at.astimezone().strftime("%H:%M")
        if self.level >= JailLevel.L2 and not self.missing:
            return f"Sealed (checked {clock})"
        if self.level == JailLevel.L0:
            return "Not sealed on this system"
        return f"Partly sealed: {', '.join(self.missing)} (checked {clock})"


def seal_to_json(report: JailReport) -> dict[str, object]:
    """The short form, for people and programs that only show it: everything but the single probes."""
    return {name: value for name, value in report_to_json(report).items() if name != "probes"}


def report_to_json(report: JailReport) -> dict[str, object]:
    """Flatten a report for a wire; the sentence goes along for those who only show it."""
    return {
        "level": report.level.name,
        "sentence": report.sentence,
        "checked_at": report.checked_at.isoformat(),
        "missing": list(report.missing),
        "probes": [{"name": probe.name, "blocked": probe.blocked, "detail": probe.detail} for probe in report.probes],
    }


def report_from_json(told: Mapping[str, object]) -> JailReport:
    """Rebuild a report from what `report_to_json` made of it.

    Raises KeyError or ValueError for anything else.
    """
    probes = cast("list[dict[str, object]]", told["probes"])
    return JailReport(
        level=JailLevel[str(told["level"])],
        checked_at=datetime.fromisoformat(str(told["checked_at"])),
        missing=tuple(str(name) for name in cast("list[object]", told["missing"])),
        probes=tuple(
            Probe(name=str(probe["name"]), blocked=bool(probe["blocked"]), detail=str(probe["detail"]))
            for probe in probes
        ),
    )
