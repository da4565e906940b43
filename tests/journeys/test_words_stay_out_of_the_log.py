"""What people say is in no file: not in the log and nowhere else, whatever fails, and whoever is killed."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from aspen.core.errors import AspenError
from fakes.gguf_writer import changed, gguf
from fakes.processes import becomes
from fakes.service_home import CORE, ENGINE, ServiceHome, question, texts

CANARY = "kanarienvogel-7719"


def _provoke(home: ServiceHome, **arguments: object) -> None:
    """Ask something that may fail; what matters is what is written meanwhile."""
    try:
        with home.session() as session:
            list(session.stream("ask", arguments))
    except AspenError:
        return


def _files_with(folder: Path, word: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def _kill_in_mid_answer(home: ServiceHome, module: str) -> None:
    with home.session() as session:
        answer = texts(session.stream("ask", question(f"Repeat for ever: {CANARY}", options={"temperature": 0})))
        next(answer)
        os.kill(home.pids(module)[0], signal.SIGKILL)
        with pytest.raises(AspenError):
            list(answer)


def test_no_word_of_a_prompt_or_an_answer_is_in_any_file(starter_home: ServiceHome) -> None:
    home = starter_home
    home.run("models")
    broken = home.root / "broken.gguf"
    broken.write_bytes(gguf(changed(tokenizer__chat_template="{{ raise_exception(messages[0].content) }}")))
    _provoke(home, **question(f"Say {CANARY}.", options={"answer_tokens": 20}))
    _provoke(home, **question(CANARY, schema={"type": CANARY, "$ref": f"#/{CANARY}"}))
    _provoke(home, **question(CANARY, schema={"type": "object", "properties": {CANARY: {"type": "nonsense"}}}))
    _provoke(home, **question(CANARY, tools=[{"type": "function", "function": {"name": CANARY, "parameters": 3}}]))
    _provoke(home, **question(CANARY, tools=[{"type": "function", "function": {"name": CANARY}}, {}]))
    _provoke(home, **question(f"{CANARY} " * 9000))
    _provoke(home, **question(CANARY, options={"stop": [CANARY], "answer_tokens": 5}))
    _provoke(home, **question(CANARY, model=str(broken)))
    _provoke(home, **question(CANARY, canary=CANARY))
    _provoke(home, messages=[{"role": CANARY, "content": CANARY}, {"role": "assistant"}, {"role": "assistant"}])
    _provoke(home, messages=[{"role": "user", "content": CANARY, "images": [{"data": CANARY}]}])
    with pytest.raises(AspenError):
        home.call("embed", input=[CANARY, 3])
    _kill_in_mid_answer(home, ENGINE)
    _kill_in_mid_answer(home, CORE)
    assert becomes(lambda: home.pids(CORE) != [])
    home.stop()
    assert _files_with(home.root / "aspen", CANARY) == []
    assert _files_with(home.root / "tmp", CANARY) == []
    assert _files_with(home.root / "home", CANARY) == []
    assert home.folders.log.stat().st_mode & 0o777 == 0o600


def test_a_chat_is_remembered_in_the_store_and_for_its_owner_alone(starter_home: ServiceHome) -> None:
    home = starter_home
    home.run("ask", json.dumps(question(CANARY, conversation="new", options={"answer_tokens": 4})))
    home.stop()
    files = _files_with(home.root / "aspen", CANARY)
    assert files == [home.folders.store]
    assert home.folders.store.stat().st_mode & 0o777 == 0o600
