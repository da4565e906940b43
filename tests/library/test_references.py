"""What people type to fetch a model, and which files of a repository that means."""

from __future__ import annotations

import pytest

from aspen.core.errors import Misused, NotFound
from aspen.library import catalogue
from aspen.library.references import (
    CatalogueReference,
    HubReference,
    NameReference,
    choose_file,
    hub_reference,
    parse_reference,
)

HUB = HubReference(org="org", repo="repo-GGUF")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hf.co/org/repo-GGUF:Q4_K_M", HubReference(org="org", repo="repo-GGUF", quant="Q4_K_M")),
        ("huggingface.co/org/repo-GGUF", HUB),
        ("https://huggingface.co/org/repo-GGUF/", HUB),
        ("https://huggingface.co/org/repo-GGUF/tree/main", HUB),
        ("hf://org/repo-GGUF", HUB),
        ("org/repo-GGUF", HUB),
        ("org/repo-GGUF:latest", HUB),
        ("org/repo-GGUF:UD-Q4_K_XL", HubReference(org="org", repo="repo-GGUF", quant="UD-Q4_K_XL")),
        ("org/repo-GGUF@v1:Q8_0", HubReference(org="org", repo="repo-GGUF", quant="Q8_0", revision="v1")),
        ("org/repo-GGUF/sub/a b.gguf", HubReference(org="org", repo="repo-GGUF", file="sub/a b.gguf")),
        (
            "https://hf.co/org/repo-GGUF/resolve/abc/model-Q4_0.gguf?download=true",
            HubReference(org="org", repo="repo-GGUF", file="model-Q4_0.gguf", revision="abc"),
        ),
        ("qwen3:4b", CatalogueReference(name="qwen3:4b")),
        ("QWEN3:4B:q8_0", CatalogueReference(name="qwen3:4b", quant="q8_0")),
        ("llama3.2", CatalogueReference(name="llama3.2:3b")),
        ("somebodys-model:7b", NameReference(name="somebodys-model:7b")),
    ],
)
def test_every_way_to_name_a_model_is_understood(text: str, expected: object) -> None:
    assert parse_reference(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "org/",
        "/repo",
        "org/../repo",
        "../org/repo",
        "org/re--po",
        "org/repo.",
        "org/.repo",
        "org/repo:",
        "org/repo:Q4 K",
        "org/repo:../x",
        "org/repo@../x",
        "org/repo/../x.gguf",
        "org/repo/./x.gguf",
        "org/repo/x.bin",
        "org/repo/x.gguf:Q4_0",
        "org/repo\n/x.gguf",
        "org/repo/x\0.gguf",
        "https://example.org/org/repo",
        "http://hf.co.example.org/org/repo",
        "https://hf.co@example.org/org/repo",
        "C:\\models\\x",
        "ｏrg/repo",
        "a" * 5000,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Misused):
        parse_reference(text)


FILES = {
    "repo-Q8_0.gguf": 800,
    "repo-Q4_K_M.gguf": 480,
    "repo-Q4_0.gguf": 400,
    "repo-UD-Q4_K_XL.gguf": 500,
    "mmproj-repo-f16.gguf": 90,
    "mmproj-repo-bf16.gguf": 91,
    "imatrix.gguf": 5,
    "README.md": 1,
}


def test_without_a_wish_the_preferred_quantisation_is_chosen_and_on_a_processor_one_that_is_repacked() -> None:
    assert choose_file(HUB, FILES, prefer_repacked=False).parts == ("repo-Q4_K_M.gguf",)
    assert choose_file(HUB, FILES, prefer_repacked=True).parts == ("repo-Q4_0.gguf",)


def test_a_wish_is_taken_as_it_is_in_any_letter_case() -> None:
    for quant, name in (("q8_0", "repo-Q8_0.gguf"), ("ud-q4_k_xl", "repo-UD-Q4_K_XL.gguf")):
        wish = HubReference(org="org", repo="repo-GGUF", quant=quant)
        assert choose_file(wish, FILES, prefer_repacked=True).parts == (name,)


def test_a_quantisation_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(NotFound) as caught:
        choose_file(HubReference(org="org", repo="repo-GGUF", quant="Q2_K"), FILES, prefer_repacked=False)
    assert caught.value.hint == "It has Q4_0, Q4_K_M, Q8_0, UD-Q4_K_XL."


def test_a_file_by_its_name_is_chosen_or_missed_with_those_that_are_there() -> None:
    wish = HubReference(org="org", repo="repo-GGUF", file="repo-Q8_0.gguf")
    assert choose_file(wish, FILES, prefer_repacked=True).size_bytes == 800
    with pytest.raises(NotFound, match="has no file"):
        choose_file(HubReference(org="org", repo="r", file="x.gguf"), FILES, prefer_repacked=True)


def test_the_projector_of_a_vision_model_comes_along_with_its_size() -> None:
    chosen = choose_file(HUB, FILES, prefer_repacked=False)

    assert (chosen.projector, chosen.projector_bytes) == ("mmproj-repo-f16.gguf", 90)


def test_a_split_model_is_chosen_whole_and_never_in_part() -> None:
    parts = {f"Q4_K_M/repo-Q4_K_M-0000{part}-of-00002.gguf": 10 for part in (2, 1)}

    chosen = choose_file(HUB, parts, prefer_repacked=False)
    assert chosen.parts == tuple(sorted(parts))
    assert chosen.size_bytes == 20
    with pytest.raises(NotFound, match="parts of a model missing"):
        choose_file(HUB, dict(list(parts.items())[:1]), prefer_repacked=False)


def test_a_repository_without_gguf_files_says_so() -> None:
    with pytest.raises(NotFound, match="holds no GGUF model"):
        choose_file(HUB, {"model.safetensors": 5}, prefer_repacked=False)


def test_names_that_tell_no_quantisation_yield_the_smallest_file() -> None:
    assert choose_file(HUB, {"big.gguf": 9, "small.gguf": 3}, prefer_repacked=False).parts == ("small.gguf",)


def test_every_entry_of_the_catalogue_is_fetched_from_a_well_formed_place() -> None:
    for entry in catalogue.entries():
        assert parse_reference(f"{entry.repository}:{entry.quant}") == hub_reference(entry)
