from __future__ import annotations

import time
from pathlib import Path

import pytest

from aspen.core.errors import BadModelFile
from aspen.local.chat_template import MOST_TEMPLATE_CHARACTERS, check_template
from aspen.local.gguf_header import read_header

_DOUBLING = "{% set ns = namespace(a=START) %}{% for i in range(60) %}{% set ns.a = TURN %}{% endfor %}{{ ns.a }}"


def _doubled(start: str, turn: str) -> str:
    return _DOUBLING.replace("START", start).replace("TURN", turn)


def test_the_starter_models_template_is_good(starter_model: Path) -> None:
    check_template(read_header(starter_model).chat_template)


@pytest.mark.parametrize("template", [None, "", "  \n"])
def test_a_missing_template_is_named(template: str | None) -> None:
    with pytest.raises(BadModelFile, match=r"Tiny has no chat template"):
        check_template(template, model_name="Tiny")


@pytest.mark.parametrize(
    "template",
    [
        # Refuses system messages.
        "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}{{ messages[-1].content }}",
        # Wants content in parts.
        "{{ messages[-1]['content'][0]['text'] }}",
        # Takes no history.
        "{% if messages|length > 1 %}{{ raise_exception('one turn') }}{% endif %}{{ messages[0].content }}",
        "{% for m in messages %}{{ m.content }}{% if loop.last %}{% break %}{% endif %}{% continue %}{% endfor %}",
        "{{ strftime_now('%Y') }}{{ messages | tojson(indent=2) }}{{ '%02d' % 3 }}{{ '{:>4}'.format('a') }}",
        "{% generation %}{{ messages[-1].content | trim | replace('a', 'a') }}{% endgeneration %}",
        "{% macro show(m) %}{{ caller() }}{% endmacro %}{% call show(1) %}{{ messages[-1].content }}{% endcall %}",
        "{% set ns = namespace(t='') %}{% for m in messages %}{% set ns.t = ns.t ~ m.content %}{% endfor %}{{ ns.t }}",
        "{{ bos_token + messages | map(attribute='content') | join('') }}{% if tools %}{{ 1 / 0 }}{% endif %}",
    ],
)
def test_what_templates_of_real_models_do_is_allowed(template: str) -> None:
    check_template(template)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{% if %}", "line 1 makes no sense"),
        ("a\n\n{{ 'b", "line 3 makes no sense"),
        ("hello", "leaves out what the user says"),
        ("{{ raise_exception('never \x1b[31m') }}", r"refuses the conversation \(never  \[31m\)"),
        ("{{ missing.at.all }}", "'missing' is undefined"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{% include 'x' %}", "TypeError"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "RecursionError"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "RecursionError"),
        ("{% for i in messages %}" * 30 + "x" + "{% endfor %}" * 30, "SyntaxError"),
        ("x" * (MOST_TEMPLATE_CHARACTERS + 1), "256001 characters"),
    ],
)
def test_a_template_that_does_not_work_says_why(template: str, words: str) -> None:
    with pytest.raises(BadModelFile, match=words) as caught:
        check_template(template)
    assert caught.value.sentence.isprintable()


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ messages.append(1) }}",
        "{{ self.__init__.__globals__ }}",
        "{{ ('{:>1000000000}' | attr('format'))(1) }}",
        "{{ 'a' * 10 ** 9 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:>1000000000}'.format('a') }}",
        "{{ '{:{}}'.format('a', '>1000000000') }}",
        "{{ 'a' | indent(1000000000, true) }}",
        "{{ 'a'.zfill(1000000000) }}",
        "{{ messages | batch(1000000000, 'x') | list }}",
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        "{% for i in range(99999) %}" + "y" * 100_000 + "{% endfor %}",
        "{% for i in range(9999) %}{% set a %}" + "y" * 100_000 + "{% endset %}{% endfor %}",
        _doubled("'x'", "ns.a ~ ns.a"),
        _doubled("'x'", "ns.a + ns.a"),
        _doubled("'xx'", "ns.a | replace('x', ns.a)"),
        _doubled("'xx'", "ns.a.replace('x', ns.a)"),
        _doubled("'x'", "ns.a.join([ns.a, ns.a, ns.a])"),
        _doubled("'x'", "[ns.a, ns.a, ns.a] | join(ns.a)"),
        _doubled("[1]", "[ns.a, ns.a]"),
        _doubled("[1]", "dict(a=ns.a, b=ns.a)"),
    ],
)
def test_a_template_that_would_do_harm_is_stopped_within_a_second(template: str) -> None:
    began = time.process_time()
    with pytest.raises(BadModelFile, match=r"that (may do harm|does not work)"):
        check_template(template)
    assert time.process_time() - began < 5.0
