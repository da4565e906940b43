"""What an engine is told, and that the launcher believes none of it unchecked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from aspen.core.engine_spec import EngineSpec, spec_from_json, spec_to_json

SPEC = EngineSpec(
    model=(Path("/m/a-1.gguf"), Path("/m/a-2.gguf")),
    context_tokens=4096,
    slots=4,
    batch_tokens=256,
    threads=2,
    spin_count=2000,
    projector=Path("/m/mmproj.gguf"),
    adapters=((Path("/m/lora.gguf"), 0.5),),
    chat_template="{{ messages }}",
)


def test_every_file_that_the_engine_opens_is_readable_and_no_other() -> None:
    assert [str(path) for path in SPEC.readable] == ["/m/a-1.gguf", "/m/a-2.gguf", "/m/mmproj.gguf", "/m/lora.gguf"]
    assert replace(SPEC, projector=None, adapters=()).readable == SPEC.model


def test_a_spec_survives_the_pipe() -> None:
    assert spec_from_json(spec_to_json(SPEC)) == SPEC


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", "/m/a.gguf"),
        ("model", ["a.gguf"]),
        ("model", ["/m/a\0.gguf"]),
        ("model", [5]),
        ("context_tokens", 0),
        ("context_tokens", True),
        ("context_tokens", 2**24 + 1),
        ("slots", 0),
        ("slots", 1.0),
        ("batch_tokens", "256"),
        ("threads", None),
        ("spin_count", -1),
        ("gpu_layers", 10_001),
        ("projector", "mmproj.gguf"),
        ("adapters", None),
        ("adapters", [["/m/lora.gguf"]]),
        ("adapters", [["lora.gguf", 1.0]]),
        ("adapters", [["/m/lora.gguf", "1.0"]]),
        ("adapters", ["/m/lora.gguf"]),
        ("chat_template", 5),
    ],
)
def test_a_field_of_the_wrong_kind_or_out_of_bounds_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"must be"):
        spec_from_json({**spec_to_json(SPEC), field: value})


@pytest.mark.parametrize("field", ["model", "context_tokens", "slots", "batch_tokens", "threads", "adapters"])
def test_a_field_that_is_missing_is_refused(field: str) -> None:
    told = spec_to_json(SPEC)
    del told[field]
    with pytest.raises(ValueError, match=field):
        spec_from_json(told)
