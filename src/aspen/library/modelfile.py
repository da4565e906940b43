"""Ollama's Modelfile as a value: what it says, read and written. Nothing is looked up, and no file is opened.

Not covered: several FROM lines (weights in parts are found by their names), and PARAMETERs without an equal in Aspen.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, cast

from aspen.core.errors import Misused
from aspen.core.message import Role
from aspen.core.request import Sampling
from aspen.library.modelfile_grammar import Statement, at_line, quoted, read_statements
from aspen.library.modelfile_parameters import PARAMETERS, read_parameter

_MARKS: Final = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_ROLES: Final = {"system": Role.SYSTEM, "user": Role.USER, "assistant": Role.ASSISTANT}
_GO_TEMPLATE = re.compile(r"\{\{-?\s*(?:(?:if|range|with)\s[^}]*[.$]|else\b|end\b|\$|\.[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One turn of the conversation that stands before every chat."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Modelfile:
    """What a Modelfile says. `source` is what FROM names; adapters are paths as written."""

    source: str
    sampling: Sampling = field(default_factory=Sampling)
    context_tokens: int | None = None
    answer_tokens: int | None = None
    system: str | None = None
    template: str | None = None
    adapters: tuple[str, ...] = ()
    messages: tuple[Example, ...] = ()
    licences: tuple[str, ...] = ()
    requires: str | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What was understood and is not acted on, in sentences for people."""
        notes: list[str] = []
        if self.requires is not None:
            notes.append(f"REQUIRES {self.requires} is about Ollama's own version and is ignored.")
        if self.template is not None and is_go_template(self.template):
            notes.append("TEMPLATE is in Go's template language; the model's own chat template is used instead.")
        return tuple(notes)


def is_go_template(template: str) -> bool:
    """Whether a template is written in Go's language, as Ollama's are, and not in Jinja, as llama.cpp's are."""
    return bool(_GO_TEMPLATE.search(template))


def decode_modelfile(content: bytes, path: Path) -> str:
    """Decode a Modelfile's bytes: UTF-8, or UTF-16 with its mark. Raises Misused for anything else."""
    mark = next((mark for mark in _MARKS if content.startswith(mark)), b"")
    try:
        return content[len(mark) :].decode(_MARKS.get(mark, "utf-8"))
    except UnicodeDecodeError as error:
        raise Misused(f"{path} is not a text file.", hint="A Modelfile is plain text in UTF-8.") from error


def parse_modelfile(text: str) -> Modelfile:
    """Read a Modelfile. Raises Misused with the number of the line that cannot be understood."""
    modelfile = Modelfile(source="")
    for statement in read_statements(text):
        modelfile = _apply(modelfile, statement)
    if not modelfile.source:
        raise Misused("The Modelfile has no FROM line.", hint="It should say which model to use: `FROM llama3.2`.")
    return modelfile


def format_modelfile(modelfile: Modelfile) -> str:
    """Write a Modelfile that reads back as the same value. Raises Misused for a text that the grammar cannot hold."""
    return "\n".join(_lines(modelfile)) + "\n"


def _apply(modelfile: Modelfile, statement: Statement) -> Modelfile:
    value = statement.value
    match statement.instruction:
        case "FROM":
            if modelfile.source or not value:
                raise at_line(statement.line, "there can be one FROM, and it names a model")
            return replace(modelfile, source=value)
        case "PARAMETER":
            return _set_parameter(modelfile, statement)
        case "SYSTEM":
            return replace(modelfile, system=value)
        case "TEMPLATE":
            return replace(modelfile, template=value)
        case "ADAPTER":
            return replace(modelfile, adapters=(*modelfile.adapters, value))
        case "LICENSE":
            return replace(modelfile, licences=(*modelfile.licences, value))
        case "REQUIRES":
            return replace(modelfile, requires=value)
        case _:
            return replace(modelfile, messages=(*modelfile.messages, _example(statement)))


def _set_parameter(modelfile: Modelfile, statement: Statement) -> Modelfile:
    parameter, value = read_parameter(statement)
    if parameter.field == "stop":
        sampling = replace(modelfile.sampling, stop=(*modelfile.sampling.stop, str(value)))
        return replace(modelfile, sampling=sampling)
    change = {parameter.field: value}
    if parameter.is_sampling:
        return replace(modelfile, sampling=replace(modelfile.sampling, **change))
    return replace(modelfile, **change)


def _example(statement: Statement) -> Example:
    role = _ROLES.get(statement.key.lower())
    if role is None:
        raise at_line(statement.line, f"{statement.key[:40]!a} is no role", f"Roles are {', '.join(_ROLES)}.")
    return Example(role=role, text=statement.value)


def _lines(modelfile: Modelfile) -> Iterator[str]:
    yield f"FROM {quoted(modelfile.source)}"
    for adapter in modelfile.adapters:
        yield f"ADAPTER {quoted(adapter)}"
    for key, parameter in PARAMETERS.items():
        held: object = getattr(modelfile.sampling if parameter.is_sampling else modelfile, parameter.field)
        for value in cast("tuple[object, ...]", held) if isinstance(held, tuple) else (held,):
            if value is not None:
                yield f"PARAMETER {key} {quoted(str(value))}"
    for instruction, text in (("TEMPLATE", modelfile.template), ("SYSTEM", modelfile.system)):
        if text is not None:
            yield f"{instruction} {quoted(text)}"
    for message in modelfile.messages:
        yield f"MESSAGE {message.role.value} {quoted(message.text)}"
    for licence in modelfile.licences:
        yield f"LICENSE {quoted(licence)}"
    if modelfile.requires is not None:
        yield f"REQUIRES {quoted(modelfile.requires)}"
