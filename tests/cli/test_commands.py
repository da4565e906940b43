"""The commands that are not conversations: what each sends to the service, and what it prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import aspen

from conftest import Serve
from fakes.scripted_service import Frame, Pause, Script

MODEL: Frame = {
    "name": "starter",
    "aliases": [],
    "store": "shelf",
    "path": "/models/starter.gguf",
    "size_bytes": 98_000_000,
    "architecture": "llama",
    "parameters": 135_000_000,
    "quantization": "Q4_1",
    "context_tokens": 8192,
    "skills": ["chat"],
    "fit": "fits",
    "words_per_second": 80.4,
    "problem": None,
}
SEAL: Frame = {"level": "L3", "sentence": "Sealed (checked 10:41)"}
ASSISTANT: Frame = {
    "schema": 1,
    "kind": "assistant",
    "name": "poet",
    "model": "starter",
    "weights_sha256": "ab" * 32,
    "system": "You are a poet.\nBe brief.",
    "parameters": {"temperature": 0.2},
    "modelfile": "FROM starter\n",
}


def results(result: Frame) -> Script:
    return lambda _arguments: [{"result": result}]


def test_models_lists_what_is_usable_and_names_what_is_not(environment: dict[str, str], serve: Serve) -> None:
    broken = {**MODEL, "name": "broken\x1b[1m", "problem": "It is cut off."}
    found: Frame = {
        "schema": 1,
        "models": [MODEL, broken],
        "assistants": [{"name": "poet", "model": "starter", "system": "Rhyme."}],
        "problems": [{"store": "ollama", "path": "/o/m", "sentence": "It holds broken JSON."}],
    }
    serve(models=results(found))
    for name in ("models", "list", "ls"):
        outcome = aspen(environment, name)
        assert outcome.out == (
            "NAME     SIZE   QUANT  CONTEXT  MEMORY  WORDS/S  STORE\n"
            "starter  98 MB  Q4_1   8,192    fits    80       shelf\n"
            "\n"
            "ASSISTANT  MODEL    INSTRUCTIONS\n"
            "poet       starter  Rhyme.\n"
        )
        assert outcome.err == "Not usable: broken␛[1m: It is cut off.\nNot read: /o/m: It holds broken JSON.\n"
    assert json.loads(aspen(environment, "models", "--json").out) == found


def test_an_empty_computer_is_told_what_to_do(environment: dict[str, str], serve: Serve) -> None:
    serve(models=results({"schema": 1, "models": [], "assistants": [], "problems": []}))
    outcome = aspen(environment, "models")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err.startswith("No model on this computer yet")


def test_show_prints_the_pinned_hash_and_on_demand_the_modelfile(environment: dict[str, str], serve: Serve) -> None:
    serve(show=results(ASSISTANT))
    shown = aspen(environment, "show", "poet").out
    assert f"Weights SHA-256: {'ab' * 32}\n" in shown
    assert "System:\n  You are a poet.\n  Be brief.\n" in shown
    assert "Parameters:\n  Temperature: 0.2\n" in shown
    assert aspen(environment, "show", "poet", "--modelfile").out == "FROM starter\n"
    assert json.loads(aspen(environment, "show", "poet", "--json").out) == ASSISTANT


def test_add_sends_the_absolute_path(environment: dict[str, str], serve: Serve, tmp_path: Path) -> None:
    service = serve(add=results({"schema": 1, "name": "mine", "path": "/m"}))
    file = tmp_path / "m.gguf"
    file.write_bytes(b"GGUF")
    assert aspen(environment, "add", str(tmp_path / "." / "m.gguf"), "--name", "mine").code == 0
    assert aspen(environment, "add", str(tmp_path / "no.gguf")).code == 3
    assert service.asked("add") == [{"path": str(file), "name": "mine"}]


def test_rm_and_cp_send_the_names(environment: dict[str, str], serve: Serve) -> None:
    removed: Frame = {"schema": 1, "removed": ["/a"], "kind": "assistant"}
    service = serve(remove=results(removed), copy=results({"schema": 1}))
    assert aspen(environment, "rm", "poet").err == "Removed the assistant poet.\n  /a\n"
    assert json.loads(aspen(environment, "rm", "poet", "--json").out) == removed
    assert aspen(environment, "cp", "poet", "bard").code == 0
    assert service.asked("copy") == [{"source": "poet", "target": "bard"}]


def test_create_sends_options_or_a_modelfile(environment: dict[str, str], serve: Serve, tmp_path: Path) -> None:
    service = serve(create=results(ASSISTANT))
    values = ("--parameter", "temperature=0.2", "--parameter", "stop=A", "--parameter", "stop=B")
    assert aspen(environment, "create", "poet", "--from", "starter", "-s", "Rhyme.", *values).code == 0
    (tmp_path / "Modelfile").write_text("FROM ./m.gguf\n")
    assert aspen(environment, "create", "poet", "-f", str(tmp_path / "Modelfile")).code == 0
    assert aspen(environment, "create", "poet", "-f", "x", "--from", "y").code == 2
    assert service.asked("create") == [
        {
            "name": "poet",
            "from": "starter",
            "system": "Rhyme.",
            "parameters": {"temperature": 0.2, "stop": ["A", "B"]},
            "folder": str(Path.cwd()),
        },
        {"name": "poet", "modelfile": "FROM ./m.gguf\n", "folder": str(tmp_path)},
    ]


def test_pull_says_what_comes_and_where_it_lies(environment: dict[str, str], serve: Serve) -> None:
    plan: Frame = {"event": "plan", "name": "qwen", "files": ["a", "b"], "size_bytes": 2_500_000_000, "fit": "fits"}
    step: Frame = {"event": "progress", "stage": "fetch", "done": 1, "total": 10, "what": "a"}
    done: Frame = {"schema": 1, "name": "qwen", "paths": ["/c/a"], "size_bytes": 2_500_000_000, "sha256": ["ab"]}
    serve(pull=lambda _arguments: [{**plan, "free_disk_bytes": 4e10}, step, {"result": done}])
    outcome = aspen(environment, "pull", "org/qwen")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == (
        "qwen: 2.5 GB in 2 files, fits, 40.0 GB free on the disk.\n"
        "Got qwen, checked by SHA-256: ask it with `aspen run qwen`.\n  /c/a\n"
    )


def test_setup_that_is_not_ready_exits_with_6(environment: dict[str, str], serve: Serve) -> None:
    serve(setup=results({"schema": 1, "ready": False, "models": [], "notes": ["There is no network."]}))
    outcome = aspen(environment, "setup")
    assert (outcome.code, outcome.err) == (6, "Note: There is no network.\nNot ready yet.\n")


def test_doctor_says_what_was_blocked_and_first_of_all_what_was_not(environment: dict[str, str], serve: Serve) -> None:
    probes = [
        {"name": "open an internet socket", "blocked": True, "detail": "EPERM"},
        {"name": "see processes", "blocked": False, "detail": "9 seen"},
    ]
    found: Frame = {
        "schema": 1,
        "hardware": {"ram_bytes": 8_000_000_000},
        "engine": {"build": "b1"},
        "jail": {**SEAL, "probes": probes},
        "core_seal": SEAL,
        "models": {"shelf": 1},
        "problems": [],
        "notes": ["A faster build exists."],
    }
    serve(doctor=results(found))
    shown = aspen(environment, "doctor").out
    assert "This computer\n  RAM: 8.0 GB\n" in shown
    assert "Seal of the engine: Sealed (checked 10:41)\n" in shown
    assert "  Not blocked: see processes (9 seen)\n" in shown
    assert "  Tried and blocked: open an internet socket\n" in shown
    assert "Notes\n  A faster build exists.\n" in shown
    assert json.loads(aspen(environment, "doctor", "--json").out) == found


def test_ps_shows_what_is_loaded_and_how_it_is_sealed(environment: dict[str, str], serve: Serve) -> None:
    engine: dict[str, Any] = {
        "name": "starter",
        "pid": 7,
        "context_tokens": 8192,
        "requests_in_flight": 1,
        "unloads_in_seconds": 250,
        "memory_bytes": 150_000_000,
        "jail": SEAL,
    }
    service = {"pid": 5, "version": "0.1.0", "uptime_seconds": 4000, "seal": SEAL}
    stays = {**engine, "name": "kept", "unloads_in_seconds": None}
    serve(ps=results({"schema": 1, "service": service, "engines": [engine, stays]}))
    assert aspen(environment, "ps").out == (
        "Aspen 0.1.0 · process 5 · up 1 h 6 min · Sealed (checked 10:41)\n"
        "\n"
        "MODEL    PROCESS  CONTEXT  REQUESTS  MEMORY  UNLOADS IN  SEAL\n"
        "starter  7        8,192    1         150 MB  4 min       Sealed (checked 10:41)\n"
        "kept     7        8,192    1         150 MB  never       Sealed (checked 10:41)\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "result"),
    [
        (("ps",), 0, {"schema": 1, "service": None, "engines": []}),
        (("stop",), 0, {"schema": 1, "stopped": False}),
        (("stop", "starter"), 3, None),
    ],
)
def test_ps_and_stop_do_not_start_a_service(
    environment: dict[str, str], tmp_path: Path, arguments: tuple[str, ...], code: int, result: Frame | None
) -> None:
    outcome = aspen(environment, *arguments, "--json")
    assert outcome.code == code
    assert result is None or json.loads(outcome.out) == result
    assert not (tmp_path / "aspen").exists()


def test_stop_waits_until_the_service_has_gone(environment: dict[str, str], serve: Serve) -> None:
    serve(stop=lambda _arguments: [Pause(seconds=0.2), {"result": {"schema": 1}}])
    outcome = aspen(environment, "stop", "--json")
    assert json.loads(outcome.out) == {"schema": 1, "stopped": True}
    assert aspen(environment, "stop").err == "Aspen's service was not running.\n"


def test_stop_with_a_model_unloads_it(environment: dict[str, str], serve: Serve) -> None:
    service = serve(unload=lambda told: [{"result": {"schema": 1, "unloaded": int(told["name"] == "starter")}}])
    assert aspen(environment, "stop", "starter").err == "Unloaded starter.\n"
    assert aspen(environment, "stop", "other").code == 3
    assert service.asked("unload") == [{"name": "starter"}, {"name": "other"}]
