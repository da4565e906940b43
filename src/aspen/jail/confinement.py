"""Which walls a process put around itself, in its own words. The proof comes from /proc and from probes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

# In place of an errno: the wall was not tried, because it is not part of this kind of confinement.
NOT_TRIED = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """Each `…_error` is 0 when that wall stands, else the errno that the kernel gave (ENOSYS: not this system).

    `landlock_error` is EBUSY when other threads were already running, which Landlock does not bind.
    `devices` are nodes that the process may read, write and control.
    """

    architecture: str
    namespaces_error: int
    landlock_abi: int
    landlock_error: int
    seccomp_error: int
    capabilities_error: int
    devices: tuple[str, ...] = ()
    setup_ms: float = 0.0

    @property
    def has_namespaces(self) -> bool:
        return self.namespaces_error == 0

    @property
    def has_landlock(self) -> bool:
        return self.landlock_error == 0

    @property
    def has_seccomp(self) -> bool:
        return self.seccomp_error == 0

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Confinement:
        """Read what `to_json` wrote. Raises ValueError, KeyError or TypeError for anything else."""
        written = json.loads(text)
        return cls(
            architecture=str(written["architecture"]),
            namespaces_error=int(written["namespaces_error"]),
            landlock_abi=int(written["landlock_abi"]),
            landlock_error=int(written["landlock_error"]),
            seccomp_error=int(written["seccomp_error"]),
            capabilities_error=int(written["capabilities_error"]),
            devices=tuple(str(device) for device in written["devices"]),
            setup_ms=float(written["setup_ms"]),
        )
