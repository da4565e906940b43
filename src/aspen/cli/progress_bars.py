"""One progress bar, drawn by rich. Imported only when a bar is due."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

_REDRAWS_PER_SECOND = 4.0
"""Few: it runs beside the engine, on the same cores."""


class Bar:
    """A bar on standard error that disappears when it is stopped."""

    def __init__(self, title: str, *, counts_tokens: bool, done: int) -> None:
        amount: list[ProgressColumn] = (
            [MofNCompleteColumn(), TextColumn("tokens")] if counts_tokens else [DownloadColumn(), TransferSpeedColumn()]
        )
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            *amount,
            TimeRemainingColumn(),
            console=Console(stderr=True),
            refresh_per_second=_REDRAWS_PER_SECOND,
            transient=True,
        )
        self._task = self._progress.add_task(title, total=None, completed=done)
        self._progress.start()

    def update(self, done: int, total: int) -> None:
        self._progress.update(self._task, completed=done, total=total or None)

    def stop(self) -> None:
        self._progress.stop()
