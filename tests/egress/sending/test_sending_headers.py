"""Headers say nothing of the machine, the user or the workspace."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aspen.core.errors import BadSetting, NoKey
from aspen.core.provider import KeyHeader
from aspen.egress.sending.headers import request_headers
from aspen.egress.sending.target import target_for
from fakes.provider_rows import KEY, plain_provider

ACME = plain_provider("https://acme.test")


def test_two_machines_and_workspaces_send_the_same_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    here = request_headers(ACME, "acme.test", KEY)
    for name in ("HOME", "USER", "HOSTNAME", "LANG", "TZ", "ASPEN_HOME"):
        monkeypatch.setenv(name, "/elsewhere")

    assert request_headers(ACME, "acme.test", KEY) == here
    assert dict(here)["user-agent"] == "aspen"


def test_the_key_goes_where_the_provider_wants_it() -> None:
    with_own_header = replace(ACME, key_header=KeyHeader(name="X-Api-Key"))

    assert ("authorization", f"Bearer {KEY}") in request_headers(ACME, "acme.test", KEY)
    assert ("x-api-key", KEY) in request_headers(with_own_header, "acme.test", KEY)


def test_a_provider_without_keys_gets_none() -> None:
    headers = request_headers(replace(ACME, key_header=None), "acme.test", KEY)

    assert KEY not in str(headers)


@pytest.mark.parametrize(
    "key", [None, "", "sk-1\n", "\r\nsk-1", "sk 1", " sk-1", "sk-1\x00", "sk-é", "“sk-1”", "k" * 9000]
)
def test_a_key_that_no_request_can_carry_is_refused_and_not_repeated(key: str | None) -> None:
    with pytest.raises(NoKey) as caught:
        request_headers(ACME, "acme.test", key)

    assert "aspen cloud add acme" in caught.value.hint
    assert not key or key not in f"{caught.value.sentence}{caught.value.hint}{caught.value.facts}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Cookie", "a=b"),
        ("Referer", "https://a.test"),
        ("Host", "evil.test"),
        ("Content-Length", "3"),
        ("Transfer-Encoding", "chunked"),
        ("User-Agent", "me"),
        ("X-Forwarded-For", "1.2.3.4"),
        ("x y", "1"),
        ("x:", "1"),
        ("", "1"),
        ("x", "a\r\nhost: evil.test"),
        ("x", ""),
        ("x", " a"),
        ("x", "ü"),
    ],
)
def test_a_providers_row_cannot_change_framing_or_say_where_a_request_comes_from(name: str, value: str) -> None:
    with pytest.raises(BadSetting):
        request_headers(replace(ACME, headers=((name, value),)), "acme.test", KEY)


def test_a_target_never_shows_its_key() -> None:
    assert KEY not in repr(target_for(ACME, "/v1/chat", KEY))
