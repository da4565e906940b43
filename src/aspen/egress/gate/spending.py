"""Money: whether the worst that a request could cost stays below the ceilings that a person has set. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from aspen.core.errors import OverCeiling
from aspen.core.model_card import Zone
from aspen.core.policy import Ceilings

_MICRODOLLARS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Since the day and the month began, in millionths of a US dollar; what is still under way counts at its worst."""

    day_microdollars: int
    month_microdollars: int


NOTHING_SPENT = Spent(day_microdollars=0, month_microdollars=0)


def price_is_missing(ceilings: Ceilings, zone: Zone, worst_cost_microdollars: int | None) -> bool:
    """Whether a ceiling is set and nobody knows what this would cost. A server of the user's own sends no bill."""
    is_limited = ceilings != Ceilings()
    return is_limited and zone is Zone.CLOUD and worst_cost_microdollars is None


def check_ceilings(ceilings: Ceilings, spent: Spent, worst_cost_microdollars: int | None) -> None:
    """Raises OverCeiling for the first ceiling that the worst case would pass.

    What costs nothing passes none, and neither does an unknown price: see `price_is_missing`.
    """
    worst = worst_cost_microdollars or 0
    totals = (
        ("request", ceilings.request_microdollars, 0),
        ("day", ceilings.day_microdollars, spent.day_microdollars),
        ("month", ceilings.month_microdollars, spent.month_microdollars),
    )
    for name, ceiling, so_far in totals:
        if ceiling is not None and worst > 0 and so_far + worst > ceiling:
            raise OverCeiling(
                f"Not sent: it could cost {_dollars(worst)}, and {_so_far(name, so_far)}"
                f"the ceiling for a {name} is {_dollars(ceiling)}.",
                hint="Ask for a shorter answer or a cheaper model, or raise the ceiling in your rules.",
                facts={
                    "ceiling": name,
                    "ceiling_microdollars": ceiling,
                    "spent_microdollars": so_far,
                    "worst_cost_microdollars": worst,
                },
            )


def _so_far(name: str, microdollars: int) -> str:
    return f"{_dollars(microdollars)} are spent this {name}; " if name != "request" else ""


def _dollars(microdollars: int) -> str:
    """Cents where they are enough: $0.07, $0.0004."""
    amount = microdollars / _MICRODOLLARS
    return f"${amount:.2f}" if amount >= 0.01 or amount == 0 else f"${amount:.6f}".rstrip("0")
