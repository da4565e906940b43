"""Which candidates a name means: `auto`, `local`, `cloud`, or one model by its name or alias."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from aspen.core.model_card import Zone
from aspen.core.request import AUTO
from aspen.routing.candidate import Candidate

LOCAL = "local"
"""The best model on this machine, and nothing else."""

CLOUD = "cloud"
"""The best connected model elsewhere."""

_NEAREST_FIRST = {Zone.MACHINE: 0, Zone.OWN_SERVERS: 1, Zone.CLOUD: 2}


def reachable(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates nearest first, one for each name: of two with the same name, the nearer one answers."""
    nearest: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda each: _NEAREST_FIRST[each.card.zone]):
        nearest.setdefault(candidate.name, candidate)
    return tuple(nearest.values())


def is_exact(wanted: str) -> bool:
    """Whether somebody wants one model by its own name."""
    return wanted not in (AUTO, LOCAL, CLOUD)


def find(wanted: str, candidates: Sequence[Candidate]) -> Candidate | None:
    """Find a model by its name, else by an alias; names go before aliases, and the nearer before the farther."""
    by_name = (each for each in candidates if each.name == wanted)
    by_alias = (each for each in candidates if wanted in each.card.aliases)
    return next(by_name, None) or next(by_alias, None)


def near_names(wanted: str, candidates: Iterable[Candidate]) -> list[str]:
    """Return up to three names that are written alike."""
    known = [name for each in candidates for name in (each.name, *each.card.aliases)]
    return get_close_matches(wanted, [*known, AUTO, LOCAL, CLOUD], n=3, cutoff=0.5)


def in_order(wanted: str, candidates: Sequence[Candidate], preferred_cloud: str | None) -> tuple[Candidate, ...]:
    """Return those that `auto`, `local` or `cloud` may choose among, best first; `candidates` come nearest first."""
    here = [each for each in candidates if each.is_here]
    # Sorting is stable: behind what counts here stands the catalogue's own order.
    elsewhere = sorted(
        (each for each in candidates if not each.is_here and each.is_routable),
        key=lambda each: (each.name != preferred_cloud, wanted == CLOUD and each.card.zone is not Zone.CLOUD),
    )
    if wanted == LOCAL:
        return tuple(here)
    return tuple(elsewhere) if wanted == CLOUD else (*here, *elsewhere)
