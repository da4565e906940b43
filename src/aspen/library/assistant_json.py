"""An assistant's file: schema 1 of its JSON, both directions. What does not fit the schema is refused, not guessed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Final

from aspen.core.errors import Failed
from aspen.core.message import Role
from aspen.core.request import Sampling
from aspen.library.assistant import FULL_SCALE, Adapter, Assistant
from aspen.library.json_files import as_list, as_number, as_object, as_text, as_whole
from aspen.library.modelfile import Example
from aspen.library.weights_hash import FileStamp
from aspen.library.weights_pin import WeightsPin

SCHEMA: Final = 1


def encode_assistant(assistant: Assistant) -> dict[str, object]:
    """Write an assistant as the object that its file holds."""
    return {
        "schema": SCHEMA,
        "name": assistant.name,
        "model": assistant.model,
        "weights": {"sha256": assistant.pin.sha256, "files": [asdict(stamp) for stamp in assistant.pin.stamps]},
        "system": assistant.system,
        "sampling": asdict(assistant.sampling),
        "context_tokens": assistant.context_tokens,
        "answer_tokens": assistant.answer_tokens,
        "template": assistant.template,
        "adapters": [{"path": str(adapter.path), "scale": adapter.scale} for adapter in assistant.adapters],
        "messages": [{"role": message.role.value, "text": message.text} for message in assistant.messages],
        "licences": list(assistant.licences),
    }


def decode_assistant(content: dict[str, object], path: Path) -> Assistant:
    """Read an assistant out of its file's content. Raises Failed for another schema or a field of the wrong kind."""
    if content.get("schema") != SCHEMA:
        raise Failed(
            f"{path} was written by another version of Aspen.",
            hint="Use the newer version, or make the assistant anew.",
            facts={"schema": content.get("schema"), "known": SCHEMA},
        )
    try:
        return Assistant(
            name=_required(content, "name"),
            model=_required(content, "model"),
            pin=_pin(_object(content, "weights")),
            system=_text(content, "system"),
            sampling=_sampling(_object(content, "sampling")),
            context_tokens=_whole(content, "context_tokens"),
            answer_tokens=_whole(content, "answer_tokens"),
            template=_text(content, "template"),
            adapters=tuple(_adapter(_as_object(item)) for item in _list(content, "adapters")),
            messages=tuple(_example(_as_object(item)) for item in _list(content, "messages")),
            licences=tuple(_as_text(item) for item in _list(content, "licences")),
        )
    except _Misfit as misfit:
        raise Failed(f"The assistant's file {path} is damaged: {misfit}.") from misfit


class _Misfit(Exception):
    """A field that is missing or of the wrong kind."""


def _pin(weights: dict[str, object]) -> WeightsPin:
    stamps = tuple(_stamp(_as_object(item)) for item in _list(weights, "files"))
    sha256 = _required(weights, "sha256")
    if len(sha256) != 64 or not stamps:
        raise _Misfit("its weights have no hash")
    return WeightsPin(sha256=sha256, stamps=stamps)


def _stamp(item: dict[str, object]) -> FileStamp:
    numbers = {key: as_whole(item.get(key)) for key in ("size_bytes", "mtime_ns", "ctime_ns", "inode")}
    known = {key: value for key, value in numbers.items() if value is not None}
    if len(known) != len(numbers):
        raise _Misfit("a file of its weights has no size or times")
    return FileStamp(**known)


def _sampling(item: dict[str, object]) -> Sampling:
    return Sampling(
        temperature=_number(item, "temperature"),
        top_p=_number(item, "top_p"),
        top_k=_whole(item, "top_k"),
        min_p=_number(item, "min_p"),
        repeat_penalty=_number(item, "repeat_penalty"),
        repeat_last_n=_whole(item, "repeat_last_n"),
        seed=_whole(item, "seed"),
        stop=tuple(_as_text(stop) for stop in _list(item, "stop")),
    )


def _adapter(item: dict[str, object]) -> Adapter:
    scale = _number(item, "scale")
    return Adapter(path=Path(_required(item, "path")), scale=FULL_SCALE if scale is None else scale)


def _example(item: dict[str, object]) -> Example:
    try:
        return Example(role=Role(_required(item, "role")), text=_as_text(item.get("text")))
    except ValueError:
        raise _Misfit("a message has an unknown role") from None


def _required(item: dict[str, object], key: str) -> str:
    found = as_text(item.get(key))
    if not found:
        raise _Misfit(f"it has no {key}")
    return found


def _text(item: dict[str, object], key: str) -> str | None:
    return None if item.get(key) is None else _as_text(item[key])


def _whole(item: dict[str, object], key: str) -> int | None:
    found = as_whole(item.get(key))
    if found is None and item.get(key) is not None:
        raise _Misfit(f"its {key} is not a whole number")
    return found


def _number(item: dict[str, object], key: str) -> float | None:
    found = as_number(item.get(key))
    if found is None and item.get(key) is not None:
        raise _Misfit(f"its {key} is not a number")
    return found


def _list(item: dict[str, object], key: str) -> list[object]:
    if item.get(key) is not None and not isinstance(item[key], list):
        raise _Misfit(f"its {key} is not a list")
    return as_list(item.get(key))


def _object(item: dict[str, object], key: str) -> dict[str, object]:
    return _as_object(item.get(key) if item.get(key) is not None else {})


def _as_object(value: object) -> dict[str, object]:
    found = as_object(value)
    if found is None:
        raise _Misfit("a list or number stands where an object should")
    return found


def _as_text(value: object) -> str:
    found = as_text(value)
    if found is None:
        raise _Misfit("something else stands where a text should")
    return found
