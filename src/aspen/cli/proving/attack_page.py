"""What `aspen prove --attack` says to people: each attempt on a line with the kernel's answer, and the counter."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from aspen.cli.proving.printing import titled, verdict
from aspen.cli.reading import Json, count, mapping, number, objects, text
from aspen.cli.terminal import clean_line

_NAME_COLUMNS = 62


def page(outcome: Json) -> str:
    """Lay out the whole attack."""
    sections = [verdict(outcome), _control(outcome)]
    for attacked in objects(outcome, "attacked"):
        sections += _attacked(attacked)
    sections += [titled("Afterwards", _afterwards(outcome)), _counter(outcome)]
    return "\n\n".join(section for section in sections if section)


def _control(outcome: Json) -> str:
    """The same ways out without any walls: what the counter must see."""
    network = mapping(outcome, "network")
    if not network.get("is_counted"):
        why = f"this system gives no network of one's own to count in ({text(network, 'why_not')})"
        return f"No packets were counted: {why}. The attempts themselves were made."
    lines = [
        _line(text(each, "name"), f"{_answer(each)}, packets sent: {count(each, 'packets')}")
        for each in objects(outcome, "control")
    ]
    title = f"Control: unsealed code, in a network that leads nowhere (by {text(network, 'way_out')})"
    return "\n".join([title, *lines])


def _attacked(attacked: Json) -> Iterator[str]:
    tries = objects(attacked, "attempts")
    for group, within in groupby(tries, key=lambda each: (text(each, "group"), text(each, "why_open"))):
        name, why = group
        title = f"{text(attacked, 'name').capitalize()}, process {count(attacked, 'pid')}: {name}"
        lines = [_line(text(each, "name"), _answer(each)) for each in within]
        yield "\n".join([title, *([f"  {clean_line(why)}"] if why else []), *lines])


def _answer(attempt: Json) -> str:
    """The kernel's refusal, or that there was none."""
    if attempt.get("blocked"):
        return f"refused: {text(attempt, 'detail')}"
    return f"open ({text(attempt, 'detail')})"


def _line(name: str, answer: str) -> str:
    return f"  {clean_line(name):<{_NAME_COLUMNS}}  {answer}"


def _afterwards(outcome: Json) -> Iterator[str]:
    told = mapping(outcome, "afterwards")
    yield f"Previews that still wait for a person: {count(told, 'previews_waiting')} of 1."
    state = "whole" if told.get("ledger_is_whole") else "BROKEN"
    yield f"Sent, by the ledger: {count(told, 'sent')}. The ledger is {state}."


def _counter(outcome: Json) -> str:
    network = mapping(outcome, "network")
    if not network.get("is_counted"):
        return ""
    counted = f"control {count(network, 'control_packets')}, during the attack {number(network, 'attack_packets'):.0f}"
    return f"Packets counted: {counted}."
