"""A watch over one test: what left since it began, and a search for a canary wherever it must never be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from canaries import found
from closed_home import ClosedHome, files_of, processes_of
from outside import Manner
from world import Asked, Mark, Seen, World

Teach = Callable[[str, Manner], None]


@dataclass(slots=True, kw_only=True)
class Watch:
    """What left since a moment. `also` are listeners that the test itself has set up."""

    world: World
    begun: Mark
    also: set[tuple[str, str, int]] = field(default_factory=set[tuple[str, str, int]])

    def seen(self) -> Seen:
        return self.world.since(self.begun)

    @property
    def asked(self) -> tuple[Asked, ...]:
        """The requests that reached providers."""
        return self.seen().asked

    @property
    def names(self) -> set[str]:
        """The names that were looked up."""
        return set(self.seen().names)

    def nothing_left(self) -> bool:
        """Whether not even a name was looked up."""
        seen = self.seen()
        return (seen.names, seen.asked, seen.packets) == ((), (), ())

    def leaks(self, token: str, home: ClosedHome, printed: dict[str, bytes] | None = None) -> list[str]:
        """Search for a canary wherever it must never be, whatever was asked: all but the store itself."""
        kept = {
            place: content
            for place, content in files_of(home.folders, home.root).items()
            if not place.startswith("store/store.sqlite")
        }
        return found(token, {**self.seen().places(), **kept, **processes_of(home), **(printed or {})})
