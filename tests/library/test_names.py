"""What may be a name."""

from __future__ import annotations

import pytest

from aspen.core.errors import Misused
from aspen.library.names import check_model_id, check_name, file_stem


@pytest.mark.parametrize("name", ["writer", "notes:v2", "A", "qwen3.5_test-1", "x" * 100])
def test_a_plain_word_is_a_name(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "a..b",
        ".hidden",
        "-x",
        "a/b",
        "a\\b",
        "a b",
        "é",
        "a\0",
        "a\n",
        "nul",
        "NUL.txt",
        "Com3:x",
        "AUTO",
        "x.",
    ],
)
def test_what_could_be_a_path_a_device_or_a_word_of_aspens_own_is_no_name(name: str) -> None:
    with pytest.raises(Misused):
        check_name(name)


def test_letter_case_and_colons_lead_to_one_safe_file() -> None:
    assert file_stem("Notes:V2") == file_stem("notes:v2") == "notes%3Av2"


@pytest.mark.parametrize("name", ["llama3.2:latest", "org/repo:Q4_K_M", "c:latest", "a name with spaces"])
def test_an_opaque_id_may_be_asked_for(name: str) -> None:
    assert check_model_id(name) == name


def test_a_refused_name_is_never_shown_raw() -> None:
    with pytest.raises(Misused) as caught:
        check_name("a\x1b[2Jb")
    assert caught.value.sentence.isprintable()
