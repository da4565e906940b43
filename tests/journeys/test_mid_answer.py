"""Whatever is killed in mid-answer: one honest, retryable error, nothing left over, and the next question works."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from aspen.core.errors import EngineStopped, ServiceStopped
from fakes.processes import becomes
from fakes.service_home import CORE, ENGINE, LAUNCHER, ServiceHome, long_question, question, texts

SHORT = {"answer_tokens": 4, "temperature": 0}


def _kill(home: ServiceHome, module: str) -> int:
    (pid,) = home.pids(module)
    os.kill(pid, signal.SIGKILL)
    return pid


def _answers(home: ServiceHome) -> bool:
    return bool(home.run("ask", json.dumps(question("hi", options=SHORT))).result["answer"])


def _processor_seconds(pid: int) -> float:
    """User and system time of a process: fields 14 and 15 of /proc/PID/stat (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_killed_engine_is_a_retryable_error_and_the_next_question_starts_another(shared_home: ServiceHome) -> None:
    shared_home.run("models")
    with shared_home.session() as session:
        answer = texts(session.stream("ask", long_question()))
        next(answer)
        killed = _kill(shared_home, ENGINE)
        with pytest.raises(EngineStopped) as caught:
            list(answer)
    assert caught.value.retryable
    assert shared_home.call("ps")["engines"] == []
    assert _answers(shared_home)
    assert shared_home.pids(ENGINE) != [killed]
    assert len([path for path in shared_home.runtime.iterdir() if path.name.startswith("engine-")]) == 1


def test_a_question_right_after_the_engine_was_killed_is_answered_or_may_be_asked_again(
    shared_home: ServiceHome,
) -> None:
    shared_home.run("models")
    for _ in range(3):
        shared_home.call("ask", **question("hi", options=SHORT))
        with shared_home.session() as session:
            _kill(shared_home, ENGINE)
            try:
                assert session.call("ask", question("hi", options=SHORT))["answer"]
            except EngineStopped as error:
                assert error.retryable
    assert _answers(shared_home)


def test_a_killed_core_is_a_retryable_error_and_its_engine_ends_with_it(shared_home: ServiceHome) -> None:
    shared_home.run("models")
    with shared_home.session() as session:
        answer = texts(session.stream("ask", long_question()))
        next(answer)
        (engine,) = shared_home.pids(ENGINE)
        _kill(shared_home, CORE)
        with pytest.raises(ServiceStopped) as caught:
            list(answer)
    assert caught.value.retryable
    assert becomes(lambda: engine not in shared_home.pids(ENGINE))
    assert _answers(shared_home)


def test_a_killed_launcher_takes_core_and_engine_with_it_and_the_next_question_starts_anew(
    shared_home: ServiceHome,
) -> None:
    shared_home.run("models")
    with shared_home.session() as session:
        answer = texts(session.stream("ask", long_question()))
        next(answer)
        _kill(shared_home, LAUNCHER)
        with pytest.raises(ServiceStopped):
            list(answer)
    assert becomes(lambda: not shared_home.processes(), seconds=5.0)
    assert _answers(shared_home)


def test_a_client_that_leaves_frees_the_engine_at_once(shared_home: ServiceHome) -> None:
    shared_home.run("models")
    with shared_home.session() as session:
        next(texts(session.stream("ask", long_question())))
    assert becomes(lambda: shared_home.call("ps")["engines"][0]["requests_in_flight"] == 0, seconds=2.0)
    (engine,) = shared_home.pids(ENGINE)
    assert becomes(lambda: _is_idle(engine), seconds=3.0)


def _is_idle(pid: int) -> bool:
    before = _processor_seconds(pid)
    time.sleep(0.3)
    return _processor_seconds(pid) - before < 0.1


def test_a_client_that_is_killed_frees_the_engine_too(shared_home: ServiceHome) -> None:
    shared_home.run("models")
    with shared_home.begin("ask", json.dumps(long_question())) as client:
        assert client.stdout is not None
        while '"text"' not in client.stdout.readline():
            pass
        client.kill()
        client.communicate()
    assert becomes(lambda: shared_home.call("ps")["engines"][0]["requests_in_flight"] == 0, seconds=2.0)


def test_one_client_that_leaves_does_not_disturb_another(shared_home: ServiceHome) -> None:
    shared_home.run("models")
    with shared_home.session() as staying:
        answer = texts(staying.stream("ask", question("Count.", options={"answer_tokens": 60, "temperature": 0})))
        next(answer)
        with shared_home.session() as leaving:
            next(texts(leaving.stream("ask", long_question())))
        assert list(answer)


def test_a_stop_in_mid_answer_ends_everything_and_says_so(shared_home: ServiceHome) -> None:
    shared_home.run("models")
    with shared_home.session() as session:
        answer = texts(session.stream("ask", long_question()))
        next(answer)
        shared_home.call("stop")
        with pytest.raises(ServiceStopped):
            list(answer)
    assert becomes(lambda: not shared_home.processes(), seconds=5.0)
    assert "Traceback" not in shared_home.log
    assert _answers(shared_home)


def test_alone_answers_and_leaves_no_process_and_no_folder(starter_home: ServiceHome) -> None:
    exchange = starter_home.run("--alone", "ask", json.dumps(question("hi", options=SHORT)))
    assert exchange.result["answer"]
    assert becomes(lambda: not starter_home.processes(), seconds=5.0)
    assert list((starter_home.root / "tmp").iterdir()) == []
    assert list((starter_home.root / "run").rglob("*.sock")) == []


def test_alone_interrupted_in_mid_answer_leaves_nothing_either(starter_home: ServiceHome) -> None:
    with starter_home.begin("--alone", "ask", json.dumps(long_question())) as client:
        assert client.stdout is not None
        while '"text"' not in client.stdout.readline():
            pass
        client.send_signal(signal.SIGINT)
        client.communicate(timeout=20)
    assert becomes(lambda: not starter_home.processes(), seconds=5.0)
    assert list((starter_home.root / "tmp").iterdir()) == []
