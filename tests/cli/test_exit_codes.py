"""Exit codes: the table is complete, and a shell sees it."""

from __future__ import annotations

import json

import pytest
from command_line import aspen

from aspen.cli.exit_codes import ExitCode, exit_code_of
from aspen.core.errors import AspenError, Misused, NotFound, PromptTooLong, Unreachable, every_error
from conftest import Serve

CODES = {
    "aspen_error": 1,
    "failed": 1,
    "bad_model_file": 1,
    "bad_schema": 1,
    "bad_request": 1,
    "model_cannot": 1,
    "weights_changed": 1,
    "not_sealed": 1,
    "bad_setting": 1,
    "not_writable": 1,
    "bad_rule": 1,
    "checksum_mismatch": 1,
    "store_damaged": 1,
    "store_too_new": 1,
    "ledger_broken": 1,
    "not_recorded": 1,
    "no_key": 1,
    "key_rejected": 1,
    "provider_refused": 1,
    "provider_failed": 1,
    "rate_limited": 1,
    "gate_unreachable": 1,
    "engine_stopped": 1,
    "engine_failed": 1,
    "service_stopped": 1,
    "service_unreachable": 1,
    "misused": 2,
    "not_found": 3,
    "stays_here": 4,
    "needs_approval": 4,
    "declined": 4,
    "airplane_mode": 4,
    "over_ceiling": 4,
    "unreachable": 5,
    "partly_failed": 6,
    "does_not_fit": 7,
    "prompt_too_long": 7,
    "model_too_large": 7,
    "disk_full": 7,
    "interrupted": 130,
}


def test_every_error_has_the_exit_code_that_is_promised_for_it() -> None:
    assert {error.code: exit_code_of(error) for error in every_error()} == CODES


def test_an_error_without_a_row_has_the_code_of_its_parent() -> None:
    class PromptMuchTooLong(PromptTooLong):
        code = "prompt_too_long"

    assert exit_code_of(PromptMuchTooLong) == ExitCode.DOES_NOT_FIT


@pytest.mark.parametrize(
    "error",
    [
        NotFound("There is no model qwen.", hint="`aspen models` lists what is here."),
        Unreachable("The network cannot be reached.", hint="Try again."),
        PromptTooLong("The prompt is 40 tokens too long.", hint="Shorten it.", facts={"excess_tokens": 40}),
    ],
)
def test_an_error_of_the_service_is_one_sentence_a_hint_and_its_code(
    environment: dict[str, str], serve: Serve, error: AspenError
) -> None:
    serve(ask=lambda _arguments: [error])
    outcome = aspen(environment, "ask", "hello")
    assert (outcome.code, outcome.out) == (exit_code_of(type(error)), "")
    assert outcome.err == f"Error: {error.sentence}\n{error.hint}\n"


def test_under_json_an_error_is_an_object_on_standard_output(environment: dict[str, str], serve: Serve) -> None:
    serve(ask=lambda _arguments: [PromptTooLong("Too long.", hint="Shorten it.", facts={"excess_tokens": 40})])
    outcome = aspen(environment, "ask", "hello", "--json")
    assert (outcome.code, outcome.err) == (7, "")
    assert json.loads(outcome.out) == {
        "schema": 1,
        "error": {
            "code": "prompt_too_long",
            "sentence": "Too long.",
            "hint": "Shorten it.",
            "retryable": False,
            "facts": {"excess_tokens": 40},
        },
    }


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("ask", "--no-such-option", "x"), "No such option"),
        (("show",), "Missing argument 'NAME'"),
        (("aks", "x"), "There is no command 'aks'. Did you mean 'ask'?"),
        (("ask", "--top-p", "7", "x"), "--top-p"),
        (("ask", "--keep", "soon", "x"), "'soon' is not a time."),
        (("create", "poet"), "An assistant needs a model."),
        (("label", "--remove"), "--remove needs a PATH."),
        (("preview", "--yes-send", "ab", "x"), "No such option"),
    ],
)
def test_a_command_line_that_cannot_be_understood_exits_with_2(
    environment: dict[str, str], arguments: tuple[str, ...], sentence: str
) -> None:
    outcome = aspen(environment, *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("Error: ")
    assert sentence in outcome.err


def test_a_usage_error_under_json_is_an_object_too(environment: dict[str, str]) -> None:
    outcome = aspen(environment, "ask", "--json", "--no-such-option")
    assert (outcome.code, json.loads(outcome.out)["error"]["code"]) == (2, Misused.code)


def test_the_word_json_after_the_separator_is_part_of_the_question(environment: dict[str, str], serve: Serve) -> None:
    serve(ask=lambda _arguments: [NotFound("Nothing here.")])
    outcome = aspen(environment, "ask", "--", "what", "is", "--json")
    assert (outcome.code, outcome.out, outcome.err) == (3, "", "Error: Nothing here.\n")
