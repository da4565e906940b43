"""Ollama's store: what is found, by which name, and what a hostile or broken store cannot do."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from store_builders import GGUF, LAYER, OllamaStore, models_in, problems_in, write_file

from aspen.library.ollama_store import SERVICE_ROOT, find_models, roots

MODEL = "registry.ollama.ai/library/llama3.2/latest"


@pytest.fixture
def store(tmp_path: Path) -> OllamaStore:
    return OllamaStore(tmp_path / "ollama")


def test_a_model_is_found_by_the_name_that_ollama_shows(store: OllamaStore) -> None:
    layer = store.layer("model")
    store.put_manifest(MODEL, [layer])

    found = models_in(find_models(store.root))["llama3.2"]

    assert found.path == store.root.resolve() / "blobs" / str(layer["digest"]).replace(":", "-")
    assert found.size_bytes == len(GGUF)
    assert found.store == "ollama"
    assert found.aliases == ("llama3.2:latest",)


@pytest.mark.parametrize(
    ("manifest", "name"),
    [
        ("registry.ollama.ai/library/llama3.2/1b", "llama3.2:1b"),
        ("registry.ollama.ai/someone/model/latest", "someone/model"),
        ("hf.co/org/repo-GGUF/Q4_K_M", "hf.co/org/repo-GGUF:Q4_K_M"),
        ("models.example.org/team/model/v2", "models.example.org/team/model:v2"),
    ],
)
def test_every_kind_of_manifest_path_gives_its_readable_name(store: OllamaStore, manifest: str, name: str) -> None:
    store.put_manifest(manifest, [store.layer("model")])

    assert list(models_in(find_models(store.root))) == [name]


def test_a_projector_is_paired_with_its_model(store: OllamaStore) -> None:
    projector = store.layer("projector", GGUF + b"projector")
    store.put_manifest(MODEL, [store.layer("model"), projector])

    found = models_in(find_models(store.root))["llama3.2"]

    assert found.projector is not None
    assert found.projector.name == str(projector["digest"]).replace(":", "-")


def test_a_cloud_stub_and_a_model_of_tensors_are_left_out_in_silence(store: OllamaStore) -> None:
    store.put_manifest("registry.ollama.ai/library/far/cloud", [], {"remote_host": "https://example.org"})
    store.put_manifest(
        "registry.ollama.ai/library/mlx/latest", [store.layer("tensor")], {"model_format": "safetensors"}
    )

    assert list(find_models(store.root)) == []


@pytest.mark.parametrize(
    "digest",
    [
        "sha256:../../../../etc/passwd",
        "../secret",
        "sha256-" + "g" * 64,
        "md5:" + "a" * 32,
        "sha256:" + "a" * 64 + "/..",
        "",
    ],
)
def test_a_digest_that_is_a_path_reaches_no_file(store: OllamaStore, digest: str) -> None:
    store.put_manifest(MODEL, [{"mediaType": LAYER + "model", "digest": digest, "size": 4}])

    findings = list(find_models(store.root))

    assert models_in(findings) == {}
    assert "not a SHA-256 digest" in problems_in(findings)[0].sentence


def test_a_blob_that_links_out_of_the_store_is_refused(store: OllamaStore, tmp_path: Path) -> None:
    secret = write_file(tmp_path / "secret", GGUF)
    layer = store.layer("model")
    blob = store.root / "blobs" / str(layer["digest"]).replace(":", "-")
    blob.unlink()
    blob.symlink_to(secret)
    store.put_manifest(MODEL, [layer])

    findings = list(find_models(store.root))

    assert models_in(findings) == {}
    assert "link out of the store" in problems_in(findings)[0].sentence


def test_a_manifest_with_broken_json_is_reported_and_hides_no_other_model(store: OllamaStore) -> None:
    store.put_manifest(MODEL, [store.layer("model")])
    broken = write_file(store.root / "manifests/registry.ollama.ai/library/broken/latest", '{"layers": [')

    findings = list(find_models(store.root))

    assert list(models_in(findings)) == ["llama3.2"]
    [problem] = problems_in(findings)
    assert problem.path == broken.resolve()
    assert problem.sentence.startswith("Ollama's broken is unusable: ")
    assert problem.sentence.endswith("is not valid JSON.")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"x": "' + b"a" * (1 << 20) + b'"}', "is larger than"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b"[1, 2]", "does not hold a JSON object"),
        (b'{"layers": "none", "config": 7}', "names no weights"),
        (b'{"layers": [null, 3, {"mediaType": 5}]}', "names no weights"),
    ],
)
def test_a_hostile_manifest_is_one_problem(store: OllamaStore, content: bytes, reason: str) -> None:
    write_file(store.root / "manifests" / MODEL, content)

    [problem] = list(find_models(store.root))

    assert reason in problems_in([problem])[0].sentence


def test_a_pipe_in_place_of_a_manifest_or_blob_is_not_waited_for(store: OllamaStore) -> None:
    layer = store.layer("model")
    blob = store.root / "blobs" / str(layer["digest"]).replace(":", "-")
    blob.unlink()
    os.mkfifo(blob)
    manifest = store.put_manifest(MODEL, [layer])
    os.mkfifo(manifest.with_name("pipe"))

    findings = list(find_models(store.root))

    assert models_in(findings) == {}
    assert len(problems_in(findings)) == 1


def test_a_download_under_way_and_a_missing_blob_are_told_apart(store: OllamaStore) -> None:
    layers = [store.layer("model", GGUF + bytes([number])) for number in range(2)]
    blobs = [store.root / "blobs" / str(layer["digest"]).replace(":", "-") for layer in layers]
    for blob in blobs:
        blob.unlink()
    write_file(blobs[0].with_name(f"{blobs[0].name}-partial"))
    store.put_manifest("registry.ollama.ai/library/first/latest", layers[:1])
    store.put_manifest("registry.ollama.ai/library/second/latest", layers[1:])

    first, second = problems_in(find_models(store.root))

    assert first.sentence == "Ollama's first is not downloaded to its end."
    assert second.sentence == "Ollama's second lacks a blob."


def test_a_blob_of_another_size_than_promised_is_told_with_both_numbers(store: OllamaStore) -> None:
    store.put_manifest(MODEL, [{**store.layer("model"), "size": 5_000}])

    [problem] = problems_in(find_models(store.root))

    assert problem.sentence == f"Ollama's llama3.2 has a blob of {len(GGUF)} bytes where its manifest says 5000."


def test_a_model_with_an_adapter_is_not_passed_off_as_its_base(store: OllamaStore) -> None:
    store.put_manifest(MODEL, [store.layer("model"), store.layer("adapter", b"lora")])

    findings = list(find_models(store.root))

    assert models_in(findings) == {}
    assert "LoRA adapter" in problems_in(findings)[0].sentence


def test_a_name_with_control_characters_is_never_shown_raw(store: OllamaStore) -> None:
    manifest = store.put_manifest("registry.ollama.ai/library/plain/latest", [store.layer("model")])
    evil = manifest.parent.with_name("evil\x1b[2J")
    evil.mkdir()
    (evil / "latest").write_bytes(manifest.read_bytes())

    findings = list(find_models(store.root))

    assert list(models_in(findings)) == ["plain"]
    assert all(problem.sentence.isprintable() for problem in problems_in(findings))
    assert len(problems_in(findings)) == 1


def test_a_folder_that_may_not_be_read_is_a_problem(store: OllamaStore) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    store.put_manifest(MODEL, [store.layer("model")])
    (store.root / "manifests").chmod(0)
    try:
        [problem] = problems_in(find_models(store.root))
    finally:
        (store.root / "manifests").chmod(0o700)

    assert "cannot be read (Permission denied)" in problem.sentence


def test_no_store_at_all_is_no_problem(tmp_path: Path) -> None:
    assert list(find_models(tmp_path / "nowhere")) == []


def test_reading_a_store_writes_nothing(store: OllamaStore) -> None:
    store.put_manifest(MODEL, [store.layer("model")])
    before = {path: path.stat().st_mtime_ns for path in store.root.rglob("*")}

    list(find_models(store.root))

    assert {path: path.stat().st_mtime_ns for path in store.root.rglob("*")} == before


def test_the_environment_names_the_only_root_and_else_the_users_and_the_services_are_read(tmp_path: Path) -> None:
    assert roots({"OLLAMA_MODELS": "/big/disk"}, tmp_path) == (Path("/big/disk"),)
    assert roots({"OLLAMA_MODELS": ""}, tmp_path) == (tmp_path / ".ollama/models", SERVICE_ROOT)


def test_a_config_that_is_cut_short_is_a_problem(store: OllamaStore) -> None:
    config = store.put_blob(b'{"model_fo')
    manifest = {"config": {"mediaType": "x", **config}, "layers": [store.layer("model")]}
    write_file(store.root / "manifests" / MODEL, json.dumps(manifest))

    findings = list(find_models(store.root))

    assert models_in(findings) == {}
    assert "is not valid JSON" in problems_in(findings)[0].sentence
