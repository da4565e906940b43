"""The Hugging Face cache: revisions, links, split models and projectors."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_builders import GGUF, HubCache, models_in, problems_in, write_file

from aspen.library.huggingface_store import cache_root, find_models

REPO = "bartowski/Llama-3.2-1B-Instruct-GGUF"


@pytest.fixture
def cache(tmp_path: Path) -> HubCache:
    return HubCache(tmp_path / "hub")


def test_each_quantisation_is_a_model_named_by_its_repository(cache: HubCache) -> None:
    cache.put(REPO, "abc", "Llama-3.2-1B-Instruct-Q4_K_M.gguf")
    cache.put(REPO, "abc", "Llama-3.2-1B-Instruct-Q8_0.gguf", GGUF * 2)
    cache.put(REPO, "abc", "README.md", b"text")
    cache.set_main(REPO, "abc")

    found = models_in(find_models(cache.root))

    assert {name: model.size_bytes for name, model in found.items()} == {
        f"{REPO}:Q4_K_M": len(GGUF),
        f"{REPO}:Q8_0": len(GGUF) * 2,
    }


def test_the_present_revision_goes_before_an_older_one(cache: HubCache) -> None:
    cache.put(REPO, "aaa", "model-Q4_0.gguf", GGUF + b"old")
    cache.put(REPO, "aaa", "model-Q8_0.gguf")
    present = cache.put(REPO, "bbb", "model-Q4_0.gguf", GGUF + b"newer")
    cache.set_main(REPO, "bbb")

    found = models_in(find_models(cache.root))

    assert found[f"{REPO}:Q4_0"].path == present.parent.resolve() / present.name
    assert found[f"{REPO}:Q8_0"].path.parent.name == "aaa"


@pytest.mark.parametrize("main", ["../../../outside", "gone", "", "a" * 500])
def test_a_main_that_leads_nowhere_still_leaves_the_snapshots(cache: HubCache, main: str) -> None:
    cache.put(REPO, "abc", "model-Q4_0.gguf")
    cache.set_main(REPO, main)

    assert list(models_in(find_models(cache.root))) == [f"{REPO}:Q4_0"]


def test_a_link_out_of_the_cache_is_refused_and_hides_no_other_model(cache: HubCache, tmp_path: Path) -> None:
    secret = write_file(tmp_path / "secret.gguf")
    good = cache.put(REPO, "abc", "model-Q4_0.gguf")
    (good.parent / "model-Q8_0.gguf").symlink_to(secret)
    outside = tmp_path / "outside"
    write_file(outside / "snapshots/abc/model-Q2_K.gguf")
    (cache.root / "models--evil--repo").symlink_to(outside)

    findings = list(find_models(cache.root))

    assert list(models_in(findings)) == [f"{REPO}:Q4_0"]
    assert all("leads out of the store" in problem.sentence for problem in problems_in(findings))
    assert {problem.path.name for problem in problems_in(findings)} == {"model-Q8_0.gguf", "models--evil--repo"}


def test_a_link_to_a_blob_that_is_gone_and_a_circle_of_links_are_problems(cache: HubCache) -> None:
    good = cache.put(REPO, "abc", "model-Q4_0.gguf")
    (good.parent / "gone-Q8_0.gguf").symlink_to(cache.root / "gone")
    (good.parent / "circle-Q2_K.gguf").symlink_to(good.parent / "circle-Q2_K.gguf")

    findings = list(find_models(cache.root))

    assert list(models_in(findings)) == [f"{REPO}:Q4_0"]
    assert len(problems_in(findings)) == 2


def test_a_split_model_is_one_model_with_its_parts_in_order(cache: HubCache) -> None:
    for part in (3, 1, 2):
        cache.put(REPO, "abc", f"Q4_K_M/Big-Q4_K_M-0000{part}-of-00003.gguf", GGUF + bytes(part))
    cache.set_main(REPO, "abc")

    [model] = models_in(find_models(cache.root)).values()

    assert model.name == f"{REPO}:Q4_K_M"
    assert [path.name[-20:] for path in model.paths] == [
        "-00001-of-00003.gguf",
        "-00002-of-00003.gguf",
        "-00003-of-00003.gguf",
    ]
    assert model.size_bytes == 3 * len(GGUF) + 6


def test_a_split_model_with_a_missing_part_is_a_problem_that_names_it(cache: HubCache) -> None:
    cache.put(REPO, "abc", "Big-Q4_K_M-00001-of-00003.gguf")
    cache.put(REPO, "abc", "Big-Q4_K_M-00003-of-00003.gguf")

    findings = list(find_models(cache.root))

    assert models_in(findings) == {}
    assert problems_in(findings)[0].sentence.startswith("Only 2 of 3 parts")
    assert "Big-Q4_K_M-00002-of-00003.gguf is missing" in problems_in(findings)[0].sentence


def test_a_projector_is_paired_and_is_no_model_of_its_own(cache: HubCache) -> None:
    cache.put(REPO, "abc", "gemma-3-4b-it-Q4_K_M.gguf")
    cache.put(REPO, "abc", "mmproj-model-f32.gguf")
    cache.put(REPO, "abc", "mmproj-model-f16.gguf")

    [model] = models_in(find_models(cache.root)).values()

    assert model.projector is not None
    assert model.projector.name == "mmproj-model-f16.gguf"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HF_HUB_CACHE": "/a", "HF_HOME": "/b"}, Path("/a")),
        ({"HF_HOME": "/b", "XDG_CACHE_HOME": "/c"}, Path("/b/hub")),
        ({"XDG_CACHE_HOME": "/c"}, Path("/c/huggingface/hub")),
        ({"HF_HOME": "~/hf"}, Path("/home/ada/hf/hub")),
        ({}, Path("/home/ada/.cache/huggingface/hub")),
    ],
)
def test_the_cache_lies_where_huggingface_hub_would_put_it(environment: dict[str, str], expected: Path) -> None:
    assert cache_root(environment, Path("/home/ada")) == expected
