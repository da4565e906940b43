"""In any valid rules file with one broken value, the line that the error names is the line of that value."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aspen.core.errors import BadRule
from aspen.privacy.rules_file import read_rules

_NOISE = ["", "# [[rule]] then = 'x'", "  \t# 'quotes\" and [", "\t"]
_QUOTED = ['"{}"', "'{}'", '"""{}"""', "'''{}'''"]
_VALUES = {
    "label": ["stays-here", "my-servers", "may-leave"],
    "to": ["anthropic", "openai", "a # b", "x = [1]"],
    "model": ["claude-x", "]"],
    "purpose": ["chat", "title"],
    "project": ["fair", "}"],
    "path": ["~/cases", "/srv/**", "~/a, b"],
    "days": ["mon", "sun"],
}
_BROKEN = {
    "label": "'secret'",
    "to": "''",
    "model": "5",
    "purpose": "['x']",
    "project": "true",
    "path": "'relative'",
    "then": "'forbid'",
    "costs-over": "'many'",
    "note": "[]",
    "between": "'9-5'",
    "days": "'monday!'",
    "larger-than": "'1 kiB'",
}

_newlines = st.sampled_from(["\n", "\r\n"])


@dataclass
class Writing:
    """A file that grows: what is written, and on which line a value was broken on purpose."""

    chance: Random
    broken_key: str | None
    lines: list[str] = field(default_factory=lambda: [""])
    broken_line: int | None = None

    def put(self, text: str) -> None:
        """Continue the present line."""
        first, *more = text.split("\n")
        self.lines[-1] += first
        self.lines += more

    def pause(self) -> None:
        """End the line, perhaps with more lines that say nothing."""
        for noise in self.chance.choices(_NOISE, k=self.chance.randrange(3)):
            self.put(f"{noise}\n")
        self.put("\n")

    def key(self, name: str) -> None:
        self.put(self.chance.choice([name, f'"{name}"', f"'{name}'"]))
        self.put(self.chance.choice([" = ", "=", " =\t"]))

    def value(self, name: str, written: str) -> None:
        """Write a value, or in its place the one that is broken."""
        if name == self.broken_key and self.broken_line is None:
            self.broken_line = len(self.lines)
            written = _BROKEN[name]
        self.put(written)

    def text(self, word: str) -> str:
        return self.chance.choice(_QUOTED).format(word)


def _condition(writing: Writing, name: str) -> None:
    words = writing.chance.sample(_VALUES[name], k=writing.chance.randint(1, len(_VALUES[name])))
    writing.key(name)
    if len(words) == 1:
        writing.value(name, writing.text(words[0]))
        return
    writing.put("[")
    for word in words:
        if writing.chance.randrange(2):
            writing.pause()
        writing.value(name, writing.text(word))
        writing.put(writing.chance.choice([",", " , "]))
    writing.put("]")


def _rule(writing: Writing) -> None:
    writing.put("[[rule]]")
    names = writing.chance.sample([*_VALUES, "then", "costs-over", "between", "larger-than", "note"], k=12)
    for name in names[: names.index("then") + 1]:
        writing.pause()
        match name:
            case "then":
                writing.key(name)
                writing.value(name, writing.text(writing.chance.choice(["allow", "ask", "deny"])))
            case "costs-over":
                writing.key(name)
                writing.value(name, writing.chance.choice(["0.5", "1", "'2.25'", "1e-6"]))
            case "between":
                writing.key(name)
                writing.value(name, writing.chance.choice(["'22:00-06:00'", '"00:00 - 24:00"']))
            case "larger-than":
                writing.key(name)
                writing.value(name, writing.chance.choice(["20_000", "'20 kB'", "'1.5MB'"]))
            case "note":
                writing.key(name)
                writing.value(name, writing.chance.choice(["'why'", '"""\\\n  why # not"""']))
            case _:
                _condition(writing, name)
    writing.pause()


def written(seed: int, broken_key: str | None) -> Writing:
    """Write a file by chance. One seed instead of a draw for each choice makes a hundred thousand files affordable."""
    writing = Writing(chance=Random(seed), broken_key=broken_key)
    writing.pause()
    writing.put(writing.chance.choice(["", "ceilings = { day = 1, month = '2.5' }\n", "[ceilings]\nday = 0.5 # x\n"]))
    for _ in range(writing.chance.randint(1, 3)):
        _rule(writing)
    return writing


@given(seed=st.integers(0, 2**64), broken_key=st.none() | st.sampled_from(sorted(_BROKEN)), newline=_newlines)
def test_the_line_that_is_named_is_the_line_that_is_broken(seed: int, broken_key: str | None, newline: str) -> None:
    writing = written(seed, broken_key)
    text = newline.join(writing.lines)
    tomllib.loads(text)
    if writing.broken_line is None:
        assert read_rules(text, "/home/ada").rules
        return
    with pytest.raises(BadRule) as caught:
        read_rules(text, "/home/ada")
    assert caught.value.facts["line"] == writing.broken_line


@given(text=st.text(st.sampled_from("[]{}\"'=.,#rule then\n"), max_size=60))
def test_a_file_of_any_kind_is_read_or_refused_with_a_line(text: str) -> None:
    try:
        read_rules(text, "/home/ada")
    except BadRule as error:
        assert 1 <= int(str(error.facts["line"])) <= text.count("\n") + 1


@given(amount=st.decimals(min_value=0, max_value=10**9, places=6))
def test_an_amount_keeps_every_millionth(amount: Decimal) -> None:
    assume(amount.is_finite())
    expected = int(amount.scaleb(6))
    for written in (f"{amount:f}", f"'{amount:f}'"):
        assert read_rules(f"[ceilings]\nday = {written}").ceilings.day_microdollars == expected
