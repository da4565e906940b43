"""What several verbs take and give: names, labels, seals."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

Word = Literal["stays-here", "my-servers", "may-leave", "ask"]
Zone = Literal["machine", "own_servers", "cloud"]
Sensitivity = Literal["public", "internal", "private"]
Level = Literal["L0", "L1", "L2", "L3"]


class Nothing(TypedDict):
    """No arguments."""


class Done(TypedDict):
    schema: int


class Named(TypedDict):
    name: str


class Label(TypedDict):
    sensitivity: Sensitivity
    source: Literal["unset", "detected", "declared"]
    reasons: list[str]
    providers: list[str] | None
    beneath: Sensitivity


class Probe(TypedDict):
    """`group` and `must_be_open` are there in a proof."""

    name: str
    blocked: bool
    detail: str
    group: NotRequired[Literal["network", "processes", "files", "walls"]]
    must_be_open: NotRequired[bool]


class Seal(TypedDict):
    level: Level
    sentence: str
    checked_at: str
    missing: list[str]


class SealReport(Seal):
    probes: list[Probe]


class StoreProblem(TypedDict):
    store: str
    path: str
    sentence: str
