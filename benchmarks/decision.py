"""(i) Milliseconds to decide who answers, on a conversation of 30,000 tokens with forty models to choose from.

    python -m benchmarks.decision [--rounds 1000]

A decision is what the core does between the gathered request and its answer: join the labels of all messages, bound
what each model could cost, and choose. The text is real English, in turns of about 400 tokens; the rules are twenty,
with globs; a name, `auto` and `cloud` are asked for in turns.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from socket import socket

from aspen.cloud.gate_client import GateClient
from aspen.cloud.price_list import PriceList
from aspen.cloud.prices import ModelPrices, Rate
from aspen.core.egress import Hint, Origin
from aspen.core.errors import GateUnreachable
from aspen.core.label import PUBLIC, UNSET, Label, LabelSource, Sensitivity
from aspen.core.message import Message, Role
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.policy import Policy
from aspen.core.provider import Provider
from aspen.core.request import AUTO, Request
from aspen.privacy.ceilings import Spent
from aspen.privacy.joining import with_joined_label
from aspen.privacy.rules_file import read_rules
from aspen.providers.catalogue import shipped_providers
from aspen.providers.own_server import OwnServer, own_server
from aspen.routing.candidate import Candidate, Situation
from aspen.routing.choosing import choose
from aspen.routing.naming import CLOUD
from aspen.service.elsewhere import Elsewhere
from aspen.workspace import SystemClock
from benchmarks.measuring import report
from benchmarks.texts import BYTES_PER_TOKEN, prose

_MEDIAN_MS, _P99_MS = 5.0, 30.0
_TOKENS = 30_000
_TURN_TOKENS = 400
_CANDIDATES = 40
_LABELS = (
    PUBLIC,
    UNSET,
    Label(sensitivity=Sensitivity.INTERNAL, source=LabelSource.DECLARED, reasons=("project Fair",)),
    Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DETECTED, reasons=("1 card number in notes.txt",)),
)
_RULE = '[[rule]]\nthen = "{then}"\nto = ["{to}"]\nlabel = ["may-leave"]\npath = ["~/cases/{number}/**"]\n'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    rounds = parser.parse_known_args()[0].rounds
    elsewhere, here = _elsewhere(), _local()
    requests = _requests()
    count = 1 + len(elsewhere.candidates(requests[0]))
    wall_ms: list[float] = []
    began_cpu = time.process_time()
    for number in range(rounds):
        began = time.perf_counter()
        _decide(requests[number % len(requests)], elsewhere, here)
        wall_ms.append((time.perf_counter() - began) * 1000)
    cpu_ms = (time.process_time() - began_cpu) * 1000 / rounds
    median, p99 = statistics.median(wall_ms), statistics.quantiles(wall_ms, n=100)[98]
    report(
        f"(i) decision on {_TOKENS:,} tokens among {count} models, median",
        f"{median:.2f} ms (CPU {cpu_ms:.2f} ms)",
        f"<= {_MEDIAN_MS:g} ms",
        met=median <= _MEDIAN_MS,
    )
    report("(i) the same, 99th percentile", f"{p99:.2f} ms", f"<= {_P99_MS:g} ms", met=p99 <= _P99_MS)


def _decide(request: Request, elsewhere: Elsewhere, here: Candidate) -> None:
    """As `service.asking` decides."""
    labelled = with_joined_label(request)
    situation = Situation(
        policy=elsewhere.policy,
        spent=elsewhere.spent,
        origin=Origin(paths=(str(Path.home() / "cases" / "7" / "notes.txt"),), is_named=True),
        hints=(Hint(kind="phone number", count=1),),
        label_without_files=labelled.label,
    )
    choose(labelled, [here, *elsewhere.candidates(labelled)], situation)


def _requests() -> list[Request]:
    """One conversation with each label at its last word, for each way to name a model."""
    messages = _conversation()
    names = (AUTO, CLOUD, shipped_providers()[0].models[0].name)
    return [
        Request(request_id="1", messages=(*messages[:-1], replace(messages[-1], label=label)), wanted_model=name)
        for name in names
        for label in _LABELS
    ]


def _conversation() -> Sequence[Message]:
    turn_bytes = int(_TURN_TOKENS * BYTES_PER_TOKEN)
    texts = [prose(turn_bytes, start=number * turn_bytes) for number in range(_TOKENS // _TURN_TOKENS)]
    roles = (Role.USER, Role.ASSISTANT)
    return [Message.of_text(roles[number % 2], text, PUBLIC) for number, text in enumerate(texts)]


def _elsewhere() -> Elsewhere:
    shipped = shipped_providers()
    missing = _CANDIDATES - 1 - sum(len(provider.models) for provider in shipped)
    names = tuple(f"own-{number}" for number in range(missing))
    own = own_server(OwnServer(name="rack", url="https://127.0.0.1:8000", zone="internal", models=names))
    connected = (*shipped, own)
    return Elsewhere(
        connected=connected,
        offered=(),
        prices=_prices(connected),
        policy=_policy(),
        spent=Spent(day_microdollars=1_000_000, month_microdollars=20_000_000),
        is_airplane_mode=False,
        gate=GateClient(_no_gate),
        clock=SystemClock(),
    )


def _policy() -> Policy:
    thens, names = ("allow", "ask", "deny"), [provider.name for provider in shipped_providers()]
    rules = [_RULE.format(then=thens[number % 3], to=names[number % len(names)], number=number) for number in range(20)]
    return read_rules("\n".join(("[ceilings]\nrequest = 50\nday = 500\n", *rules)), str(Path.home()))


def _prices(providers: Sequence[Provider]) -> PriceList:
    rate = Rate(steps=((0, 3.0), (200_000, 6.0)))
    priced = ModelPrices(prompt=rate, completion=rate, cached=rate, cache_written=rate, listed_on="2026-01-01")
    models = {(each.prices, card.name): priced for each in providers for card in each.models if each.prices}
    return PriceList(listed_on="2026-01-01", version="1", models=models)


def _local() -> Candidate:
    card = ModelCard(
        name="starter",
        zone=Zone.MACHINE,
        dialect="llama",
        context_tokens=8192,
        skills=frozenset({Skill.CHAT}),
        source="shelf",
    )
    return Candidate(card=card)


async def _no_gate() -> socket:
    raise GateUnreachable("No gate is needed to decide.")


if __name__ == "__main__":
    main()
