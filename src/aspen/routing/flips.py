"""What would have led elsewhere: one sentence for each kind of obstacle, nearest model first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from aspen.core.label import PUBLIC, LabelSource
from aspen.core.policy import Denied, Facts, MustAsk, Policy
from aspen.privacy.judging import judge
from aspen.routing.objections import Asked, Weighed, obstacle

_MOST = 4


def flips(others: Iterable[Weighed], asked: Asked, *, is_here: bool) -> tuple[str, ...]:
    """Return what would have led to one of the `others` instead; `is_here` says that a local model was chosen."""
    found: dict[str, str] = {}
    for weighed in others:
        if weighed.candidate.is_here == is_here or not weighed.candidate.is_routable:
            continue
        kind = "" if weighed.objection is None else weighed.objection.code
        if kind not in found and (words := _flip(weighed, asked)):
            found[kind] = words
    return tuple(found.values())[:_MOST]


def _flip(weighed: Weighed, asked: Asked) -> str:
    name, provider, objection = weighed.candidate.name, weighed.candidate.provider, weighed.objection
    if objection is None and weighed.candidate.is_here:
        return f"With --model {name} it would stay on this computer."
    if objection is None:
        seen = ", once you have seen what leaves" if isinstance(weighed.judgement, MustAsk) else ""
        return f"With --model {name} it would go to {provider}{seen}."
    if not isinstance(weighed.judgement, Denied):
        return objection.flip
    if obstacle(weighed.candidate, asked) is not None:
        return ""
    return _label_flip(asked.facts(weighed.candidate), asked)


def _label_flip(facts: Facts, asked: Asked) -> str:
    """Judge again with one thing changed; only what would then not be denied is said."""
    policy, label, without = asked.situation.policy, facts.label, asked.situation.label_without_files
    there = f"it could go to {facts.model}"
    if facts.paths and without is not None and _is_open(replace(facts, label=without, paths=()), policy):
        return f"Without {_names(facts.paths)} {there}."
    if not facts.paths and label.source is LabelSource.UNSET:
        said = replace(facts, label=replace(PUBLIC, providers=label.providers))
        return f"With --label may-leave {there}." if _is_open(said, policy) else ""
    if not label.allows(facts.provider) and _is_open(replace(facts, label=replace(label, providers=None)), policy):
        return f"With `aspen allow … --to {facts.provider}` {there}."
    return ""


def _is_open(facts: Facts, policy: Policy) -> bool:
    return not isinstance(judge(facts, policy), Denied)


def _names(paths: tuple[str, ...]) -> str:
    names = [PurePosixPath(path).name for path in paths]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
