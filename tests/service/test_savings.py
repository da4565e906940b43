"""What local saved: the formula, with dated prices, and nothing where there is nothing to say."""

from __future__ import annotations

from datetime import datetime

import pytest

from aspen.core.errors import Misused
from fakes.service_home import ServiceHome, question


def test_the_estimate_is_the_formula_with_the_prices_that_it_names(starter_home: ServiceHome) -> None:
    starter_home.run("ps")
    before = starter_home.call("savings")
    assert (before["answers"], before["cost_microdollars"]) == (0, 0)
    asked = question("Hello.", conversation="new", options={"answer_tokens": 4})
    usage = starter_home.call("ask", **asked)["usage"]
    told = starter_home.call("savings")
    assert told["answers"] == 1
    assert (told["prompt_tokens"], told["completion_tokens"]) == (usage["prompt_tokens"], usage["completion_tokens"])
    expected = usage["prompt_tokens"] * told["prompt"] + usage["completion_tokens"] * told["completion"]
    assert told["cost_microdollars"] == round(expected)
    assert told["cost_microdollars"] > 0
    rows = starter_home.call("prices")["models"]
    (row,) = [each for each in rows if each["model"] == told["model"]]
    assert row["prompt"][0]["per_million"] == told["prompt"]
    assert datetime.fromisoformat(told["listed_on"])


def test_another_month_has_nothing_and_what_is_no_month_is_refused(shared_home: ServiceHome) -> None:
    assert shared_home.call("savings", month="2020-12")["answers"] == 0
    for told in ("2020-13", "0000-01", "now", 7):
        with pytest.raises(Misused):
            shared_home.call("savings", month=told)
