"""The rules file is read exactly, and whatever is wrong in it is named with its line."""

from __future__ import annotations

import hashlib

import pytest

from aspen.core.errors import BadRule
from aspen.core.label import Sensitivity
from aspen.core.policy import Ceilings, Hours, Policy, Rule, Then
from aspen.core.request import Purpose
from aspen.privacy.rules_file import read_rules

HOME = "/home/ada"

WRITTEN = """\
[ceilings]
request = 0.50
day = "2"
month = 20

[[rule]]
then = "deny"
label = ["my-servers", "stays-here"]
to = "anthropic"
note = "contract of May"

[[rule]]
then = "allow"
to = ["anthropic", "openai"]
model = "claude-x"
purpose = "chat"
project = "fair"
path = ["~/marketing", "/srv/**/*.md"]

[[rule]]
then = "ask"
costs-over = 0.000001

[[rule]]
then = "ask"
between = "22:00-06:00"
days = ["mon", "fri"]
larger-than = "20 kB"
"""


def test_every_key_is_read() -> None:
    assert read_rules(WRITTEN, HOME) == Policy(
        rules=(
            Rule(
                then=Then.DENY,
                line=6,
                labels=frozenset({Sensitivity.INTERNAL, Sensitivity.PRIVATE}),
                to=frozenset({"anthropic"}),
                note="contract of May",
            ),
            Rule(
                then=Then.ALLOW,
                line=12,
                to=frozenset({"anthropic", "openai"}),
                models=frozenset({"claude-x"}),
                purposes=frozenset({Purpose.CHAT}),
                projects=frozenset({"fair"}),
                paths=("/home/ada/marketing", "/srv/**/*.md"),
            ),
            Rule(then=Then.ASK, line=20, costs_over_microdollars=1),
            Rule(
                then=Then.ASK,
                line=24,
                between=Hours(from_minute=22 * 60, to_minute=6 * 60),
                days=frozenset({0, 4}),
                larger_than_bytes=20_000,
            ),
        ),
        ceilings=Ceilings(request_microdollars=500_000, day_microdollars=2_000_000, month_microdollars=20_000_000),
        version=hashlib.sha256(WRITTEN.encode()).hexdigest(),
    )


def test_an_empty_file_has_no_rules_and_a_version_all_the_same() -> None:
    assert read_rules("") == Policy(version=hashlib.sha256(b"").hexdigest())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("\nrules = 1", "Line 2: 'rules' is no part of this file. Did you mean 'rule'?"),
        ("[rule]\nthen = 'ask'", "Line 1: rules are written as [[rule]], with two brackets."),
        ("rule = []", "Line 1: rules are written as [[rule]], with two brackets."),
        ("rule = [1]", "Line 1: 'rule' must be a table."),
        ("ceilings = 5", "Line 1: 'ceilings' must be a table."),
        ("[[rule]]\nto = 'x'", "Line 1: this rule does not say what then."),
        ("[[rule]]\nthen = 'alow'", "Line 2: 'alow' is no outcome. Did you mean 'allow'?"),
        ("[[rule]]\nthen = 'ask'\nlable = 'x'", "Line 3: 'lable' is no key of a rule. Did you mean 'label'?"),
        ("[[rule]]\nthen = 'ask'\nlabel = 'private'", "Line 3: 'private' is no label."),
        (
            "[[rule]]\nthen = 'ask'\nlabel = [\n 'may-leave',\n 'stay-here']",
            "Line 5: 'stay-here' is no label. Did you mean 'stays-here'?",
        ),
        ("[[rule]]\nthen = 'ask'\npurpose = 'chatting'", "Line 3: 'chatting' is no purpose. Did you mean 'chat'?"),
        ("[[rule]]\nthen = 'ask'\nto = []", "Line 3: this list is empty, so the rule could never hold."),
        ("[[rule]]\nthen = 'ask'\nto = ['a',\n'b',\n'a']", "Line 5: 'a' stands here twice."),
        ("[[rule]]\nthen = 'ask'\nto = ''", "Line 3: this must be one line of text that can be seen."),
        ("[[rule]]\nthen = 'ask'\nnote = \"\\u001b[31m\"", "Line 3: this must be one line of text that can be seen."),
        ("[[rule]]\nthen = 'ask'\nto = 5", "Line 3: this must be text in quotes."),
        ("[[rule]]\nthen = 'ask'\nto = {a = 1}", "Line 3: this must be text in quotes."),
        ("[[rule]]\nthen = 'ask'\npath = 'cases'", "Line 3: the path 'cases' is relative."),
        ("[[rule]]\nthen = 'ask'\npath = '~ada/cases'", "Line 3: the path '~ada/cases' is relative."),
        ("[[rule]]\nthen = 'ask'\npath = '/a/../b'", "Line 3: the path '/a/../b' goes through '.' or '..'."),
        ("[[rule]]\nthen = 'ask'\npath = '/a/b**'", "Line 3: in '/a/b**' '**' must stand alone between slashes."),
        ("[[rule]]\nthen = 'ask'\nbetween = 22", "Line 3: this must be two times of day, such as '22:00-06:00'."),
        ("[[rule]]\nthen = 'ask'\nbetween = '22-6'", "Line 3: this must be two times of day, such as '22:00-06:00'."),
        ("[[rule]]\nthen = 'ask'\nbetween = '22:60-06:00'", "Line 3: there is no time 22:60."),
        ("[[rule]]\nthen = 'ask'\nbetween = '22:00-24:01'", "Line 3: there is no time 24:01."),
        ("[[rule]]\nthen = 'ask'\nbetween = '06:00-06:00'", "Line 3: this begins and ends at the same minute."),
        ("[[rule]]\nthen = 'ask'\nbetween = '24:00-00:00'", "Line 3: this begins and ends at the same minute."),
        (
            "[[rule]]\nthen = 'ask'\nbetween = ['22:00-06:00']",
            "Line 3: this must be two times of day, such as '22:00-06:00'.",
        ),
        (
            "[[rule]]\nthen = 'ask'\ndays = ['mon',\n'tues']",
            "Line 4: 'tues' is no day of the week. Did you mean 'tue'?",
        ),
        ("[[rule]]\nthen = 'ask'\ndays = []", "Line 3: this list is empty, so the rule could never hold."),
        (
            "[[rule]]\nthen = 'ask'\nlarger-than = 'big'",
            "Line 3: this must be a size, such as '20 kB' or a number of bytes.",
        ),
        (
            "[[rule]]\nthen = 'ask'\nlarger-than = true",
            "Line 3: this must be a size, such as '20 kB' or a number of bytes.",
        ),
        ("[[rule]]\nthen = 'ask'\nlarger-than = -1", "Line 3: a size is between 0 and 1,000,000,000,000 bytes."),
        ("[[rule]]\nthen = 'ask'\nlarger-than = '9999 GB'", "Line 3: a size is between 0 and 1,000,000,000,000 bytes."),
        ("[[rule]]\nthen = 'ask'\nlarger-than = '0.0005 kB'", "Line 3: a size cannot be finer than a byte."),
        (
            "[[rule]]\nthen = 'ask'\nlager-than = 1",
            "Line 3: 'lager-than' is no key of a rule. Did you mean 'larger-than'?",
        ),
        ("[ceilings]\nweek = 1", "Line 2: 'week' is no ceiling."),
        ("[ceilings]\nday = true", "Line 2: this must be an amount of US dollars, such as 0.50."),
        ("[ceilings]\nday = '$5'", "Line 2: this must be an amount of US dollars, such as 0.50."),
        ("[ceilings]\nday = -1", "Line 2: an amount is between 0 and 1,000,000,000 US dollars."),
        ("[ceilings]\nday = nan", "Line 2: an amount is between 0 and 1,000,000,000 US dollars."),
        ("[ceilings]\nday = 1e999999", "Line 2: an amount is between 0 and 1,000,000,000 US dollars."),
        ("[ceilings]\nday = 0.0000005", "Line 2: an amount cannot be finer than a millionth of a dollar."),
        ("[ceilings]\nday = 1e-999999", "Line 2: an amount cannot be finer than a millionth of a dollar."),
        (
            "[ceilings]\nday = 0.50000000000000000000000000000000000001",
            "Line 2: an amount cannot be finer than a millionth of a dollar.",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(BadRule) as caught:
        read_rules(text, HOME)
    assert caught.value.sentence == sentence
    assert sentence.startswith(f"Line {caught.value.facts['line']}: ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\n\nb = = 2", 3),
        ("[[rule]]\nthen = 'ask'\nthen = 'deny'", 3),
        ("a = 1\nb = [", 2),
        ("\n" * 4 + "x = '''", 5),
        ("a = " + "[" * 100_000, 1),
        ("a = " + "9" * 5000, 1),
    ],
    ids=["no value", "key twice", "open list", "open text", "nested too deep", "number too long"],
)
def test_what_is_not_toml_is_named_with_its_line(text: str, line: int) -> None:
    with pytest.raises(BadRule) as caught:
        read_rules(text, HOME)
    assert caught.value.facts == {"line": line}
    assert caught.value.sentence.startswith(f"Line {line}: ")


def test_without_a_home_a_path_in_it_is_an_error_and_never_a_rule_that_does_not_hold() -> None:
    with pytest.raises(BadRule, match="Line 2: nobody's home is known here"):
        read_rules("[[rule]]\npath = '~/cases'\nthen = 'deny'")


def test_an_amount_is_never_rounded() -> None:
    policy = read_rules("[ceilings]\nrequest = 0.1\nday = 1.000001\nmonth = '0.30'", HOME)
    assert policy.ceilings == Ceilings(
        request_microdollars=100_000, day_microdollars=1_000_001, month_microdollars=300_000
    )


def test_the_version_changes_with_every_character() -> None:
    assert read_rules("# a").version != read_rules("# b").version


@pytest.mark.parametrize(
    ("written", "size_bytes"),
    [("0", 0), ("20000", 20_000), ("'20000 B'", 20_000), ("'20kB'", 20_000), ("'1.5 MB'", 1_500_000), ("'2 kb'", 2000)],
)
def test_a_size_is_bytes_or_text_with_a_unit(written: str, size_bytes: int) -> None:
    (rule,) = read_rules(f"[[rule]]\nthen = 'ask'\nlarger-than = {written}").rules
    assert rule.larger_than_bytes == size_bytes


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("09:00-17:30", Hours(from_minute=540, to_minute=1050)),
        ("22:00 - 24:00", Hours(from_minute=1320, to_minute=1440)),
        ("24:00-06:00", Hours(from_minute=0, to_minute=360)),
        ("22:00-00:00", Hours(from_minute=1320, to_minute=0)),
        ("00:00-24:00", Hours(from_minute=0, to_minute=1440)),
    ],
)
def test_hours_may_end_at_midnight_and_begin_there(written: str, hours: Hours) -> None:
    (rule,) = read_rules(f"[[rule]]\nthen = 'ask'\nbetween = '{written}'").rules
    assert rule.between == hours
