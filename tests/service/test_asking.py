"""`ask` and `embed` at a real service with a real engine: answers, and one honest sentence for everything else."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from aspen.core.errors import (
    AspenError,
    BadModelFile,
    BadRequest,
    BadSchema,
    Misused,
    ModelCannot,
    NotFound,
    PromptTooLong,
)
from fakes.gguf_writer import changed, gguf
from fakes.processes import becomes
from fakes.service_home import ENGINE, ServiceHome, question

SHORT = {"answer_tokens": 8, "temperature": 0}


def _ask(shared_home: ServiceHome, text: str, **more: Any) -> dict[str, Any]:
    return shared_home.call("ask", **question(text, **{"options": SHORT, **more}))


def _frames(shared_home: ServiceHome, **arguments: Any) -> list[dict[str, Any]]:
    with shared_home.session() as session:
        return list(session.stream("ask", arguments))


def _refusal(shared_home: ServiceHome, expected: type[AspenError], **arguments: Any) -> AspenError:
    with pytest.raises(expected) as caught:
        shared_home.call("ask", **{**question("hi", options=SHORT), **arguments})
    assert caught.value.sentence
    return caught.value


def test_the_decision_comes_first_then_the_answer_as_it_grows_and_last_the_whole_of_it(
    shared_home: ServiceHome,
) -> None:
    frames = _frames(shared_home, **question("Say hello.", options=SHORT))
    result = frames[-1]["result"]
    assert frames[0]["event"] == "decision"
    assert frames[0]["kind"] == "route"
    assert "".join(frame["text"] for frame in frames if frame.get("event") == "text") == result["answer"] != ""
    assert (result["schema"], result["model"], result["zone"]) == (1, "smollm2:135m", "machine")
    assert result["usage"]["prompt_tokens"] > 0
    assert 0 < result["usage"]["completion_tokens"] <= SHORT["answer_tokens"]
    assert result["timings"]["first_token_ms"] > 0
    assert result["jail"]["level"] in {"L1", "L2", "L3"}


def test_the_offer_of_a_better_model_is_made_once(starter_home: ServiceHome) -> None:
    starter_home.run("models")
    first, second = _ask(starter_home, "hi"), _ask(starter_home, "hi")
    assert first["offer"] is None or first["offer"]["size_bytes"] > 0
    assert second["offer"] is None


def test_a_prompt_that_begins_alike_is_not_read_again(shared_home: ServiceHome) -> None:
    words = "The quick brown fox jumps over the lazy dog. " * 10
    _ask(shared_home, words + "One.")
    assert _ask(shared_home, words + "Two.")["usage"]["cached_tokens"] > 80


def test_more_requests_than_slots_are_all_answered(shared_home: ServiceHome) -> None:
    answers: list[dict[str, Any]] = []
    asking = [threading.Thread(target=lambda: answers.append(_ask(shared_home, "Count to three."))) for _ in range(9)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(answers) == 9
    assert {answer["finish_reason"] for answer in answers} <= {"stop", "length"}


def test_a_schema_shapes_the_answer(shared_home: ServiceHome) -> None:
    schema = {"type": "object", "properties": {"color": {"enum": ["red", "blue"]}}, "required": ["color"]}
    answer = _ask(shared_home, "Name a color.", schema=schema, options={"answer_tokens": 60})["answer"]
    assert json.loads(answer)["color"] in {"red", "blue"}


def test_probabilities_come_with_the_text_when_asked_for(shared_home: ServiceHome) -> None:
    frames = _frames(shared_home, **question("Say hello.", options=SHORT, top_logprobs=2))
    tokens = [token for frame in frames for token in frame.get("logprobs", [])]
    assert tokens
    assert all(token["logprob"] <= 0 and len(token["alternatives"]) <= 2 for token in tokens)


def test_text_with_any_character_is_answered(shared_home: ServiceHome) -> None:
    assert _ask(shared_home, "a\0b \ud83d \U0001f600 \u202e ü")["finish_reason"] in {"stop", "length"}


def test_texts_become_vectors_on_this_machine(shared_home: ServiceHome) -> None:
    first, second, again = shared_home.call("embed", input=["a cat", "stock prices", "a cat"])["vectors"]
    assert len(first) == len(second) > 100
    assert first == pytest.approx(again, abs=1e-3)
    assert first != pytest.approx(second, abs=1e-3)


# Bad input: one honest sentence, and the next request works.


def test_a_text_file_named_gguf_is_no_model(shared_home: ServiceHome, tmp_path: Path) -> None:
    file = tmp_path / "notes.gguf"
    file.write_text("canary: a shopping list\n" * 100, "utf-8")
    assert "notes.gguf is not a GGUF file" in _refusal(shared_home, BadModelFile, model=str(file)).sentence
    with pytest.raises(BadModelFile):
        shared_home.call("add", path=str(file))


def test_a_truncated_model_is_named_with_the_missing_bytes(
    shared_home: ServiceHome, tmp_path: Path, starter_model: Path
) -> None:
    file = tmp_path / "cut.gguf"
    with starter_model.open("rb") as whole:
        file.write_bytes(whole.read(10_000_000))
    error = _refusal(shared_home, BadModelFile, model=str(file))
    missing = starter_model.stat().st_size - 10_000_000
    assert error.facts["missing_bytes"] == missing
    assert str(missing) in error.sentence.replace(",", "")


MADE = {
    "counts of 2⁶³": (gguf(counts=(2**63, 2**63)), "9223372036854775808"),
    "an unknown architecture": (gguf(changed(general__architecture="quux")), "quux"),
    "no chat template": (gguf(changed(tokenizer__chat_template=None)), "no chat template"),
    "a broken chat template": (gguf(changed(tokenizer__chat_template="{% for %}")), "does not work"),
}


@pytest.mark.parametrize(("content", "words"), MADE.values(), ids=MADE)
def test_a_model_that_cannot_be_used_says_why(
    shared_home: ServiceHome, tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "made.gguf").write_bytes(content)
    assert words in _refusal(shared_home, BadModelFile, model=str(tmp_path / "made.gguf")).sentence


def test_a_broken_file_in_a_store_does_not_stand_before_a_good_one(starter_home: ServiceHome, tmp_path: Path) -> None:
    starter_home.run("models")
    (tmp_path / "bare.gguf").write_bytes(gguf(changed(tokenizer__chat_template=None)))
    starter_home.call("add", path=str(tmp_path / "bare.gguf"))
    starter_home.put_on_shelf(tmp_path / "bare.gguf", "other.gguf").write_bytes(b"GGUF cut off")
    assert _ask(starter_home, "hi")["model"] == "smollm2:135m"


def test_a_prompt_longer_than_the_context_says_by_how_many_tokens(shared_home: ServiceHome) -> None:
    error = _refusal(shared_home, PromptTooLong, **question("word " * 600, options={"context_tokens": 512}))
    prompt, context, over = (error.facts[name] for name in ("prompt_tokens", "context_tokens", "tokens_over"))
    assert isinstance(prompt, int)
    assert isinstance(over, int)
    assert (prompt > 600, context, over >= prompt - 512) == (True, 512, True)
    assert f"{over:,} too many" in error.sentence


@pytest.mark.parametrize("schema", [{"type": "nonsense"}, {"$ref": "#/nowhere"}], ids=str)
def test_a_schema_that_cannot_be_compiled_is_refused(shared_home: ServiceHome, schema: dict[str, object]) -> None:
    assert "llama.cpp says" in _refusal(shared_home, BadSchema, schema=schema).hint


def test_messages_that_the_template_refuses_are_refused(shared_home: ServiceHome) -> None:
    said = {"role": "assistant", "content": "x"}
    assert _refusal(shared_home, BadRequest, messages=[said, said]).hint


def test_a_picture_for_a_model_that_cannot_see_is_refused(shared_home: ServiceHome) -> None:
    picture = {"role": "user", "content": "What is this?", "images": [{"data": "aGk=", "media_type": "image/png"}]}
    decision, *_ = _frames(shared_home, messages=[picture])
    assert decision["kind"] == "refusal"
    assert decision["reasons"][0] == {"code": ModelCannot.code, "words": "smollm2:135m cannot see pictures."}


def test_an_adapter_that_is_not_there_is_named(shared_home: ServiceHome) -> None:
    error = _refusal(shared_home, Misused, adapters=[{"index": 3, "scale": 1.0}])
    assert error.sentence == "There is no adapter 3: smollm2:135m has 0."


@pytest.mark.parametrize("name", ["nonsuch:7b", "/nowhere/model.gguf"])
def test_a_model_that_is_not_here_is_named(shared_home: ServiceHome, name: str) -> None:
    assert name in _refusal(shared_home, NotFound, model=name).sentence


def test_after_all_this_the_service_answers_as_before_and_its_log_holds_no_defect(shared_home: ServiceHome) -> None:
    assert _ask(shared_home, "Say hello.")["answer"]
    assert "Traceback" not in shared_home.log
    assert "canary" not in shared_home.log


# Keeping and unloading.


def test_an_idle_engine_is_unloaded_and_a_kept_one_stays(starter_home: ServiceHome) -> None:
    starter_home.environment["ASPEN_ENGINE_IDLE_UNLOAD_SECONDS"] = "1"
    starter_home.run("models")
    _ask(starter_home, "hi")
    assert becomes(lambda: not starter_home.pids(ENGINE), seconds=10.0)
    assert starter_home.call("ps")["engines"] == []
    _ask(starter_home, "hi", keep_seconds=-1)
    assert not becomes(lambda: not starter_home.pids(ENGINE), seconds=2.5)
    assert starter_home.call("ps")["engines"][0]["unloads_in_seconds"] is None
    _ask(starter_home, "hi", keep_seconds=0)
    assert becomes(lambda: not starter_home.pids(ENGINE), seconds=10.0)


def test_unloading_ends_the_engine_and_the_next_question_starts_another(starter_home: ServiceHome) -> None:
    starter_home.run("models")
    _ask(starter_home, "hi")
    (first,) = starter_home.pids(ENGINE)
    assert starter_home.call("unload", name="starter") == {"schema": 1, "unloaded": 1}
    assert becomes(lambda: not starter_home.pids(ENGINE))
    assert _ask(starter_home, "hi")["answer"]
    assert starter_home.pids(ENGINE) != [first]
    assert not [path for path in starter_home.runtime.iterdir() if path.name.startswith("engine-")][1:]


def test_unloading_a_model_that_still_loads_leaves_no_engine(starter_home: ServiceHome) -> None:
    starter_home.run("models")
    client = starter_home.begin("ask", json.dumps(question("hi", options=SHORT)))
    assert becomes(lambda: bool(starter_home.pids(ENGINE)))
    starter_home.call("unload", name="starter")
    exchange = starter_home.finish(client)
    assert exchange.error["retryable"] is True
    assert becomes(lambda: not starter_home.pids(ENGINE))
    assert _ask(starter_home, "hi")["answer"]
