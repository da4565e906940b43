"""A Jinja sandbox for chat templates of strangers, bounded in steps, time and size.

Jinja's own sandbox keeps a template away from Python's internals, but lets it loop for days and fill the memory. Here
every loop turn and call is counted, and the known ways to build a large text are checked before it is built. That is a
fence; the wall is that the engine, which renders the template again for every request, runs in a jail.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

from jinja2 import nodes
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

MOST_STEPS = 100_000
MOST_SECONDS = 1.0
MOST_SIZE = 200_000
"""Characters and elements of any value that a template builds, and of all that it writes."""
_MOST_NUMBER_BITS = 256
_MOST_POWER = 64
_MOST_ARGUMENT = 1_000
_GENERATION_TAG = re.compile(r"\{%-?\s*(?:end)?generation\s*-?%\}")
_REMOVED_FILTERS = ("center", "wordwrap", "urlize", "pprint", "xmlattr", "filesizeformat")
_REFUSED_METHODS = frozenset({"center", "ljust", "rjust", "zfill", "expandtabs", "translate"})
_WIDE_FIELD = re.compile(r"\d{4}|\*|\{[^{}]*\{")
"""Field widths that could fill the memory: of four digits, or taken from an argument."""
_SIZING_FILTERS = frozenset({"batch", "indent", "slice", "tojson", "truncate"})

_T = TypeVar("_T")
_Function = Callable[..., Any]


class RefusedByTemplate(TemplateError):
    """The template itself called `raise_exception`."""


class TooMuch(SecurityError):
    """The template went over a bound."""


class ChatTemplateSandbox(ImmutableSandboxedEnvironment):
    """Renders one template once; make a new one for each rendering. Options as in Hugging Face's and llama.cpp's."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,
            extensions=["jinja2.ext.loopcontrols"],
            finalize=self._finalize,
        )
        self._steps = 0
        self._written = 0
        self._deadline = time.monotonic() + MOST_SECONDS
        functions = cast("dict[str, _Function]", self.globals)
        functions.pop("lipsum")
        functions.update(raise_exception=_raise_exception, strftime_now=time.strftime)
        filters = cast("dict[str, _Function]", self.filters)
        for name in _REMOVED_FILTERS:
            filters.pop(name)
        filters.update(tojson=_to_json, join=_join, replace=_replace)
        for name, function in list(filters.items()):
            filters[name] = self._bounded(name, function)

    def render(self, source: str, variables: Mapping[str, object]) -> str:
        """Render a template. Raises TemplateError, and whatever Python raises for nonsense in it."""
        # The tag marks the model's own words for training; here only its body matters.
        tree = _Counting().visit(self.parse(_GENERATION_TAG.sub("", source)))
        code = self.compile(cast("nodes.Template", tree))
        return self.template_class.from_code(self, code, self.make_globals(None)).render(dict(variables))

    def count_step(self, literal_characters: int = 0) -> None:
        """Count one turn of a loop that writes that many literal characters; TooMuch when it was one too many."""
        self._steps += 1
        self._write(literal_characters)
        if self._steps > MOST_STEPS or time.monotonic() > self._deadline:
            raise TooMuch("it loops for too long")

    def concatenate(self, *values: object) -> str:
        """Do what `~` does, within bounds."""
        return "".join(weighed([str(weighed(value)) for value in values]))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return attr not in _REFUSED_METHODS and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> _Function | None:
        function = super().wrap_str_format(value)
        if function is not None:
            _check_format(str(value.__self__))
        return function

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.count_step()
        owner = getattr(obj, "__self__", None)
        if isinstance(owner, str):
            match getattr(obj, "__name__", ""):
                case "join":
                    return _join(args[0] if args else (), owner)
                case "replace":
                    return _replace(owner, *args)
                case _:
                    pass
        return weighed(super().call(context, obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        _check_operands(operator, left, right)
        return weighed(super().call_binop(context, operator, left, right))

    def _finalize(self, value: _T) -> _T:
        self._write(len(str(weighed(value))))
        return value

    def _write(self, characters: int) -> None:
        self._written += characters
        if self._written > MOST_SIZE:
            raise TooMuch("it writes too much")

    def _bounded(self, name: str, function: _Function) -> _Function:
        @functools.wraps(function)
        def bounded(*args: Any, **kwargs: Any) -> Any:
            self.count_step()
            for argument in (*args, *kwargs.values()):
                weighed(argument)
                if name == "format" and isinstance(argument, str):
                    _check_format(argument)
                if name in _SIZING_FILTERS and isinstance(argument, int) and argument > _MOST_ARGUMENT:
                    raise TooMuch(f"it asks {name} for {argument}")
            return weighed(function(*args, **kwargs))

        return bounded


def weighed(value: _T) -> _T:
    """Return the value if all that hangs on it is within bounds; shared parts count each time, as in printing."""
    left = MOST_SIZE
    pending: list[object] = [value]
    while pending:
        item = pending.pop()
        left -= 1
        match item:
            case str() | bytes():
                left -= len(item)
            case int():
                if item.bit_length() > _MOST_NUMBER_BITS:
                    raise TooMuch("it builds a huge number")
            case dict():
                entries = cast("dict[object, object]", item)
                left -= len(entries)
                if left >= 0:
                    pending.extend(itertools.chain.from_iterable(entries.items()))
            case list() | tuple() | set() | frozenset():
                elements = cast("list[object]", item)
                left -= len(elements)
                if left >= 0:
                    pending.extend(elements)
            case _:
                pass
        if left < 0:
            raise TooMuch("it builds something huge")
    return value


class _Counting(NodeTransformer):
    """Puts a counter into the body of each loop and macro, and bounds on each `~`."""

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        literal = sum(len(text.data) for text in node.find_all(nodes.TemplateData))
        node = super().generic_visit(node, *args, **kwargs)
        match node:
            case nodes.For() | nodes.Macro() | nodes.CallBlock():
                step = nodes.ExprStmt(_call("count_step", [nodes.Const(literal)]))
                node.body.insert(0, step.set_lineno(node.lineno))
            case nodes.Concat():
                return _call("concatenate", node.nodes).set_lineno(node.lineno)
            case _:
                pass
        return node


def _call(method: str, arguments: list[nodes.Expr]) -> nodes.Call:
    """A call of the sandbox's own method, which no name in a template can hide."""
    return nodes.Call(nodes.EnvironmentAttribute(method), arguments, [], None, None)


def _check_operands(operator: str, left: Any, right: Any) -> None:
    """Refuse what would be huge before it is built. Other nonsense raises by itself."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, (str, bytes, list, tuple)):
            size = len(cast("list[object]", one))
            if operator == "*" and isinstance(other, int) and size * other > MOST_SIZE:
                raise TooMuch("it builds something huge")
    weighed((left, right))
    if operator == "%" and isinstance(left, str):
        _check_format(left)
    if operator == "**" and isinstance(right, (int, float)) and abs(right) > _MOST_POWER:
        raise TooMuch("it builds a huge number")


def _check_format(text: str) -> None:
    if _WIDE_FIELD.search(text):
        raise TooMuch("it formats a text to a large width")


def _raise_exception(message: object = "") -> None:
    raise RefusedByTemplate(str(message)[:200])


def _to_json(value: object, indent: int | None = None, **_options: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _join(values: Iterable[object], separator: str = "", attribute: str | None = None) -> str:
    if attribute is not None:
        raise TooMuch("it joins by attribute")
    texts = [str(value) for value in weighed(list(itertools.islice(values, MOST_SIZE)))]
    if len(texts) * len(separator) > MOST_SIZE:
        raise TooMuch("it builds something huge")
    return separator.join(weighed(texts))


def _replace(text: str, old: str, new: str, count: int | None = None) -> str:
    text, old, new = str(text), str(old), str(new)
    if (text.count(old) + 1) * len(new) > MOST_SIZE:
        raise TooMuch("it builds something huge")
    return text.replace(old, new, -1 if count is None else count)
