"""What a client may say with `ask`: a closed list of fields, each checked here before it comes near an engine."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from uuid import uuid4

from aspen.core.errors import Misused
from aspen.core.label import Label
from aspen.core.message import Image, Message, Part
from aspen.core.request import AUTO, AdapterScale, FreeText, JsonSchema, Limits, Output, Request, Sampling, Tool
from aspen.dialects.openai_chat_request import decode_messages, decode_tools
from aspen.documents.choosing import Attached
from aspen.privacy.words import declared_label

Json = Mapping[str, object]

ATTACHED = "attached:"
"""Begins the reference of a file that was attached in the app, among the `files` of a question."""

_MOST_TOKENS = 2**31 - 1
_MOST_LOGPROBS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AskArguments:
    """`model` is None when the client leaves the choice to us; `keep_seconds` is infinite for "for good".

    `messages` are what is said now; what was said before in `conversation_id` is remembered, up to the turn
    `parent_id`. `again_id` is a question of that conversation that is asked once more, in the place of messages.
    `pictures` and `schema_file` name the files that pictures and schema came from. `declared` is the label
    that the person gave this prompt, `folder` is where they work, and `is_piped` says that some of it was not typed.
    `attached` are the ids of files that were attached in the app; `documents` is what was read of them, and
    `cited_files` those of `files` that were attached there by their path.
    """

    model: str | None
    messages: tuple[Message, ...]
    files: tuple[Path, ...]
    pictures: tuple[Path, ...]
    schema_file: tuple[Path, ...]
    declared: Label | None
    folder: Path | None
    is_piped: bool
    is_preview: bool
    conversation_id: str | None
    parent_id: str | None
    again_id: str | None
    limits: Limits
    output: Output
    tools: tuple[Tool, ...]
    adapters: tuple[AdapterScale, ...]
    keep_seconds: float | None
    top_logprobs: int
    attached: tuple[str, ...] = ()
    documents: tuple[Attached, ...] = ()
    cited_files: frozenset[Path] = frozenset()

    def request(self, model: str | None, messages: tuple[Message, ...], limits: Limits) -> Request:
        """Make the request, with what an assistant adds to messages and limits."""
        return Request(
            request_id=uuid4().hex,
            messages=messages,
            tools=self.tools,
            output=self.output,
            limits=limits,
            wanted_model=AUTO if model is None else model,
            adapters=self.adapters,
            top_logprobs=self.top_logprobs,
        )


def read_ask(arguments: Json) -> AskArguments:
    """Read the arguments of `ask`.

    Raises Misused naming the field that cannot be used.
    """
    if unknown := sorted(set(arguments) - _FIELDS):
        raise Misused(f"`ask` knows no field {unknown[0]!r}.", hint=f"It knows {', '.join(sorted(_FIELDS))}.")
    model = arguments.get("model")
    if not (model is None or isinstance(model, str)):
        raise Misused("`model` must be a name.")
    attached, files = _told_files(arguments)
    return AskArguments(
        model=None if model in (None, AUTO) else model,
        messages=() if arguments.get("again") is not None else _messages(arguments),
        files=files,
        attached=attached,
        pictures=_paths(arguments, "pictures"),
        schema_file=_paths(arguments, "schema_file"),
        declared=_declared(arguments.get("label")),
        folder=_folder(arguments.get("folder")),
        is_piped=arguments.get("is_piped") is True,
        is_preview=arguments.get("is_preview") is True,
        conversation_id=_name_or_none(arguments, "conversation"),
        parent_id=_name_or_none(arguments, "parent"),
        again_id=_again(arguments),
        limits=read_limits(_object(arguments, "options")),
        output=_output(arguments.get("schema")),
        tools=_tools(arguments),
        adapters=_adapters(arguments),
        keep_seconds=_keep(arguments.get("keep_seconds")),
        top_logprobs=_whole("top_logprobs", arguments.get("top_logprobs", 0), 0, _MOST_LOGPROBS),
    )


_FIELDS = {
    *("model", "messages", "options", "schema", "tools", "adapters", "keep_seconds", "top_logprobs"),
    *("files", "pictures", "schema_file", "label", "folder", "is_piped", "is_preview", "conversation", "parent"),
    "again",
}


def _told_files(arguments: Json) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    """Tell references to what was attached in the app from paths, which begin with a slash."""
    told: object = arguments.get("files") or []
    listed = cast("list[object]", told) if isinstance(told, list) else [told]
    attached = [each for each in listed if isinstance(each, str) and each.startswith(ATTACHED)]
    paths = _paths({"files": [each for each in listed if each not in attached]}, "files")
    return tuple(each.removeprefix(ATTACHED) for each in attached), paths


def _paths(arguments: Json, name: str) -> tuple[Path, ...]:
    told: object = arguments.get(name) or []
    listed = cast("list[object]", told) if isinstance(told, list) else [told]
    paths = tuple(Path(each) for each in listed if isinstance(each, str) and "\0" not in each)
    if len(paths) != len(listed) or not all(path.is_absolute() for path in paths):
        raise Misused(f"`{name}` must be a list of absolute paths.")
    return paths


def _folder(told: object) -> Path | None:
    if told is None:
        return None
    (folder,) = _paths({"folder": [told]}, "folder")
    return folder


def _declared(told: object) -> Label | None:
    if told is None:
        return None
    return declared_label(str(told), "You said so for these words")


def _name_or_none(arguments: Json, name: str) -> str | None:
    told = arguments.get(name)
    if not (told is None or isinstance(told, str)):
        raise Misused(f"`{name}` must be a name.")
    return told


def _again(arguments: Json) -> str | None:
    again = _name_or_none(arguments, "again")
    others = [name for name in ("messages", "files", "pictures", "parent") if arguments.get(name)]
    if again is not None and (others or arguments.get("conversation") is None):
        raise Misused("`again` names a question of a conversation, and takes nothing else along.")
    return again


def read_limits(options: Json) -> Limits:
    """Read the sampling options, each within its range.

    Raises Misused naming the option that is unknown or out of range.
    """
    if unknown := sorted(set(options) - {*_NUMBERS, "stop"}):
        known = ", ".join(sorted({*_NUMBERS, "stop"}))
        raise Misused(f"There is no option {unknown[0]!r}.", hint=f"Known options: {known}.")
    read = {name: check(name, options[name]) for name, check in _NUMBERS.items() if options.get(name) is not None}
    limits = {name: cast("int", read.pop(name)) for name in ("answer_tokens", "context_tokens") if name in read}
    return Limits(**limits, sampling=Sampling(stop=_stops(options.get("stop")), **cast("dict[str, int]", read)))


def _real(low: float, high: float) -> Callable[[str, object], float]:
    def check(name: str, value: object) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            raise Misused(f"The option {name} must be between {low:g} and {high:g}, not {value!r}.")
        return float(value)

    return check


def _integer(low: int, high: int) -> Callable[[str, object], int]:
    return lambda name, value: _whole(name, value, low, high)


def _whole(name: str, value: object, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Misused(f"The option {name} must be a whole number from {low} to {high}, not {value!r}.")
    return value


_NUMBERS: Mapping[str, Callable[[str, object], float]] = {
    "temperature": _real(0.0, 5.0),
    "top_p": _real(0.0, 1.0),
    "min_p": _real(0.0, 1.0),
    "repeat_penalty": _real(0.0, 10.0),
    "top_k": _integer(0, 1_000_000),
    "repeat_last_n": _integer(-1, 1_000_000),
    "seed": _integer(0, 2**32 - 2),
    "answer_tokens": _integer(1, _MOST_TOKENS),
    "context_tokens": _integer(1, _MOST_TOKENS),
}


def _stops(value: object) -> tuple[str, ...]:
    listed = cast("list[object]", value) if isinstance(value, list) else []
    stops = tuple(stop for stop in listed if isinstance(stop, str) and stop)
    if len(stops) != len(listed) or not (value is None or isinstance(value, list)):
        raise Misused("The option stop must be a list of texts.")
    return stops


def _messages(arguments: Json) -> tuple[Message, ...]:
    wires = _objects(arguments, "messages")
    if not wires:
        raise Misused("There is nothing to ask.", hint='Give a prompt: aspen ask "…"')
    messages = decode_messages(wires)
    return tuple(_with_images(message, wire) for message, wire in zip(messages, wires, strict=True))


def _with_images(message: Message, wire: Json) -> Message:
    pictures: list[Part] = []
    for told in _objects(wire, "images"):
        data = told.get("data")
        try:
            encoded = base64.b64decode(data if isinstance(data, str) else "?", validate=True)
        except ValueError:
            raise Misused("A picture is not valid base64.") from None
        pictures.append(Image(media_type=str(told.get("media_type", "image/png")), encoded=encoded))
    return Message(role=message.role, parts=(*message.parts, *pictures), label=message.label)


def _output(schema: object) -> Output:
    if schema is None:
        return FreeText()
    if not isinstance(schema, dict):
        raise Misused("The schema must be a JSON object.")
    return JsonSchema(schema=cast("Json", schema))


def _tools(arguments: Json) -> tuple[Tool, ...]:
    return decode_tools(_objects(arguments, "tools"))


def _adapters(arguments: Json) -> tuple[AdapterScale, ...]:
    scale = _real(-100.0, 100.0)
    return tuple(
        AdapterScale(
            index=_whole("adapter index", told.get("index"), 0, 1000), scale=scale("adapter scale", told.get("scale"))
        )
        for told in _objects(arguments, "adapters")
    )


def _keep(value: object) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or math.isnan(value):
        raise Misused("`keep_seconds` must be a number.")
    return float("inf") if value < 0 else float(value)


def _object(arguments: Json, name: str) -> Json:
    value: object = arguments.get(name)
    if not (value is None or isinstance(value, dict)):
        raise Misused(f"`{name}` must be an object.")
    return cast("Json", value or {})


def _objects(arguments: Json, name: str) -> list[Json]:
    value: object = arguments.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in cast("list[object]", value)):
        raise Misused(f"`{name}` must be a list of objects.")
    return cast("list[Json]", value)
