"""Settings, what answers cost, and rules for what may leave."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from aspen.server.workspace_api.shapes.nouns import Nothing


class FileSettings(TypedDict):
    schema: int
    path: str
    values: dict[str, object]
    said_by: dict[str, Literal["default", "workspace", "file", "environment"]]
    choosable: list[str]


class ChangeSetting(TypedDict):
    name: str
    value: str | float | None


class OfMonth(TypedDict):
    month: NotRequired[str]


class Savings(TypedDict):
    """`prompt` and `completion` are dollars for a million tokens."""

    schema: int
    month: str
    answers: int
    prompt_tokens: int
    completion_tokens: int
    cost_microdollars: int | None
    model: str | None
    provider: str | None
    prompt: float | None
    completion: float | None
    listed_on: str | None
    package: str


class RateStep(TypedDict):
    """Dollars for a million tokens, from so many tokens of the prompt on."""

    above_prompt_tokens: int
    per_million: float


class Rates(TypedDict):
    prompt: list[RateStep] | None
    completion: list[RateStep] | None
    cached: list[RateStep] | None
    cache_written: list[RateStep] | None


class BatchRates(Rates):
    batch: None


class PricedModel(Rates):
    provider: str
    model: str
    batch: BatchRates | None


class Prices(TypedDict):
    schema: int
    models: list[PricedModel]
    package: str
    version: str
    listed_on: str


class CheckRules(TypedDict):
    """Without `rules`, the text of a rules file, the present ones. `path` is what the person calls its file."""

    rules: NotRequired[str | None]
    path: NotRequired[str | None]


class Rule(TypedDict):
    line: int
    then: str
    sentence: str


class Ceilings(TypedDict):
    request_microdollars: int | None
    day_microdollars: int | None
    month_microdollars: int | None


class CheckedRules(TypedDict):
    schema: int
    path: str
    sha256: str
    rules: list[Rule]
    ceilings: Ceilings


class TryRules(CheckRules):
    """`entries` are those of the ledger, as the gate lists them."""

    entries: list[dict[str, object]]


Outcome = Literal["cleared", "asked", "denied"]


class RuleTrial(TypedDict):
    sequence: int
    was: Outcome
    now: Outcome
    reasons: list[str]


class TriedRules(TypedDict):
    schema: int
    path: str
    sha256: str
    trials: list[RuleTrial]


SHAPES: dict[str, tuple[Any, Any]] = {
    "settings": (Nothing, FileSettings),
    "change_setting": (ChangeSetting, FileSettings),
    "savings": (OfMonth, Savings),
    "prices": (Nothing, Prices),
    "check_rules": (CheckRules, CheckedRules),
    "try_rules": (TryRules, TriedRules),
}
