"""The real engine in its jail: it answers over its Unix socket, and every probe but reading the model is refused."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from person import PATIENCE_SECONDS, Person

from aspen.core.isolation import JailLevel, Probe
from aspen.jail.confinement import Confinement
from aspen.jail.engine_jail import ENGINE_FILTERS
from aspen.jail.probes import ENGINE_PROBES, READ_MODEL
from aspen.jail.proof import judge, namespaces_differ, open_descriptors, prove_process

SETUP_LIMIT_MS = 50


def _say(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def _hear(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    return json.loads(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jailed:
    """A running engine, and what was seen of it from outside while it still could be seen."""

    process: subprocess.Popen[str]
    folder: Path
    confinement: Confinement
    has_own_namespaces: bool | None
    descriptors: Mapping[int, str] | None
    answers: Mapping[str, Any]

    def probes(self, when: str = "probes") -> dict[str, Probe]:
        return {answer["name"]: Probe(**answer) for answer in self.answers[when]}


@pytest.fixture
def engine(person: Person, starter_model: Path) -> Iterator[Jailed]:
    if not person.can_import("xllamacpp"):
        pytest.skip("the engine's package lies in a folder that only root may enter")
    folder = person.make_folder("socket")
    with person.start("jailed_engine.py", person.give(starter_model), folder, os.getpid()) as process:
        confinement = Confinement.from_json(_hear(process)["confinement"])
        has_own_namespaces, descriptors = namespaces_differ(process.pid), open_descriptors(process.pid)
        _say(process, "go")
        try:
            yield Jailed(
                process=process,
                folder=folder,
                confinement=confinement,
                has_own_namespaces=has_own_namespaces,
                descriptors=descriptors,
                answers=_hear(process),
            )
        finally:
            process.kill()
            process.communicate(timeout=PATIENCE_SECONDS)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("engine", timeout=PATIENCE_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(str(self._path))


def _chat(folder: Path) -> Mapping[str, Any]:
    connection = _UnixConnection(folder / "e.sock")
    question = {"messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 6}
    connection.request("POST", "/v1/chat/completions", json.dumps(question), {"Content-Type": "application/json"})
    with connection.getresponse() as response:
        assert response.status == 200
        answer = json.loads(response.read())
    connection.close()
    return answer


def test_a_real_engine_answers_and_only_its_model_can_be_read(engine: Jailed) -> None:
    assert engine.answers["errors"] == [0, 0]
    probes = engine.probes()
    assert set(probes) == ENGINE_PROBES | {READ_MODEL}
    assert {name: probe.detail for name, probe in probes.items() if not probe.blocked} == {READ_MODEL: "done"}
    first = _chat(engine.folder)
    assert first["choices"][0]["message"]["content"]
    assert first["usage"]["completion_tokens"] > 0

    proof = prove_process(engine.process.pid, ENGINE_FILTERS, has_own_namespaces=engine.has_own_namespaces is True)
    assert proof.failures == ()
    assert proof.threads > 1
    report = judge(engine.confinement, proof, tuple(probes.values()), datetime.now(UTC))
    assert report.level == (JailLevel.L3 if engine.has_own_namespaces else JailLevel.L2)
    assert report.missing == (() if engine.has_own_namespaces else ("no empty network namespace",))


def test_the_parent_sees_the_childs_descriptors_and_namespaces_in_time(engine: Jailed) -> None:
    assert engine.descriptors is not None
    assert {fd: target.partition(":")[0] for fd, target in engine.descriptors.items()} == dict.fromkeys(
        range(3), "pipe"
    )
    assert engine.has_own_namespaces == engine.confinement.has_namespaces
    if os.geteuid() != 0:
        assert open_descriptors(engine.process.pid) is None
        assert namespaces_differ(engine.process.pid) is None


def test_until_the_second_filter_only_a_listener_of_its_own_is_open(engine: Jailed) -> None:
    listening = engine.probes("listening")
    assert {name for name, probe in listening.items() if not probe.blocked} == {READ_MODEL, "Unix bind", "Unix listen"}


def test_the_jail_is_set_up_in_time(engine: Jailed) -> None:
    assert engine.confinement.setup_ms <= SETUP_LIMIT_MS


def test_a_jailed_process_can_grow_no_file_and_dump_no_core(me: Person) -> None:
    with me.start("inside.py", "confined", __file__, me.home, os.getpid()) as process:
        _hear(process)
        limits = Path(f"/proc/{process.pid}/limits").read_text("ascii").splitlines()
        process.communicate("\n\n\n", timeout=PATIENCE_SECONDS)
    zero = {line[:26].strip() for line in limits if line[26:].split()[:2] == ["0", "0"]}
    assert zero >= {"Max core file size", "Max file size"}


def test_the_filters_are_counted_one_by_one(me: Person) -> None:
    with me.start("inside.py", "confined", __file__, me.home, os.getpid()) as process:
        confinement = Confinement.from_json(json.dumps(_hear(process)))
        assert confinement.seccomp_error == confinement.landlock_error == confinement.capabilities_error == 0
        assert prove_process(process.pid, 1).holds
        assert prove_process(process.pid, ENGINE_FILTERS).failures != ()
        _say(process, "harden")
        assert _hear(process) == {"harden": 0, "dumpable": 0}
        _say(process, "close")
        assert _hear(process) == {"close_sockets": 0}
        assert prove_process(process.pid, ENGINE_FILTERS).holds
        process.communicate("done\n", timeout=PATIENCE_SECONDS)
    assert process.returncode == 0


def test_names_relative_to_the_old_working_directory_are_understood(me: Person) -> None:
    (me.home / "model").write_text("weights", "ascii")
    (me.home / "socket").mkdir()
    told = json.loads(me.ask("inside.py", "confined", "model", "socket", os.getpid()).splitlines()[0])
    assert (told["landlock_error"], told["seccomp_error"]) == (0, 0)


def test_a_model_that_is_missing_is_named(me: Person) -> None:
    told = json.loads(me.ask("inside.py", "confined", "/no/such/model.gguf", me.home, os.getpid()))
    assert told["refused"] == "not_found"
    assert "/no/such/model.gguf" in told["sentence"]
