"""A person exports the ledger and prints the key that checks it."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fakes.connected_home import connected_home


def test_an_export_is_signed_with_the_key_that_ledger_head_prints(tmp_path: Path) -> None:
    with connected_home(tmp_path) as at:
        at.send("Hello")
        told = at.home.aspen("ledger", "head", "--json").told
        printed = at.home.aspen("ledger", "head").out
        line = json.loads(at.home.aspen("ledger", "export").out.splitlines()[0])
    assert f"Public key: {told['public_key']}\n" in printed
    assert f"Head: {told['head']['sequence']} {told['head']['sha256']}\n" in printed
    assert line.pop("public_key") == told["public_key"]
    signature = bytes.fromhex(line.pop("signature"))
    content = json.dumps(line, sort_keys=True, separators=(",", ":")).encode()
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(told["public_key"])).verify(signature, content)
