"""The rules that come with Aspen can all be compiled, are indexed by their keywords, and bring their licence."""

from __future__ import annotations

from importlib import resources

from aspen.privacy.detection.secret_rules import rule_set


def test_every_rule_compiles_and_has_its_group() -> None:
    for rule in rule_set().rules:
        assert (rule.group or 0) <= rule.compiled().groups, rule.name


def test_there_are_some_hundred_rules_and_each_can_be_reached() -> None:
    rules = rule_set()
    assert len(rules.rules) > 400
    reached = {id(rule) for wanting in rules.by_keyword.values() for rule in wanting}
    assert reached == {id(rule) for rule in rules.rules}


def test_a_keyword_calls_also_for_the_rules_of_shorter_ones_that_it_begins_with() -> None:
    by_keyword = rule_set().by_keyword
    longer, shorter = next(
        (word, other) for word in by_keyword for other in by_keyword if word != other and word.startswith(other)
    )
    assert {id(rule) for rule in by_keyword[shorter]} <= {id(rule) for rule in by_keyword[longer]}


def test_no_rule_knows_how_to_ask_an_issuer() -> None:
    text = resources.files("aspen.privacy.detection").joinpath("secret_rules.json").read_text("utf-8")
    assert "http.get" not in text
    assert "http.post" not in text


def test_the_licence_of_the_rules_is_beside_them() -> None:
    licence = resources.files("aspen.privacy.detection").joinpath("secret_rules.LICENSE").read_text("utf-8")
    assert "MIT License" in licence
    assert "Zachary Rice" in licence
