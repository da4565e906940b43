"""(d) Memory of launcher and core together, idle after one ask: the sum of their PSS.

    python -m benchmarks.memory --model FILE.gguf

PSS (proportional set size, /proc/PID/smaps_rollup, proc(5)) divides shared pages among those who share them.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from benchmarks.home import fresh_home
from benchmarks.measuring import parse_options, report

_MOST_MIB = 120.0


def pss_mib(pid: int) -> float:
    """Read a process's PSS. Raises PermissionError for another user's process, or one that hides and is not root's."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"/proc/{pid}/smaps_rollup has no Pss line")


def main() -> None:
    options = parse_options(__doc__ or "", rounds=1)
    with fresh_home(options.model) as home:
        home.json("ask", "--max-tokens", "16", "Hello")
        service = cast("dict[str, int]", home.json("ps")["service"])
        launcher, core = pss_mib(service["launcher_pid"]), pss_mib(service["pid"])
    total = launcher + core
    report(
        "(d) PSS of launcher and core, idle after one ask",
        f"{launcher:.0f} + {core:.0f} = {total:.0f} MiB",
        f"<= {_MOST_MIB:.0f} MiB",
        met=total <= _MOST_MIB,
    )


if __name__ == "__main__":
    main()
