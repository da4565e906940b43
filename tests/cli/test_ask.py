"""`aspen ask` through pipes: what is sent, what is printed where."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from command_line import COMMAND, aspen

from aspen.core.errors import EngineStopped
from conftest import Serve
from fakes.scripted_service import Frame, Pause, answers, asked_result, text


def test_standard_output_holds_only_the_answer(environment: dict[str, str], serve: Serve) -> None:
    notes: Frame = {"event": "note", "text": "A faster build exists."}
    progress: Frame = {"event": "progress", "stage": "load", "done": 1, "total": 2, "what": "starter"}
    service = serve(ask=lambda _arguments: [progress, notes, text("Para"), text("digm."), asked_result("Paradigm.")])
    outcome = aspen(environment, "ask", "one", "word")
    assert (outcome.code, outcome.out, outcome.err) == (0, "Paradigm.\n", "Note: A faster build exists.\n")
    assert service.asked("ask") == [{"messages": [{"role": "user", "content": "one word"}]}]


def test_every_option_reaches_the_service(environment: dict[str, str], serve: Serve, tmp_path: Path) -> None:
    service = serve(ask=answers("{}"))
    schema, picture = tmp_path / "schema.json", tmp_path / "dot.png"
    schema.write_text('{"type": "object"}')
    picture.write_bytes(b"\x89PNG\r\n\x1a\nrest")
    line = "-m qwen -s Brief. --temperature 0 --top-p 0.9 --top-k 40 --min-p 0.1 --seed 7 --max-tokens 5 --context 512"
    more = ["--stop", "END", "--stop", "FIN", "--keep", "10m", "--schema", str(schema), "--image", str(picture)]
    more += ["-f", str(schema), "--label", "may-leave"]
    assert aspen(environment, "ask", *line.split(), *more, "Go").code == 0
    assert service.asked("ask") == [
        {
            "messages": [
                {"role": "system", "content": "Brief."},
                {
                    "role": "user",
                    "content": "Go",
                    "images": [{"media_type": "image/png", "data": base64.b64encode(picture.read_bytes()).decode()}],
                },
            ],
            "model": "qwen",
            "options": {
                "temperature": 0.0,
                "top_p": 0.9,
                "top_k": 40,
                "min_p": 0.1,
                "seed": 7,
                "stop": ["END", "FIN"],
                "answer_tokens": 5,
                "context_tokens": 512,
            },
            "keep_seconds": 600.0,
            "schema": {"type": "object"},
            "files": [str(schema)],
            "pictures": [str(picture)],
            "schema_file": [str(schema)],
            "label": "may-leave",
        }
    ]


def test_a_file_is_named_by_the_way_it_was_typed_and_not_by_where_a_link_leads(
    environment: dict[str, str], serve: Serve, tmp_path: Path
) -> None:
    service = serve(ask=answers("ok"))
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "notes.txt").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "cases")
    assert aspen(environment, "ask", "-f", str(tmp_path / "link" / "notes.txt"), "Go").code == 0
    assert service.asked("ask")[0]["files"] == [str(tmp_path / "link" / "notes.txt")]


def test_the_folder_of_the_person_goes_along_and_so_does_that_words_were_piped(
    environment: dict[str, str], serve: Serve
) -> None:
    service = serve(ask=answers("ok"))
    assert aspen(environment, "ask", "Go", piped="more").code == 0
    ((_, arguments),) = service.commands
    assert arguments["folder"] == str(Path.cwd())
    assert arguments["is_piped"] is True


@pytest.mark.parametrize(
    ("words", "piped", "prompt"),
    [
        (["Summarise:"], "One.\nTwo.\n", "Summarise:\n\nOne.\nTwo."),
        ([], "Only piped.\n", "Only piped."),
        (["Only typed."], "", "Only typed."),
    ],
)
def test_piped_text_becomes_part_of_the_question(
    environment: dict[str, str], serve: Serve, words: list[str], piped: str, prompt: str
) -> None:
    service = serve(ask=answers("ok"))
    assert aspen(environment, "ask", *words, piped=piped).code == 0
    assert service.asked("ask")[0]["messages"] == [{"role": "user", "content": prompt}]


def test_piped_bytes_that_are_no_text_are_refused_before_anything_is_asked(
    environment: dict[str, str], serve: Serve
) -> None:
    service = serve(ask=answers("ok"))
    outcome = aspen(environment, "ask", "read this", piped=b"%PDF\xff\xfe")
    assert outcome.code == 2
    assert "not UTF-8: byte 4" in outcome.err
    assert service.commands == []


def test_nothing_to_ask_is_a_misuse(environment: dict[str, str]) -> None:
    outcome = aspen(environment, "ask", piped="\n")
    assert (outcome.code, outcome.err.splitlines()[0]) == (2, "Error: There is nothing to ask.")


def test_json_prints_the_result_of_the_service_and_nothing_else(environment: dict[str, str], serve: Serve) -> None:
    serve(ask=answers("Para", "digm.", offer={"name": "qwen3-4b"}))
    outcome = aspen(environment, "ask", "--json", "one word")
    assert outcome.err == ""
    assert json.loads(outcome.out) == asked_result("Paradigm.", offer={"name": "qwen3-4b"})["result"]


def test_verbose_says_who_answered_how_fast_and_how_sealed(environment: dict[str, str], serve: Serve) -> None:
    reason: Frame = {"code": "named", "words": "You named it."}
    decision: Frame = {"event": "decision", "kind": "route", "model": "starter", "reasons": [reason]}
    serve(ask=lambda _arguments: [decision, text("Hi"), asked_result("Hi")])
    outcome = aspen(environment, "ask", "--verbose", "hello")
    assert outcome.err == (
        "starter: You named it.\n"
        "starter · 12 prompt and 3 answer tokens · first token after 0.31 s · 52.3 tokens/s · Sealed (checked 10:41)\n"
    )


def test_what_was_read_and_what_is_cited_stands_beside_the_answer(
    environment: dict[str, str], serve: Serve, tmp_path: Path
) -> None:
    read: Frame = {"event": "read", "text": "Read 6 of 1,240 passages (3 files)."}
    note: Frame = {"event": "note", "text": "587 files to read."}
    cited = [{"number": 2, "words": "src/a.py:10-31"}, {"number": 1, "words": "b.pdf, p. \x1b[2J1"}]
    service = serve(ask=lambda _arguments: [read, note, text("It [2]."), asked_result("It [2].", citations=cited)])
    outcome = aspen(environment, "ask", "-f", str(tmp_path), "Where?")
    assert (outcome.code, outcome.out) == (0, "It [2].\n")
    assert outcome.err.startswith("Read 6 of 1,240 passages (3 files).\nNote: 587 files to read.\n[2] src/a.py:10-31\n")
    assert "\x1b" not in outcome.err
    assert service.asked("ask")[0]["files"] == [str(tmp_path)]


def test_an_answer_that_was_cut_off_says_so(environment: dict[str, str], serve: Serve) -> None:
    serve(ask=answers("Once upon", finish_reason="length"))
    assert "Note: The answer was cut off" in aspen(environment, "ask", "a story").err


def test_a_refusal_names_reasons_and_remedies_and_exits_with_4(environment: dict[str, str], serve: Serve) -> None:
    refusal: Frame = {
        "event": "decision",
        "kind": "refusal",
        "reasons": [{"code": "stays_here", "words": "It is private."}],
        "remedies": ["Use a local one."],
    }
    serve(ask=lambda _arguments: [refusal])
    outcome = aspen(environment, "ask", "secret")
    assert (outcome.code, outcome.err) == (4, "Error: It is private.\nUse a local one.\n")


def test_why_on_a_refusal_also_says_what_was_looked_at(environment: dict[str, str], serve: Serve) -> None:
    other: Frame = {"model": "small", "reason": {"code": "model_cannot", "words": "It cannot see pictures."}}
    refusal: Frame = {
        "event": "decision",
        "kind": "refusal",
        "reasons": [{"code": "stays_here", "words": "It is private."}],
        "remedies": ["Use a local one."],
        "considered": [other],
    }
    serve(ask=lambda _arguments: [refusal])
    for command in ("ask", "preview"):
        outcome = aspen(environment, command, "--why", "secret")
        assert (outcome.code, outcome.err) == (
            4,
            "Error: It is private.\nUse a local one.\nNot chosen:\n  small: It cannot see pictures.\n",
        )
    error = json.loads(aspen(environment, "ask", "--why", "--json", "secret").out)["error"]
    assert (error["hint"], error["facts"]["considered"]) == ("Use a local one.", [other])


def test_a_refusal_that_is_not_for_privacy_exits_as_its_own_error(environment: dict[str, str], serve: Serve) -> None:
    reasons = [{"code": "not_found", "words": "There is no model named gone."}]
    serve(ask=lambda _arguments: [{"event": "decision", "kind": "refusal", "reasons": reasons, "remedies": []}])
    assert aspen(environment, "ask", "--model", "gone", "hi").code == 3


def test_an_engine_that_dies_in_mid_answer_leaves_a_whole_line_and_an_error(
    environment: dict[str, str], serve: Serve
) -> None:
    serve(ask=lambda _arguments: [text("Half an"), EngineStopped("The engine ended.", hint="Ask again.")])
    outcome = aspen(environment, "ask", "hello")
    assert (outcome.code, outcome.out, outcome.err) == (1, "Half an\n", "Error: The engine ended.\nAsk again.\n")


def test_a_pipe_gets_the_answer_exactly_as_the_model_wrote_it(environment: dict[str, str], serve: Serve) -> None:
    serve(ask=answers("\x1b[31mred\x1b[0m\r\n"))
    assert aspen(environment, "ask", "red").out == "\x1b[31mred\x1b[0m\r\n"


def test_a_better_model_is_only_a_note_without_a_terminal(environment: dict[str, str], serve: Serve) -> None:
    offer = {"name": "qwen3-4b", "reference": "qwen3-4b", "size_bytes": 2_500_000_000, "words_per_second": 9.2}
    serve(ask=answers("Hi", offer=offer))
    assert aspen(environment, "ask", "hello").err == (
        "Note: This is a tiny model for trying things out; it is often wrong. "
        "qwen3-4b fits this computer (2.5 GB, about 9 words a second). Get it with `aspen pull qwen3-4b`.\n"
    )


def test_text_is_printed_as_it_comes(environment: dict[str, str], serve: Serve) -> None:
    service = serve(ask=lambda _arguments: [text("First"), Pause(seconds=20), asked_result("First")])
    with subprocess.Popen(
        [*COMMAND, "ask", "x"], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert os.read(child.stdout.fileno(), 100) == b"First"
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=10) == 130
    assert service.client_left.wait(timeout=10)


def test_a_reader_that_leaves_early_ends_it_quietly(environment: dict[str, str], serve: Serve) -> None:
    serve(
        ask=lambda _arguments: [
            text("First"),
            Pause(seconds=1),
            *[text("more " * 200) for _ in range(200)],
            asked_result(""),
        ]
    )
    command = [*COMMAND, "ask", "x"]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert os.read(child.stdout.fileno(), 5) == b"First"
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(timeout=10) == 0


def test_a_full_disk_under_the_output_is_one_sentence(environment: dict[str, str], serve: Serve) -> None:
    serve(ask=answers("Hello"))
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "ask", "x"],
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert (done.returncode, done.stderr) == (1, b"Error: The output cannot be written: No space left on device.\n")


@pytest.mark.parametrize("option", ["--schema", "--image"])
def test_a_file_that_is_not_there_is_named(environment: dict[str, str], tmp_path: Path, option: str) -> None:
    outcome = aspen(environment, "ask", option, str(tmp_path / "gone"), "x")
    assert (outcome.code, outcome.err.splitlines()[0]) == (3, f"Error: There is no file {tmp_path / 'gone'}.")


def test_a_schema_that_is_not_json_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text("{")
    outcome = aspen(environment, "ask", "--schema", str(tmp_path / "schema.json"), "x")
    assert (outcome.code, outcome.err.splitlines()[0]) == (
        2,
        f"Error: The schema file {tmp_path / 'schema.json'} is not JSON.",
    )


def test_run_with_a_file_sends_its_absolute_path(environment: dict[str, str], serve: Serve, tmp_path: Path) -> None:
    service = serve(ask=answers("ok"))
    model = tmp_path / "model.gguf"
    model.write_bytes(b"GGUF")
    relative = os.path.relpath(model)
    assert aspen(environment, "run", relative, "hello").code == 0
    assert service.asked("ask")[0]["model"] == str(model)
