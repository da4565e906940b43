"""Which ceiling of the user's a request could break, at its worst. Sums only: what was spent, the ledger knows."""

from __future__ import annotations

from dataclasses import dataclass

from aspen.core.model_card import Zone
from aspen.core.policy import Ceilings


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What has been spent so far, in millionths of a US dollar."""

    day_microdollars: int = 0
    month_microdollars: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """`reaches_microdollars` is what the request and all before it could come to."""

    ceiling: str
    ceiling_microdollars: int
    reaches_microdollars: int

    @property
    def sentence(self) -> str:
        """One sentence with both amounts."""
        most, reached = dollars(self.ceiling_microdollars), dollars(self.reaches_microdollars)
        return f"At its longest it could bring you to {reached}; your ceiling is {most} a {self.ceiling}."


def excess(ceilings: Ceilings, spent: Spent, worst_cost_microdollars: int) -> Excess | None:
    """Return the first ceiling that the worst case would break: request, day, month. What costs nothing breaks none."""
    before = (
        ("request", ceilings.request_microdollars, 0),
        ("day", ceilings.day_microdollars, spent.day_microdollars),
        ("month", ceilings.month_microdollars, spent.month_microdollars),
    )
    for name, most, already in before:
        reaches = already + worst_cost_microdollars
        if most is not None and worst_cost_microdollars and reaches > most:
            return Excess(ceiling=name, ceiling_microdollars=most, reaches_microdollars=reaches)
    return None


def is_price_missing(ceilings: Ceilings, zone: Zone, worst_cost_microdollars: int | None) -> bool:
    """Whether a ceiling is set and nobody knows what this would cost. A server of the user's own sends no bill."""
    return zone is Zone.CLOUD and worst_cost_microdollars is None and ceilings != Ceilings()


def dollars(microdollars: int) -> str:
    """Write an amount with two digits behind the point, or as many as it takes to be exact."""
    whole, parts = divmod(microdollars, 1_000_000)
    behind = f"{parts:06d}".rstrip("0")
    return f"${whole:,}.{behind:0<2}"
