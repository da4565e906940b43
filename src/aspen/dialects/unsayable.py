"""What a dialect has no way to say is refused by the parameter's name, never dropped in silence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aspen.core.errors import Misused, ModelCannot
from aspen.core.message import Image, Message, Role
from aspen.core.model_card import ModelCard
from aspen.core.request import Request

SAMPLING_FIELDS = ("temperature", "top_p", "top_k", "min_p", "repeat_penalty", "repeat_last_n", "seed")
"""The fields of `Sampling` that hold one number; `stop` is told apart."""


def cannot_say(parameter: str, model: str, why: str = "") -> ModelCannot:
    """Return the error that names the parameter."""
    return ModelCannot(
        f"{model} has no {parameter}." if not why else f"{model} cannot take this {parameter}: {why}.",
        hint=f"Leave {parameter} out, or ask another model.",
        facts={"parameter": parameter, "model": model},
    )


def nothing_to_ask() -> Misused:
    """Return the error for a request of which nothing is left to send."""
    return Misused("There is nothing to ask.", hint="Give at least one message of words or a picture.")


def sampling_numbers(
    request: Request, model: str, names: Mapping[str, str], highest: Mapping[str, float]
) -> dict[str, object]:
    """Write the sampling fields that were set under the dialect's `names`.

    Raises ModelCannot for one that has no name there, or that is above its `highest` value.
    """
    written: dict[str, object] = {}
    for field in SAMPLING_FIELDS:
        value: float | None = getattr(request.limits.sampling, field)
        if value is None:
            continue
        if field not in names:
            raise cannot_say(field, model)
        if value > highest.get(field, value):
            raise cannot_say(field, model, f"{value:g} is above {highest[field]:g}")
        written[names[field]] = value
    return written


def stops_of(request: Request, model: str, most: int | None = None) -> list[str]:
    """Return the stop texts; an empty one occurs everywhere and is left out.

    Raises ModelCannot for more than `most`.
    """
    stops = [stop for stop in request.limits.sampling.stop if stop]
    if most is not None and len(stops) > most:
        raise cannot_say("stop", model, f"it takes {most} texts and not {len(stops)}")
    return stops


def refuse_local_only(request: Request, model: str) -> None:
    """Raise ModelCannot for what only an engine of this machine can do."""
    if request.adapters:
        raise cannot_say("adapters", model)


def refuse_pictures(messages: Iterable[Message], model: str, media_types: frozenset[str]) -> None:
    """Raise ModelCannot for a picture of another kind, or one that nobody but the user shows."""
    for message in messages:
        for part in message.parts:
            if not isinstance(part, Image):
                continue
            if part.media_type not in media_types:
                raise cannot_say("picture", model, f"it reads {', '.join(sorted(media_types))}, not {part.media_type}")
            if message.role is not Role.USER:
                raise cannot_say("picture", model, f"it stands in a message of role {message.role.value}")


def refuse_long_answer(request: Request, card: ModelCard) -> None:
    """Raise ModelCannot where more is asked for than the model gives."""
    wanted, most = request.limits.answer_tokens, card.answer_tokens
    if wanted is not None and most is not None and wanted > most:
        raise cannot_say("answer_tokens", card.name, f"its answers have at most {most:,} tokens, not {wanted:,}")
