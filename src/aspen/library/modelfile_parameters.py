"""The PARAMETER names of a Modelfile: which field each one fills, and what its value may be."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aspen.library.modelfile_grammar import Statement, at_line

Value = int | float | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """`field` is one of `Sampling`'s, or of the file's own when `is_sampling` is false. `allowed` is in words."""

    field: str
    read: Callable[[str], Value]
    allowed: str
    is_sampling: bool = True


def read_parameter(statement: Statement) -> tuple[Parameter, Value]:
    """Return the parameter that a statement sets and its value. Raises Misused with the line's number."""
    parameter = PARAMETERS.get(statement.key.lower())
    if parameter is None:
        raise at_line(
            statement.line,
            f"Aspen has no parameter {statement.key[:40]!a}",
            f"It knows {', '.join(PARAMETERS)}; remove the line to go on without it.",
        )
    try:
        return parameter, parameter.read(statement.value)
    except ValueError:
        raise at_line(
            statement.line, f"{statement.key} must be {parameter.allowed}, not {statement.value[:40]!a}"
        ) from None


def _whole(least: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if (number := int(text)) < least:
            raise ValueError(text)
        return number

    return read


def _real(least: float, most: float = math.inf) -> Callable[[str], float]:
    def read(text: str) -> float:
        number = float(text)
        if not (math.isfinite(number) and least <= number <= most):
            raise ValueError(text)
        return number

    return read


def _answer_tokens(text: str) -> int | None:
    """Ollama writes -1 for no bound and -2 for what the context holds: neither is a bound of the request's own."""
    number = _whole(-2)(text)
    if number == 0:
        raise ValueError(text)
    return number if number > 0 else None


def _stop(text: str) -> str:
    if not text:
        raise ValueError(text)
    return text


PARAMETERS: Final = {
    "num_ctx": Parameter(field="context_tokens", read=_whole(1), allowed="a whole number above 0", is_sampling=False),
    "num_predict": Parameter(
        field="answer_tokens", read=_answer_tokens, allowed="a whole number above 0, -1 or -2", is_sampling=False
    ),
    "temperature": Parameter(field="temperature", read=_real(0.0), allowed="a number of at least 0"),
    "top_k": Parameter(field="top_k", read=_whole(0), allowed="a whole number of at least 0"),
    "top_p": Parameter(field="top_p", read=_real(0.0, 1.0), allowed="a number from 0 to 1"),
    "min_p": Parameter(field="min_p", read=_real(0.0, 1.0), allowed="a number from 0 to 1"),
    "repeat_last_n": Parameter(field="repeat_last_n", read=_whole(-1), allowed="a whole number of at least -1"),
    "repeat_penalty": Parameter(field="repeat_penalty", read=_real(0.0), allowed="a number of at least 0"),
    "seed": Parameter(field="seed", read=int, allowed="a whole number"),
    "stop": Parameter(field="stop", read=_stop, allowed="a text"),
}
