"""Jan's store: cards in YAML of the plainest kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_builders import GGUF, models_in, problems_in, write_file

from aspen.library.jan_store import find_models

CARD = "llamacpp/models/janhq/Jan-v1-4B/model.yml"


def test_a_card_names_its_weights_relative_to_the_data_folder(tmp_path: Path) -> None:
    weights = write_file(tmp_path / "llamacpp/models/janhq/Jan-v1-4B/model.gguf")
    write_file(
        tmp_path / CARD,
        "name: 'Jan v1'\r\nmodel_path: llamacpp/models/janhq/Jan-v1-4B/model.gguf\r\nembedding: false\r\n",
    )

    [model] = models_in(find_models(tmp_path)).values()

    assert model.name == "janhq/Jan-v1-4B"
    assert model.path == weights.resolve()
    assert model.size_bytes == len(GGUF)


def test_a_projector_that_the_card_names_is_paired(tmp_path: Path) -> None:
    folder = tmp_path / "llamacpp/models/janhq/Jan-v1-4B"
    write_file(folder / "model.gguf")
    projector = write_file(folder / "mmproj.gguf")
    write_file(tmp_path / CARD, "mmproj_path: llamacpp/models/janhq/Jan-v1-4B/mmproj.gguf\n")

    assert models_in(find_models(tmp_path))["janhq/Jan-v1-4B"].projector == projector.resolve()


@pytest.mark.parametrize("written", ["../outside.gguf", "{outside}", '"{outside}"'])
def test_weights_outside_of_the_store_are_refused(tmp_path: Path, written: str) -> None:
    outside = write_file(tmp_path / "outside.gguf")
    data = tmp_path / "data"
    write_file(data / CARD, f"model_path: {written.format(outside=outside)}\n")

    findings = list(find_models(data))

    assert models_in(findings) == {}
    assert "outside of Jan's folder" in problems_in(findings)[0].sentence


@pytest.mark.parametrize(
    "card", [b"\xff\xff", b"model_path: a\x00b\n", b"x" * (1 << 19), b"model_path: gone.gguf\n", b""]
)
def test_a_broken_card_is_a_problem_and_hides_no_other_model(tmp_path: Path, card: bytes) -> None:
    write_file(tmp_path / CARD, card)
    write_file(tmp_path / "llamacpp/models/good/one/model.gguf")
    write_file(tmp_path / "llamacpp/models/good/one/model.yml", "name: good\n")

    findings = list(find_models(tmp_path))

    assert list(models_in(findings)) == ["good/one"]
    assert len(problems_in(findings)) == 1
