"""Which processes Aspen has, what each may do, and what the kernel must say of it. Whatever else runs is a finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aspen.channel.process_state import ProcessState


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`filters` is how many system call filters each thread must have, on top of those of everything here.

    `may_reach` allows internet sockets; `starts` allows programs of others beneath it.
    """

    name: str
    may: str
    filters: int = 0
    has_no_new_privileges: bool = False
    may_reach: bool = False
    starts: bool = False

    @property
    def is_sealed(self) -> bool:
        return self.filters > 0


KINDS: Mapping[str, Kind] = {
    "aspen.launcher": Kind(name="launcher", may="Not sealed: starts the others. Holds no words and no keys."),
    "aspen.service": Kind(
        name="core",
        may="Holds all words. Reads files, writes Aspen's folders, answers whoever is connected; calls nobody.",
        filters=1,
        has_no_new_privileges=True,
    ),
    "aspen.local.engine_child": Kind(
        name="engine", may="Reads its model and answers calls; nothing else.", filters=2, has_no_new_privileges=True
    ),
    "aspen.readers.reader_child": Kind(
        name="reader",
        may="Reads the words it is asked about and answers; no file, no network, no program.",
        filters=2,
        has_no_new_privileges=True,
    ),
    "aspen.egress.gate": Kind(
        name="gate",
        may="Reaches the internet. Holds keys and ledger; is kept from your files and from the store.",
        has_no_new_privileges=True,
        may_reach=True,
    ),
    "aspen.egress.fetcher": Kind(
        name="fetcher", may="Reaches the internet to download models; is given no words.", may_reach=True, starts=True
    ),
    "aspen.practice": Kind(
        name="practice provider", may="Plays a stranger on this computer, for practising.", may_reach=True
    ),
    "aspen.vault.process": Kind(name="vault", may="Asks the keyring for one key, and ends."),
    "aspen.local.machine_report": Kind(name="look at the machine", may="Looks at the hardware, and ends.", starts=True),
    "aspen.cloud.price_task": Kind(name="price list", may="Reads the price list, and ends."),
}
_HELPER = Kind(name="helper", may="Belongs to the one that started it.", may_reach=True, starts=True)


def kind_of(state: ProcessState, family: Mapping[int, ProcessState]) -> Kind | None:
    """Return what a process is; None for a program that nobody should have started."""
    if state.module in KINDS:
        return KINDS[state.module]
    parent = family.get(state.parent_pid)
    parents_kind = None if parent is None else kind_of(parent, family)
    return _HELPER if parents_kind is not None and parents_kind.starts else None


def gaps(state: ProcessState, kind: Kind, own_filters: int) -> Iterator[str]:
    """Yield what the kernel says of a process that should not be so."""
    if kind.has_no_new_privileges and not state.has_no_new_privileges:
        yield "it may gain new privileges"
    if kind.is_sealed and state.seccomp_filters < own_filters + kind.filters:
        yield f"a thread has {state.seccomp_filters - own_filters} of {kind.filters} system call filters"
    if kind.is_sealed and state.capabilities != "0":
        yield f"it has capabilities ({state.capabilities})"
    if kind.is_sealed and state.is_hidden is False:
        yield "other programs of yours can look into it"
    if not kind.may_reach and state.sockets is not None and state.sockets.internet + state.sockets.other > 0:
        yield f"it holds {state.sockets.internet} internet sockets and {state.sockets.other} of no known kind"
