"""One law of the way out, on real sends: what a person was shown, what a provider received and what the ledger keeps
are the same bytes.

Everything on the way is real: the model that writes its dialect, a gate in a process of its own, TLS, the ledger's
file. A case costs some thirty milliseconds, so there are few: 50 for each dialect, or 5,000 by
`pytest tests/laws/test_egress_laws.py --hypothesis-profile=thorough`.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import cast

import pytest
from dialect_strategies import call_ids, samplings
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from strategies import finite_json_objects, words

from aspen.cloud.cloud_model import CloudModel
from aspen.cloud.gate_client import GateClient
from aspen.core.answer import AwaitingApproval, Sent
from aspen.core.egress import Origin
from aspen.core.errors import ModelCannot, RateLimited
from aspen.core.message import File, Image, Message, Part, Role, Text, ToolCall, ToolResult
from aspen.core.model_card import Skill
from aspen.core.provider import Provider
from aspen.core.request import FreeText, JsonSchema, Limits, Request, Sampling, Tool
from aspen.providers.catalogue import shipped_providers
from aspen.providers.own_server import OwnServer, own_server
from fakes.certificates import Authority
from fakes.fixed_clock import FixedClock
from fakes.gate_process import RunningGate, started_gate
from fakes.provider_anthropic import anthropic
from fakes.provider_gemini import gemini
from fakes.provider_openai import openai
from fakes.provider_responses import responses
from fakes.provider_rows import KEY
from fakes.tls_provider import Received, Reply, TlsProvider

few = settings(max_examples=max(1, settings().max_examples // 20))

_COMPATIBLE = OwnServer(
    name="own", url="https://127.0.0.1", zone="cloud", models=("m",), dialect="openai_chat_compatible", wants_key=True
)

# Half a character, control characters, text that runs from right to left, what JSON must escape: all of it may be said.
_odd = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(
    [
        "\ud800",
        "a\x00b",
        '"\\\n\r\t',
        "\u202eyzal\u202c",
        "👩‍👩‍👧‍👦",
        "é e\u0301",
        "\u2028",
        "</script>",
        "\ufeff",
        "\x7f\x85",
    ]
)
# Some dialects refuse text of blanks alone.
_said = _odd.map(lambda text: f"{text}.")
_texts: st.SearchStrategy[Part] = st.builds(Text, text=_said)
_files: st.SearchStrategy[Part] = st.builds(File, name=words, text=_said)
_pictures: st.SearchStrategy[Part] = st.builds(
    Image, media_type=st.just("image/png"), encoded=st.binary(min_size=1, max_size=200)
)


def _long(text: str, times: int) -> Part:
    return Text(text=text * times)


def _one(role: Role, parts: list[Part]) -> tuple[Message, ...]:
    return (Message(role=role, parts=tuple(parts)),)


def _called(call_id: str, said: str, result: str) -> tuple[Message, ...]:
    """A call of the model's and what it gave."""
    call = ToolCall(call_id=call_id, name="look", arguments='{"at": "the fair"}')
    return (
        Message(role=Role.ASSISTANT, parts=(Text(text=said), call)),
        Message(role=Role.TOOL, parts=(ToolResult(call_id=call_id, text=result),)),
    )


def _parts(*kinds: st.SearchStrategy[Part]) -> st.SearchStrategy[list[Part]]:
    return st.lists(st.one_of(*kinds), min_size=1, max_size=3)


_users = st.builds(
    _one, st.just(Role.USER), _parts(_texts, _files, _pictures, st.builds(_long, _said, st.integers(1, 200)))
)
_conversations = st.builds(
    lambda *turns: tuple(message for turn in turns for message in turn),
    st.just(()) | st.builds(_one, st.just(Role.SYSTEM), _parts(_texts)),
    _users,
    st.just(()) | st.builds(_called, call_ids, _said, _odd),
)
_tools = st.builds(Tool, name=st.just("look"), description=_odd, parameters=finite_json_objects)
requests = st.builds(
    Request,
    request_id=st.just("1"),
    messages=_conversations,
    tools=st.lists(_tools, max_size=1).map(tuple),
    output=st.just(FreeText()) | st.just(JsonSchema(schema={"type": "string"})),
    limits=st.builds(Limits, answer_tokens=st.integers(1, 1000), sampling=st.just(Sampling()) | samplings),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """A gate with a provider connected for each dialect, and all that they received."""

    gate: RunningGate
    server: TlsProvider
    models: dict[str, CloudModel]


def _rows() -> dict[str, Provider]:
    """One provider with one model for each dialect that the catalogue speaks, and one server of a user's own."""
    listed = (*shipped_providers(), own_server(_COMPATIBLE))
    return {
        card.dialect: replace(row, name=card.dialect.replace("_", "-")[:32], models=(card,), prices=None)
        for row in listed
        for card in row.models
        if row.is_routable
    }


DIALECT_NAMES = sorted(_rows())


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    root = tmp_path_factory.mktemp("way-out")
    by_path = {"/v1/chat/completions": openai(), "/v1/messages": anthropic(), "/v1/responses": responses()}
    others = gemini()

    def answer(received: Received) -> Reply:
        return by_path.get(received.target, others)(received)

    server = TlsProvider(authority=Authority(root / "authority"), answer=answer)
    with server.in_thread(), started_gate(root / "gate") as gate:
        client = GateClient(lambda: _connected(gate))
        models: dict[str, CloudModel] = {}
        for dialect, row in _rows().items():
            card = replace(row.models[0], source=row.name, skills=frozenset(Skill))
            provider = replace(row, base_url=server.base_url, ca_file=server.ca_file, models=(card,))
            gate.person.connect(provider, KEY)
            origin = Origin(conversation_id="c1", is_named=True)
            models[dialect] = CloudModel(provider=provider, card=card, gate=client, clock=FixedClock(), origin=origin)
        yield Outside(gate=gate, server=server, models=models)


async def _connected(gate: RunningGate) -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with closing(theirs):
        socket.send_fds(gate.link, [b'{"notice":"connection"}'], [theirs.fileno()])
    return ours


async def _send(outside: Outside, model: CloudModel, request: Request) -> tuple[bytes, int]:
    """Ask, look at the preview, say yes to its hash; return what was shown and the ledger's number."""
    shown, sequence, person = b"", 0, outside.gate.person
    async for event in model.answer(request):
        match event:
            case AwaitingApproval(nonce=nonce):
                shown = base64.b64decode(person.call("preview", nonce=nonce)["body_base64"])
                person.approve({"nonce": nonce, "body_sha256": hashlib.sha256(shown).hexdigest()})
            case Sent():
                sequence = event.sequence
            case _:
                pass
    return shown, sequence


@pytest.mark.parametrize("dialect", DIALECT_NAMES)
@few
@given(request=requests)
def test_received_is_previewed_is_recorded(outside: Outside, dialect: str, request: Request) -> None:
    model = outside.models[dialect]
    before = len(outside.server.received)
    shown, sequence = b"", 0
    try:
        shown, sequence = asyncio.run(_send(outside, model, request))
    except ModelCannot:
        assert len(outside.server.received) == before
        reject()
    except RateLimited as error:  # the gate's pace: only a long run on a fast machine gets here
        time.sleep(cast("float", error.facts["retry_after_seconds"]))
        reject()
    (received,) = outside.server.received[before:]
    told = outside.gate.person.call("ledger_show", sequence=sequence)
    kept = base64.b64decode(told["body_base64"])
    assert received.body == shown == kept == model.outbound(request).body
    assert told["entry"]["body_sha256"] == hashlib.sha256(received.body).hexdigest()
    assert told["entry"]["body_bytes"] == len(received.body)
