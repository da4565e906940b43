"""llama.cpp's own folders, flat and with one subfolder a model, and GPT4All's, which is flat too."""

from __future__ import annotations

from pathlib import Path

from store_builders import GGUF, models_in, write_file

from aspen.library.llamacpp_store import find_models, roots
from aspen.library.stores import STORES


def test_loose_files_are_named_by_their_stems(tmp_path: Path) -> None:
    write_file(tmp_path / "SmolLM2-135M-Instruct.Q4_1.gguf")
    write_file(tmp_path / "SmolLM2-135M-Instruct.Q4_1.gguf.downloadInProgress")

    assert list(models_in(find_models(tmp_path))) == ["SmolLM2-135M-Instruct.Q4_1"]


def test_a_cached_download_is_named_by_the_repository_that_its_manifest_tells(tmp_path: Path) -> None:
    write_file(tmp_path / "manifest=ggml-org=gemma_3-GGUF=latest.json", "{}")
    write_file(tmp_path / "ggml-org_gemma_3-GGUF_gemma-3-4b-it-Q4_K_M.gguf")

    assert list(models_in(find_models(tmp_path))) == ["ggml-org/gemma_3-GGUF:Q4_K_M"]


def test_in_a_flat_folder_a_projector_goes_only_to_the_model_of_its_name(tmp_path: Path) -> None:
    write_file(tmp_path / "gemma-3-4b-it-Q4_K_M.gguf")
    write_file(tmp_path / "qwen3-4b-Q4_K_M.gguf")
    projector = write_file(tmp_path / "mmproj-gemma-3-4b-it-f16.gguf")

    found = models_in(find_models(tmp_path))

    assert found["gemma-3-4b-it-Q4_K_M"].projector == projector.resolve()
    assert found["qwen3-4b-Q4_K_M"].projector is None


def test_a_subfolder_holds_one_model_of_several_files(tmp_path: Path) -> None:
    write_file(tmp_path / "eyes/model-00001-of-00002.gguf")
    write_file(tmp_path / "eyes/model-00002-of-00002.gguf")
    projector = write_file(tmp_path / "eyes/mmproj.gguf")

    [model] = models_in(find_models(tmp_path)).values()

    assert len(model.paths) == 2
    assert model.size_bytes == 2 * len(GGUF)
    assert model.projector == projector.resolve()


def test_the_environment_names_the_only_folder(tmp_path: Path) -> None:
    assert roots({"LLAMA_CACHE": "/disk/llama"}, tmp_path) == (Path("/disk/llama"),)
    assert tmp_path / ".cache/llama.cpp" in roots({}, tmp_path)


def test_the_flat_folder_of_gpt4all_is_read_too(tmp_path: Path) -> None:
    [store] = [row for row in STORES if row.name == "gpt4all"]
    [root] = store.roots({"XDG_DATA_HOME": str(tmp_path)}, tmp_path)
    write_file(root / "orca-mini.gguf")

    assert list(models_in(store.find_models(root))) == ["orca-mini"]
