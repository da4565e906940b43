"""Whoever has the public key can tell this ledger's exports from all others, without Aspen."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from aspen.egress.ledger.signing import SignedHead, signed_head_to_json
from fakes.ledger_home import LedgerHome, exchange

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "ledger.md"


def _checked(export: Path, public_key: str) -> tuple[int, str]:
    """Run the page's second script in a Python that does not find Aspen's source."""
    (script,) = re.findall(r"```py\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-I", "-c", script, str(export), public_key], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def _exported(folder: Path, name: str = "gate") -> tuple[Path, SignedHead]:
    with LedgerHome(folder=folder / name).open() as ledger:
        exchange(ledger, b"body", b"answer")
        export = folder / f"{name}.jsonl"
        export.write_text("".join(ledger.export()), "utf-8", newline="")
        return export, ledger.signed_head()


def test_the_script_of_the_page_accepts_what_this_ledger_signed_and_nothing_else(tmp_path: Path) -> None:
    export, signed = _exported(tmp_path)
    assert _checked(export, signed.public_key) == (0, "Head 2 is signed with the key you know.\n")
    other, others = _exported(tmp_path, "other")
    status, said = _checked(other, signed.public_key)
    assert (status, "another key" in said) == (1, True)
    first, *rest = export.read_text("utf-8").splitlines(keepends=True)
    for forged in (
        first.replace(signed.head.sha256, "0" * 64),
        first.replace('"sequence":2', '"sequence":3'),
        first.replace(signed.signature, others.signature),
    ):
        assert forged != first
        export.write_text("".join((forged, *rest)), "utf-8")
        status, said = _checked(export, signed.public_key)
        assert (status, "InvalidSignature" in said) == (1, True)


def test_the_key_outlives_the_process_and_every_head_has_a_signature_of_its_own(tmp_path: Path) -> None:
    home = LedgerHome(folder=tmp_path / "gate")
    with home.open() as ledger:
        before = ledger.signed_head()
        exchange(ledger, b"body", b"answer")
    with home.open() as ledger:
        after = ledger.signed_head()
    assert before.public_key == after.public_key
    assert before.signature != after.signature
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(after.public_key))
    told = signed_head_to_json(after)
    content = {name: told[name] for name in ("aspen_ledger", "head")}
    key.verify(bytes.fromhex(after.signature), json.dumps(content, sort_keys=True, separators=(",", ":")).encode())
    with pytest.raises(InvalidSignature):
        key.verify(bytes.fromhex(before.signature), json.dumps(content, sort_keys=True, separators=(",", ":")).encode())
