"""Parameters that can be set in a conversation, by the names that people know from Modelfiles and from our options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aspen.core.errors import Misused


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Its name in the service's `options`, and how its value is read."""

    option: str
    parse: Callable[[str], object]


def _stop_list(written: str) -> object:
    return [written]


PARAMETERS: Mapping[str, Parameter] = {
    "temperature": Parameter(option="temperature", parse=float),
    "top_p": Parameter(option="top_p", parse=float),
    "top_k": Parameter(option="top_k", parse=int),
    "min_p": Parameter(option="min_p", parse=float),
    "seed": Parameter(option="seed", parse=int),
    "stop": Parameter(option="stop", parse=_stop_list),
    "repeat_penalty": Parameter(option="repeat_penalty", parse=float),
    "repeat_last_n": Parameter(option="repeat_last_n", parse=int),
    "num_predict": Parameter(option="answer_tokens", parse=int),
    "max_tokens": Parameter(option="answer_tokens", parse=int),
    "num_ctx": Parameter(option="context_tokens", parse=int),
    "context": Parameter(option="context_tokens", parse=int),
}


def read_parameter(name: str, written: str) -> tuple[str, object]:
    """Return the service's name and the value of a parameter.

    Raises Misused for a name that there is not, or a value that cannot be read.
    """
    parameter = PARAMETERS.get(name.lower().replace("-", "_"))
    if parameter is None:
        raise Misused(f"There is no parameter {name!r}.", hint=f"There are {', '.join(PARAMETERS)}.")
    try:
        return parameter.option, parameter.parse(written)
    except ValueError:
        raise Misused(f"{name} must be a number, not {written!r}.") from None
