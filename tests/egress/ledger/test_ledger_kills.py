"""Kill the gate at any moment: every record that it acknowledged is there, and the ledger verifies."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from aspen.core.egress import Verdict
from aspen.egress.ledger.opening import open_ledger, verify_folder
from aspen.vault.file_vault import FileVault

TESTS = Path(__file__).parents[2]
KILLS = int(os.environ.get("ASPEN_TEST_KILLS", "20"))
LONGEST_SECONDS = 0.06
PERSON_SEED = 7

WRITER = """
import os, sys
from pathlib import Path
from aspen.egress.ledger.opening import open_ledger
from aspen.vault.file_vault import FileVault
from fakes.ledger_home import answered, send

folder = Path(sys.argv[1])
with open_ledger(folder, FileVault(folder / "secrets.json")) as ledger:
    os.write(1, b"open\\n")
    number = 0
    while True:
        number += 1
        body = f"{os.getpid()} {number} ".encode() * 300
        sent = ledger.record(send(body, nonce=f"{os.getpid():016x}{number:016x}"), body)
        os.write(1, f"{sent.sequence} {sent.sha256}\\n".encode())
        if number % 3:
            ended = ledger.record_outcome(sent, answered(body), body)
            os.write(1, f"{ended.sequence} {ended.sha256}\\n".encode())
        if number % 7 == 0:
            noted = ledger.forget(sent.sequence)
            os.write(1, f"{noted.sequence} {noted.sha256}\\n".encode())
"""


def write_until_killed(folder: Path, seconds: float) -> list[tuple[int, str]]:
    """Record without a pause, kill -9 after some time, and return what was acknowledged until then."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(TESTS)])}
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)], env=environment, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"open\n"
        try:
            writer.wait(seconds)
        except subprocess.TimeoutExpired:
            writer.kill()
        told = writer.stdout.read().splitlines(keepends=True)
    assert writer.returncode == -9
    whole = [line.split() for line in told if line.endswith(b"\n")]
    return [(int(sequence), sha256.decode()) for sequence, sha256 in whole]


@pytest.mark.parametrize("runs", [KILLS])
def test_nothing_acknowledged_is_lost_and_the_ledger_verifies_after_every_kill(tmp_path: Path, runs: int) -> None:
    folder, chance = tmp_path / "gate", random.Random(PERSON_SEED)
    vault = FileVault(folder / "secrets.json")
    acknowledged: list[tuple[int, str]] = []
    for _ in range(runs):
        acknowledged += write_until_killed(folder, chance.uniform(0.0, LONGEST_SECONDS))
        verification = verify_folder(folder, vault)
        assert verification.problems == ()
    assert len(acknowledged) > runs
    with open_ledger(folder, vault) as ledger:
        for sequence, sha256 in acknowledged:
            entry = ledger.entry(sequence)
            assert entry is not None
            assert entry.sha256 == sha256
        entries = ledger.entries(limit=1_000_000)
        ended = [entry.of_sequence for entry in entries if entry.of_sequence is not None]
        assert sorted(ended) == sorted(entry.sequence for entry in entries if entry.verdict is Verdict.SENT)
        nonces = [entry.nonce for entry in entries if entry.verdict is Verdict.SENT]
        assert len(set(nonces)) == len(nonces)
        assert ledger.verify().is_whole
