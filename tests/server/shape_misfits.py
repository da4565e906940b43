"""Says where a value is not of a shape. Fields that are not in it are let be: new ones can appear at any time."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Any, Literal, NotRequired, Union, cast, get_args, get_origin, get_type_hints, is_typeddict


def misfits(value: object, shape: Any, place: str = "result") -> Iterator[str]:
    """Yield a sentence for each place at which a value is not of a shape."""
    origin, inner = get_origin(shape), get_args(shape)
    if is_typeddict(shape):
        yield from _of_object(value, shape, place)
    elif origin in (Union, UnionType):
        if all(list(misfits(value, each, place)) for each in inner):
            yield f"{place} is {value!r}"
    elif origin is list:
        yield from _of_list(value, inner[0], place)
    elif origin is dict:
        yield from _of_mapping(value, inner[1], place)
    elif not (value in inner if origin is Literal else _is_plain(value, shape)):
        yield f"{place} is {value!r}"


def _of_list(value: object, element: Any, place: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{place} is no list"
        return
    for number, each in enumerate(cast("list[object]", value)):
        yield from misfits(each, element, f"{place}[{number}]")


def _of_mapping(value: object, held: Any, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place} is no object"
        return
    for name, each in cast("dict[str, object]", value).items():
        yield from misfits(each, held, f"{place}.{name}")


def _of_object(value: object, shape: Any, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place} is no object"
        return
    held = cast("dict[str, object]", value)
    for name, hint in get_type_hints(shape, include_extras=True).items():
        is_optional = get_origin(hint) is NotRequired
        if name in held:
            yield from misfits(held[name], get_args(hint)[0] if is_optional else hint, f"{place}.{name}")
        elif not is_optional:
            yield f"{place} has no {name}"


def _is_plain(value: object, shape: Any) -> bool:
    if shape in (int, float):
        return isinstance(value, int if shape is int else (int, float)) and not isinstance(value, bool)
    return shape is object or isinstance(value, shape)
