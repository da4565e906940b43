"""What would leave, as it is read from the gate: checked against its hash, shown in full, and told to programs."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from aspen.channel.address import GATE_SOCKET_NAME
from aspen.cli.leaving.gate_session import gate_call
from aspen.cli.leaving.preview import Preview, read_preview
from aspen.core.errors import AspenError, GateUnreachable, NotFound
from fakes.scripted_service import ScriptedService, Step

BODY = '{"model":"big","messages":[{"role":"user","content":"Grüße"}]}'.encode()
TOLD: dict[str, Any] = {
    "schema": 1,
    "nonce": "0" * 32,
    "provider": "acme",
    "title": "Acme",
    "host": "api.acme.test",
    "model": "big",
    "body_sha256": hashlib.sha256(BODY).hexdigest(),
    "body_base64": base64.b64encode(BODY).decode(),
    "hints": [],
    "worst_cost_microdollars": None,
    "reasons": ["You named a model of acme: you see first what leaves."],
    "may_be_remembered": False,
}


@contextmanager
def _gate(folder: Path, told: dict[str, Any] | AspenError) -> Generator[ScriptedService]:
    """A scripted gate at the socket of persons, which answers every `preview` alike."""
    step: Step = told if isinstance(told, AspenError) else {"result": told}
    with ScriptedService(folder, {"preview": lambda _arguments: [step]}, name=GATE_SOCKET_NAME) as gate:
        yield gate


def _read(folder: Path, **changed: Any) -> Preview:
    with _gate(folder, {**TOLD, **changed}) as gate:
        preview = read_preview(folder, "0" * 32)
        assert gate.asked("preview") == [{"nonce": "0" * 32}]
        return preview


def test_people_see_who_gets_it_all_of_it_and_why_they_are_asked(tmp_path: Path) -> None:
    assert _read(tmp_path).lines() == [
        "This would leave this computer, for Acme (api.acme.test), model big:",
        "",
        "    model: big",
        "    messages:",
        "      - role: user",
        "        content: Grüße",
        "",
        f"{len(BODY)} bytes, SHA-256 {TOLD['body_sha256'][:16]}…, price not known.",
        "You named a model of acme: you see first what leaves.",
        "Stays here: everything else.",
    ]


def test_what_a_detector_saw_and_what_it_could_cost_is_said(tmp_path: Path) -> None:
    hints = [{"kind": "phone number", "count": 1}, {"kind": "e-mail address", "count": 2}]
    seen = "Contains 1 phone number, 2 e-mail addresses."
    lines = _read(tmp_path, hints=hints, worst_cost_microdollars=12_345, reasons=[seen]).lines()
    assert lines[7].endswith(", at most $0.0123.")
    assert lines[8:] == [seen, "Stays here: everything else."]


def test_the_names_of_files_are_said_to_stay(tmp_path: Path) -> None:
    paths = ["/home/jo/divorce.txt", "/home/jo/scan.png"]
    assert _read(tmp_path, paths=paths).lines()[-1] == (
        "Stays here: everything else, and that it is called divorce.txt and scan.png."
    )


def test_programs_get_the_bytes_and_the_whole_hash(tmp_path: Path) -> None:
    told = _read(tmp_path, worst_cost_microdollars=7).to_json()
    assert told == {
        "schema": 1,
        "provider": "acme",
        "host": "api.acme.test",
        "model": "big",
        "body": BODY.decode(),
        "body_bytes": len(BODY),
        "body_sha256": TOLD["body_sha256"],
        "hints": [],
        "worst_cost_microdollars": 7,
        "reasons": TOLD["reasons"],
    }


def test_a_yes_for_the_chat_is_offered_only_where_the_gate_says_so(tmp_path: Path) -> None:
    assert _read(tmp_path, may_be_remembered=True).may_be_remembered
    for told in (False, None, 1, "yes"):
        assert not _read(tmp_path, may_be_remembered=told).may_be_remembered


@pytest.mark.parametrize("changed", [{"body_sha256": "0" * 64}, {"body_base64": ""}, {"body_sha256": ""}], ids=str)
def test_bytes_that_are_not_those_of_the_hash_are_not_shown(tmp_path: Path, changed: dict[str, str]) -> None:
    with pytest.raises(GateUnreachable, match="does not match its own hash"):
        _read(tmp_path, **changed)


def test_a_provider_without_a_title_goes_by_its_name(tmp_path: Path) -> None:
    assert _read(tmp_path, title="").provider == "acme"


def test_what_the_gate_answers_with_is_raised(tmp_path: Path) -> None:
    with _gate(tmp_path, NotFound("It waits no more.")), pytest.raises(NotFound, match="waits no more"):
        read_preview(tmp_path, "0" * 32)


def test_where_no_gate_listens_the_way_on_is_said(tmp_path: Path) -> None:
    with pytest.raises(GateUnreachable) as caught:
        gate_call(tmp_path, "status", {})
    assert caught.value.sentence == "The gate cannot be reached."
    assert "aspen stop" in caught.value.hint
