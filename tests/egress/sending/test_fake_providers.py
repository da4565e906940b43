"""The fake providers answer as documented, over the real wire, beside a test or in a process of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from aspen.core.answer import FinishReason, Usage
from aspen.core.provider import KeyHeader, Provider
from fakes.certificates import Authority
from fakes.one_send import collect, failure
from fakes.provider_anthropic import anthropic
from fakes.provider_gemini import gemini
from fakes.provider_openai import openai
from fakes.provider_rows import plain_provider, provider_at
from fakes.provider_script import Call, Fails, Fault, Says, Turn
from fakes.serve_provider import provider_process
from fakes.tls_provider import Answer, TlsProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How to ask one kind of fake, and what it must answer in a stream."""

    answer: Callable[..., Answer]
    path: str
    body: bytes
    key_header: KeyHeader
    headers: tuple[tuple[str, str], ...] = ()
    wrong_key_status: int = 401
    overloaded_status: int = 503

    def at(self, server: TlsProvider) -> Provider:
        return replace(provider_at(server), key_header=self.key_header, headers=self.headers)


KINDS = {
    "openai": Kind(
        answer=openai,
        path="/v1/chat/completions",
        body=b'{"model":"gpt","messages":[],"stream":true,"stream_options":{"include_usage":true}}',
        key_header=KeyHeader(name="authorization", prefix="Bearer "),
    ),
    "anthropic": Kind(
        answer=anthropic,
        path="/v1/messages",
        body=b'{"model":"claude","messages":[],"max_tokens":9,"stream":true}',
        key_header=KeyHeader(name="x-api-key"),
        headers=(("anthropic-version", "2026-10-21"),),
        overloaded_status=529,
    ),
    "gemini": Kind(
        answer=gemini,
        path="/v1beta/models/gemini-3:streamGenerateContent?alt=sse",
        body=b'{"contents":[]}',
        key_header=KeyHeader(name="x-goog-api-key"),
        wrong_key_status=400,
    ),
}
TURN = Says(
    text=("Ten", " captions"),
    thinking=("hm",),
    signature="c2lnbmVk",
    calls=(Call(name="add", arguments=('{"a"', ":1}")),),
    reason=FinishReason.TOOL_CALLS,
    usage=Usage(prompt_tokens=100, completion_tokens=30, cached_tokens=40),
)


async def ask(kind: Kind, authority: Authority, *turns: Turn, body: bytes | None = None) -> tuple[int, bytes]:
    async with TlsProvider(authority, answer=kind.answer(*turns)) as server:
        head, content = await collect(kind.at(server), body or kind.body, path=kind.path)
        return head.status, content


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("openai", ['"content":"Ten"', '"reasoning_content":"hm"', '"cached_tokens":40', "data: [DONE]"]),
        ("anthropic", ["event: message_start", '"text":"Ten"', '"signature":"c2lnbmVk"', '"input_tokens":60']),
        ("gemini", ['"text":"Ten"', '"thought":true', '"thoughtSignature"', '"cachedContentTokenCount":40']),
    ],
)
async def test_a_stream_holds_text_thinking_calls_and_usage(name: str, marks: list[str], authority: Authority) -> None:
    status, content = await ask(KINDS[name], authority, TURN)

    assert status == 200
    assert [mark for mark in (*marks, '"name":"add"') if mark not in content.decode()] == []


@pytest.mark.parametrize("name", sorted(KINDS))
async def test_faults_come_with_their_documented_status(name: str, authority: Authority) -> None:
    kind = KINDS[name]
    fails = [Fails(fault=Fault.TOO_FAST, retry_after_seconds=7), Fails(fault=Fault.OVERLOADED)]
    async with TlsProvider(authority, answer=kind.answer(*fails)) as server:
        statuses: list[int] = []
        for _ in range(2):
            head, _ = await collect(kind.at(server), kind.body, path=kind.path)
            statuses.append(head.status)

    assert statuses == [429, kind.overloaded_status]


@pytest.mark.parametrize("name", sorted(KINDS))
async def test_a_wrong_key_a_wrong_path_and_nonsense_are_refused_before_any_turn(
    name: str, authority: Authority
) -> None:
    kind = KINDS[name]
    async with TlsProvider(authority, answer=kind.answer(TURN, key="another")) as server:
        wrong_key, _ = await collect(kind.at(server), kind.body, path=kind.path)
    async with TlsProvider(authority, answer=kind.answer(TURN)) as server:
        wrong_path, _ = await collect(kind.at(server), kind.body, path="/v1/elsewhere")
        nonsense, _ = await collect(kind.at(server), b"[1", path=kind.path)

    assert (wrong_key.status, wrong_path.status, nonsense.status) == (kind.wrong_key_status, 404, 400)


@pytest.mark.parametrize("name", sorted(KINDS))
async def test_a_stream_can_be_cut(name: str, authority: Authority) -> None:
    error = await failure(ask(KINDS[name], authority, replace(TURN, cut_after=2)))

    assert error.facts["stage"] == "read"


async def test_the_newest_anthropic_version_takes_no_temperature(authority: Authority) -> None:
    body = b'{"model":"claude","messages":[],"max_tokens":9,"temperature":1}'

    assert (await ask(KINDS["anthropic"], authority, TURN, body=body))[0] == 400


async def test_a_fake_serves_from_a_thread_too(authority: Authority) -> None:
    with TlsProvider(authority, answer=openai()).in_thread() as server:
        head, _ = await collect(provider_at(server), KINDS["openai"].body)

    assert head.status == 200
    assert len(server.received) == 1


def test_a_fake_runs_as_a_process_and_writes_down_what_it_received(tmp_path: Path) -> None:
    with provider_process("openai", tmp_path, "--name", "api.acme.test") as running:
        provider = plain_provider(running.base_url, ca_file=running.ca_file)
        head, _ = asyncio.run(collect(provider, KINDS["openai"].body))

    assert head.status == 200
    assert [each["body"] for each in running.received()] == [KINDS["openai"].body]
