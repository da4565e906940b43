"""The ledger's own thread: one job after the other, and the event loop never waits for a disk or a keyring.

A ledger that cannot be opened does not keep the gate from starting: persons must be able to look at it, and nothing
is sent meanwhile, since whatever needs an entry raises what opening raised.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from aspen.core.errors import AspenError, NotWritable
from aspen.database.connection import open_database
from aspen.egress.gate.kept_file import read_kept, write_kept
from aspen.egress.ledger.exporting import export_lines
from aspen.egress.ledger.head_file import Head
from aspen.egress.ledger.kept_bytes import Retention
from aspen.egress.ledger.ledger import Ledger
from aspen.egress.ledger.opening import FILE_NAME, open_ledger, set_aside, verify_folder
from aspen.egress.ledger.spool_intake import take_in
from aspen.egress.ledger.verifying import Verification
from aspen.vault.opening import open_vault
from aspen.vault.vault import Vault

_Result = TypeVar("_Result")

_VAULT_FOLDER = "ledger-vault"
_RETENTION_NAME = "retention.json"
_OPENING_SECONDS = 10.0
_TIDYING_SECONDS = 24 * 3600.0
_LINES_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPlace:
    """Where the ledger lies, and where the fetcher leaves its records. `environment` leads to the keyring."""

    folder: Path
    spool: Path
    environment: Mapping[str, str]

    def vault(self) -> Vault:
        """Open the vault of the ledger's own key, apart from the providers' keys.

        No consent is asked for a file here: it is no secret of anybody's, and without it nothing could be recorded.
        """
        return open_vault(self.folder / _VAULT_FOLDER, file_is_allowed=True, environment=self.environment)


class LedgerDesk:
    """Gives jobs to the open ledger. `begin` opens it; a job opens it again where that has failed."""

    def __init__(self, place: LedgerPlace) -> None:
        """Raises StoreDamaged where the retention that a person has set cannot be read."""
        self._place = place
        self._retention_file = place.folder / _RETENTION_NAME
        self.retention = _retention_of(read_kept(self._retention_file))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._ledger: Ledger | None = None
        self._under_way = 0
        self._must_reopen = False
        self._tidying: asyncio.Task[None] | None = None
        self.key_place = ""
        self.problem: AspenError | None = None

    async def begin(self) -> None:
        """Open the ledger and take in what the fetcher has left. A keyring that waits for a person does not hold us."""
        opening = asyncio.ensure_future(self._run(self._try_to_open))
        await asyncio.wait((opening,), timeout=_OPENING_SECONDS)
        self._tidying = asyncio.create_task(self._tidy_daily())

    async def do(self, job: Callable[[Ledger], _Result]) -> _Result:
        """Run a job with the ledger, in its thread.

        Raises what the job raises, and LedgerBroken, NotRecorded, NoKey or StoreTooNew where it cannot be opened.
        """
        return await self._run(lambda: job(self._opened()))

    async def begin_send(self, job: Callable[[Ledger], _Result]) -> _Result:
        """Like `do`, for the entry of a send: until `end_send` the ledger stays open."""

        def begun() -> _Result:
            result = job(self._opened())
            self._under_way += 1
            return result

        return await self._run(begun)

    async def end_send(self, job: Callable[[Ledger], object]) -> None:
        """Like `do`, for the entry that ends a send."""

        def ended() -> None:
            try:
                job(self._opened())
            finally:
                self._under_way -= 1

        await self._run(ended)

    async def take_in(self) -> None:
        """Move the fetcher's records into the ledger; a spool that cannot be opened waits for another time."""
        await self.do(lambda ledger: _take_in(ledger, self._place.spool))

    async def verify(self, known: Sequence[Head]) -> Verification:
        """Check the whole ledger, also one that cannot be opened for writing."""

        def check() -> Verification:
            if self._ledger is not None:
                return self._ledger.verify(known)
            return verify_folder(self._place.folder, self._place.vault(), known)

        return await self._run(check)

    async def retain(self, retention: Retention) -> None:
        """Keep bytes for so long from now on. Raises NotWritable."""

        def change() -> None:
            write_kept(self._retention_file, asdict(retention))
            self.retention = retention
            self._must_reopen = True
            self._opened()

        await self._run(change)

    async def set_aside(self) -> Path:
        """Move a ledger that cannot be trusted out of the way, and begin a new one. Raises NotRecorded."""

        def move() -> Path:
            self._close()
            place = set_aside(self._place.folder, self._place.vault())
            self._opened()
            return place

        return await self._run(move)

    async def lines(self) -> AsyncGenerator[str]:
        """Yield the exported ledger, read by a thread and a connection of its own, so that sends need not wait."""
        signed = await self.do(Ledger.signed_head)
        with ThreadPoolExecutor(1, thread_name_prefix="export") as thread:
            run = partial(asyncio.get_running_loop().run_in_executor, thread)
            connection = await run(partial(open_database, self._place.folder / FILE_NAME, is_read_only=True))
            try:
                exported = export_lines(connection, signed)
                while lines := await run(lambda: list(islice(exported, _LINES_AT_ONCE))):
                    for line in lines:
                        yield line
            finally:
                await run(connection.close)

    async def close(self) -> None:
        """Close the ledger, once what is under way in its thread is done."""
        if self._tidying is not None:
            self._tidying.cancel()
        await self._run(self._close)
        self._thread.shutdown()

    async def _run(self, job: Callable[[], _Result]) -> _Result:
        """A job that was handed in is done, even if whoever wanted it is cancelled while it waits for its turn."""
        doing = asyncio.get_running_loop().run_in_executor(self._thread, job)
        doing.add_done_callback(_look_at)
        return await asyncio.shield(doing)

    async def _tidy_daily(self) -> None:
        while True:
            await asyncio.sleep(_TIDYING_SECONDS)
            with suppress(AspenError):  # whoever needs the ledger next is told
                await self.take_in()
                await self.do(Ledger.tidy)

    # In the ledger's thread.

    def _try_to_open(self) -> None:
        try:
            _take_in(self._opened(), self._place.spool)
        except AspenError as error:
            self.problem = error

    def _opened(self) -> Ledger:
        """Return the open ledger. A change of the retention waits until nothing is under way."""
        if self._must_reopen and self._under_way == 0:
            self._close()
        if self._ledger is None:
            try:
                vault = self._place.vault()
                self._ledger = open_ledger(self._place.folder, vault, retention=self.retention)
            except AspenError as error:
                self.problem = error
                raise
            self.key_place, self.problem, self._must_reopen = vault.place, None, False
        return self._ledger

    def _close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None


def _look_at(done: asyncio.Future[_Result]) -> None:
    """Asyncio complains about an error that nobody looks at; whoever was cancelled cannot."""
    if not done.cancelled():
        done.exception()


def _take_in(ledger: Ledger, spool: Path) -> None:
    with suppress(NotWritable):  # somebody has replaced it since the gate began: the next gate will find it
        take_in(ledger, spool)


def _retention_of(kept: Mapping[str, object]) -> Retention:
    named = {name: value for name, value in kept.items() if isinstance(value, int)}
    default = Retention()
    return Retention(
        days=named.get("days", default.days),
        largest_body_bytes=named.get("largest_body_bytes", default.largest_body_bytes),
        total_bytes=named.get("total_bytes", default.total_bytes),
    )
