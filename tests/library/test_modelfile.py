"""Modelfiles: what each line means, what is refused with its line, and that writing and reading are one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aspen.core.errors import Misused
from aspen.core.message import Role
from aspen.core.request import Sampling
from aspen.library.modelfile import Example, Modelfile, decode_modelfile, format_modelfile, parse_modelfile
from aspen.library.modelfile_grammar import quoted

WHOLE = '''# a comment
from llama3.2
PARAMETER temperature 0.3
Parameter NUM_CTX 4096
PARAMETER num_predict -1
PARAMETER stop "<|im_end|>"
PARAMETER stop <|eot_id|>
PARAMETER stop """### User:
"""

SYSTEM """
You are "Mario".
  # not a comment
"""
TEMPLATE """{{ if .System }}{{ .System }}{{ end }}{{ .Prompt }}"""
ADAPTER ./style.gguf
MESSAGE user Is Rome in Italy?
MESSAGE assistant   yes
LICENSE MIT
LICENSE "  two  "
REQUIRES 0.14.0
'''


def test_every_instruction_is_understood_in_any_letter_case() -> None:
    assert parse_modelfile(WHOLE) == Modelfile(
        source="llama3.2",
        sampling=Sampling(temperature=0.3, stop=("<|im_end|>", "<|eot_id|>", "### User:\n")),
        context_tokens=4096,
        system='\nYou are "Mario".\n  # not a comment\n',
        template="{{ if .System }}{{ .System }}{{ end }}{{ .Prompt }}",
        adapters=("./style.gguf",),
        messages=(Example(role=Role.USER, text="Is Rome in Italy?"), Example(role=Role.ASSISTANT, text="yes")),
        licences=("MIT", "  two  "),
        requires="0.14.0",
    )


def test_line_ends_of_windows_change_nothing() -> None:
    assert parse_modelfile(WHOLE.replace("\n", "\r\n")) == parse_modelfile(WHOLE)


def test_what_is_understood_and_not_acted_on_is_told() -> None:
    requires, template = parse_modelfile(WHOLE).notes

    assert "0.14.0" in requires
    assert "Go's template language" in template
    assert parse_modelfile("FROM x\nTEMPLATE {{ messages[0].content }}{% if a %}{% endif %}").notes == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain  words ", "plain  words"),
        ('"  kept  "', "  kept  "),
        ('"over\nlines"', "over\nlines"),
        ('""', ""),
        ('""""""', ""),
        ('"""it said "yes""""', 'it said "yes"'),
        ('"""a"""b\nc"""', 'a"""b\nc'),
        ("你好👋", "你好👋"),
        ('"\'"', "'"),
    ],
)
def test_values_are_plain_quoted_or_in_triple_quotes(value: str, text: str) -> None:
    assert parse_modelfile(f"FROM x\nSYSTEM {value}\n").system == text


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("FROM x\nBADWORD y", 2, "'BADWORD' is no instruction"),
        ("FROM x\n\n# c\nPARAMETER mirostat 1", 4, "Aspen has no parameter 'mirostat'"),
        ("FROM x\nPARAMETER temperature", 2, "PARAMETER needs a name and a value"),
        ("FROM x\nPARAMETER temperature warm", 2, "temperature must be a number of at least 0, not 'warm'"),
        ("FROM x\nPARAMETER temperature nan", 2, "temperature must be"),
        ("FROM x\nPARAMETER top_p 1.5", 2, "top_p must be a number from 0 to 1"),
        ("FROM x\nPARAMETER num_ctx 0", 2, "num_ctx must be a whole number above 0"),
        ('FROM x\nPARAMETER stop ""', 2, "stop must be a text"),
        ("FROM x\nMESSAGE villain hello", 2, "'villain' is no role"),
        ("FROM x\nMESSAGE user", 2, "MESSAGE needs a role and a text"),
        ("FROM x\nSYSTEM", 2, "SYSTEM needs a value"),
        ('FROM x\nSYSTEM """\nnever closed', 2, 'its """ is never closed'),
        ('FROM x\nSYSTEM "', 2, 'its " is never closed'),
        ("FROM x\nFROM y", 2, "there can be one FROM"),
    ],
)
def test_what_cannot_be_understood_is_told_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(Misused) as caught:
        parse_modelfile(text)
    assert caught.value.sentence.startswith(f"Line {line} of the Modelfile: {what}")
    assert caught.value.facts == {"line": line}


def test_an_unknown_parameter_is_answered_with_those_that_are_known() -> None:
    with pytest.raises(Misused) as caught:
        parse_modelfile("FROM x\nPARAMETER num_gpu 1")
    assert "num_ctx, num_predict, temperature" in caught.value.hint


@pytest.mark.parametrize("text", ["", "# nothing\n", "SYSTEM hello"])
def test_a_modelfile_without_a_model_is_refused(text: str) -> None:
    with pytest.raises(Misused, match="no FROM line"):
        parse_modelfile(text)


def test_utf_8_and_utf_16_are_read_and_other_bytes_refused() -> None:
    path = Path("Modelfile")
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert parse_modelfile(decode_modelfile("FROM bob\nSYSTEM 你好".encode(encoding), path)).system == "你好"
    with pytest.raises(Misused, match="is not a text file"):
        decode_modelfile(b"GGUF\xff\xff", path)


def test_a_text_that_the_grammar_cannot_hold_is_refused_and_not_mangled() -> None:
    with pytest.raises(Misused):
        format_modelfile(Modelfile(source="x", system='a"""\nb"\nc'))


TEXTS = st.text(max_size=60).filter(lambda text: '"""' not in text and "\r\n" not in text)
WORDS = TEXTS.filter(bool)
SHARES = st.floats(min_value=0, max_value=1)
MODELFILES = st.builds(
    Modelfile,
    source=WORDS,
    sampling=st.builds(
        Sampling,
        temperature=st.none() | st.floats(min_value=0, allow_infinity=False),
        top_p=st.none() | SHARES,
        top_k=st.none() | st.integers(min_value=0),
        min_p=st.none() | SHARES,
        repeat_penalty=st.none() | st.floats(min_value=0, allow_infinity=False),
        repeat_last_n=st.none() | st.integers(min_value=-1),
        seed=st.none() | st.integers(),
        stop=st.lists(WORDS, max_size=3).map(tuple),
    ),
    context_tokens=st.none() | st.integers(min_value=1),
    answer_tokens=st.none() | st.integers(min_value=1),
    system=st.none() | TEXTS,
    template=st.none() | TEXTS,
    adapters=st.lists(TEXTS, max_size=2).map(tuple),
    messages=st.lists(
        st.builds(Example, role=st.sampled_from([Role.SYSTEM, Role.USER, Role.ASSISTANT]), text=TEXTS), max_size=3
    ).map(tuple),
    licences=st.lists(TEXTS, max_size=2).map(tuple),
    requires=st.none() | TEXTS,
)


@settings(max_examples=100, deadline=None)
@given(MODELFILES)
def test_what_is_written_reads_back_as_the_same_value(modelfile: Modelfile) -> None:
    assert parse_modelfile(format_modelfile(modelfile)) == modelfile


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='ab"\n\r# ', max_size=30))
def test_any_text_is_either_held_exactly_or_refused(text: str) -> None:
    try:
        value = quoted(text)
    except Misused:
        return
    assert parse_modelfile(f"FROM x\nSYSTEM {value}\nREQUIRES 1").system == text


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_text_at_all_makes_the_reader_fail_in_another_way(text: str) -> None:
    try:
        parse_modelfile(f"FROM x\n{text}")
    except Misused as error:
        assert error.sentence.isprintable()
