"""LM Studio's store: its two levels, and the places to which a user may have moved it."""

from __future__ import annotations

import json
from pathlib import Path

from store_builders import models_in, problems_in, write_file

from aspen.library.lmstudio_store import find_models, roots


def test_a_model_two_levels_down_is_found_and_one_elsewhere_is_not(tmp_path: Path) -> None:
    write_file(tmp_path / "qwen/Qwen3-4B-GGUF/Qwen3-4B-Q4_K_M.gguf")
    write_file(tmp_path / "loose-Q4_K_M.gguf")
    write_file(tmp_path / "qwen/half-Q4_K_M.gguf")

    assert list(models_in(find_models(tmp_path))) == ["qwen/Qwen3-4B-GGUF:Q4_K_M"]


def test_a_lone_file_without_a_quantisation_in_its_name_bears_the_folders_name(tmp_path: Path) -> None:
    write_file(tmp_path / "me/mine/model.gguf")

    assert list(models_in(find_models(tmp_path))) == ["me/mine"]


def test_two_files_of_one_quantisation_are_told_apart_by_their_stems(tmp_path: Path) -> None:
    write_file(tmp_path / "me/mine/a-Q4_0.gguf")
    write_file(tmp_path / "me/mine/b-Q4_0.gguf")

    assert list(models_in(find_models(tmp_path))) == ["me/mine:a-Q4_0", "me/mine:b-Q4_0"]


def test_the_projector_beside_a_model_is_paired_and_an_adapter_is_left_out(tmp_path: Path) -> None:
    write_file(tmp_path / "me/eyes/eyes-Q4_0.gguf")
    projector = write_file(tmp_path / "me/eyes/mmproj-eyes-f16.gguf")
    write_file(tmp_path / "me/eyes/eyes-lora-f16.gguf")

    [model] = models_in(find_models(tmp_path)).values()

    assert model.projector == projector.resolve()


def test_an_empty_file_is_a_problem_and_no_model(tmp_path: Path) -> None:
    write_file(tmp_path / "me/mine/model.gguf", b"")

    [problem] = problems_in(find_models(tmp_path))

    assert "only 0 bytes long" in problem.sentence


def test_a_moved_home_and_a_moved_models_folder_are_followed(tmp_path: Path) -> None:
    write_file(tmp_path / ".lmstudio-home-pointer", f"{tmp_path}/moved\n")
    write_file(tmp_path / "moved/settings.json", json.dumps({"downloadsFolder": str(tmp_path / "disk")}))

    assert roots({}, tmp_path) == (
        tmp_path / "moved/models",
        tmp_path / "disk",
        tmp_path / ".lmstudio/models",
        tmp_path / ".cache/lm-studio/models",
    )


def test_settings_that_are_broken_or_point_nowhere_leave_the_usual_places(tmp_path: Path) -> None:
    usual = (tmp_path / ".lmstudio/models", tmp_path / ".cache/lm-studio/models")
    for settings in (
        "{",
        '{"downloadsFolder": 5}',
        '{"downloadsFolder": "relative"}',
        '{"downloadsFolder": "/a\\u0000b"}',
    ):
        write_file(tmp_path / ".lmstudio/settings.json", settings)
        assert roots({}, tmp_path) == usual
