"""What a process that may start programs found out about this machine; asked once, since it takes a moment."""

from __future__ import annotations

from collections.abc import Mapping

from aspen.workspace import Workspace


async def machine_report(workspace: Workspace) -> Mapping[str, object]:
    """Run the machine report and return its one event; see `local/machine_report.py`."""
    report: Mapping[str, object] = {}
    async for event in workspace.host.run_task("machine", {}):
        report = event
    return report
