"""The ceilings at the gate: the last word on whether the worst that a request could cost is still allowed. Pure."""

from __future__ import annotations

from aspen.core.errors import OverCeiling
from aspen.core.policy import Ceilings
from aspen.privacy.ceilings import Spent, excess

NOTHING_SPENT = Spent()


def check_ceilings(ceilings: Ceilings, spent: Spent, worst_cost_microdollars: int | None) -> None:
    """Raises OverCeiling for the first ceiling that the worst case would pass.

    What costs nothing passes none, and neither does an unknown price: see `privacy.ceilings.is_price_missing`.
    """
    over = excess(ceilings, spent, worst_cost_microdollars or 0)
    if over is not None:
        raise OverCeiling(
            f"Not sent. {over.sentence}",
            hint="Ask for a shorter answer or a cheaper model, or raise the ceiling in your rules.",
            facts={
                "ceiling": over.ceiling,
                "ceiling_microdollars": over.ceiling_microdollars,
                "reaches_microdollars": over.reaches_microdollars,
                "worst_cost_microdollars": worst_cost_microdollars,
            },
        )
