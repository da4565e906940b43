"""A finder that finds nothing proves nothing: each disguise is planted, and must be found."""

from __future__ import annotations

import base64
import codecs
import gzip
import json
import os
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from canaries import canary, found

SURROUNDINGS = 'Summarise this, please: "{}" and be brief. Ünïcode, too.'


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


DISGUISES: dict[str, Callable[[str], bytes]] = {
    "plain": lambda token: SURROUNDINGS.format(token).encode(),
    "base64": lambda token: base64.b64encode(SURROUNDINGS.format(token).encode()),
    "base64, one letter later": lambda token: base64.b64encode(b"x" + SURROUNDINGS.format(token).encode()),
    "base64, two letters later": lambda token: base64.b64encode(b"xy" + SURROUNDINGS.format(token).encode()),
    "base64 in lines": lambda token: base64.encodebytes(b"z" * 40 + SURROUNDINGS.format(token).encode()),
    "base64 for addresses": lambda token: base64.urlsafe_b64encode(SURROUNDINGS.format(token).encode()),
    "hex": lambda token: SURROUNDINGS.format(token).encode().hex().encode(),
    "hex in capitals": lambda token: token.encode().hex().upper().encode(),
    "URL": lambda token: quote(SURROUNDINGS.format(token)).encode(),
    "URL, every letter": lambda token: "".join(f"%{ord(letter):02X}" for letter in token).encode(),
    "split": lambda token: f"first {token[:16]} and, much later, {token[16:]}".encode(),
    "split by quotes": lambda token: json.dumps([token[:9], token[9:20], token[20:]]).encode(),
    "split by lines": lambda token: "\\n".join(token[at : at + 5] for at in range(0, 32, 5)).encode(),
    "half of it": lambda token: f"only {token[:16]}".encode(),
    "capitals": lambda token: token.upper().encode(),
    "changed case": lambda token: token.swapcase().title().encode(),
    "reversed": lambda token: SURROUNDINGS.format(token)[::-1].encode(),
    "rot13": lambda token: codecs.encode(SURROUNDINGS.format(token), "rot13").encode(),
    "zero-width joined": lambda token: "\u200d".join(token).encode(),
    "zero-width joined, escaped": lambda token: json.dumps("\u200b".join(token)).encode(),
    "soft hyphens": lambda token: "&shy;".join(token).encode(),
    "UTF-16": lambda token: SURROUNDINGS.format(token).encode("utf-16"),
    "escaped as JSON": lambda token: "".join(f"\\u{ord(letter):04X}" for letter in token).encode(),
    "gzip": lambda token: os.urandom(50) + gzip.compress(SURROUNDINGS.format(token).encode() * 3) + os.urandom(50),
    "zlib": lambda token: b"head" + zlib.compress(DISGUISES["base64"](token)) + b"tail",
    "raw deflate": lambda token: deflated(SURROUNDINGS.format(token).encode() * 2),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_canary_is_found_in_every_disguise(disguise: str) -> None:
    token = canary()
    assert found(token, {"a place": DISGUISES[disguise](token)})


@pytest.mark.parametrize("disguise", DISGUISES)
def test_another_canary_is_not_taken_for_it(disguise: str) -> None:
    assert found(canary(), {"a place": DISGUISES[disguise](canary())}) == []


def test_nothing_is_found_where_nothing_is() -> None:
    noise = {"noise": os.urandom(1 << 20), "words": SURROUNDINGS.encode() * 1000}
    assert [found(canary(), noise) for _ in range(5)] == [[]] * 5


def test_a_find_says_where_and_how() -> None:
    token = canary()
    assert "reversed in the log" in found(token, {"the log": token[::-1].encode(), "the ledger": b""})
