"""The memory estimates against what the real engine says that it took."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aspen.local.gguf_header import read_header
from aspen.local.kv_cache import cache_bytes, compute_bytes, padded
from fakes.engine_log import engine_logs

_MEBIBYTE = 1 << 20


def _logged(log: str, what: str) -> float:
    found = re.search(rf"{what} buffer size = +([\d.]+) MiB", log)
    assert found is not None, log
    return float(found[1]) * _MEBIBYTE


def test_estimates_agree_with_the_engine_for_the_starter_model(starter_model: Path) -> None:
    header = read_header(starter_model)
    layers = header.require_model()
    cases = [(2048, 1, 512), (2048, 4, 64), (8192, 4, 512), (8192, 4, 128)]
    logs = engine_logs(
        *(
            {
                "model": str(starter_model),
                "n_ctx": context * slots,
                "n_parallel": slots,
                "n_batch": batch,
                "n_ubatch": batch,
            }
            for context, slots, batch in cases
        )
    )
    for (context, slots, batch), log in zip(cases, logs, strict=True):
        kept = cache_bytes(layers, context, slots, batch)
        assert kept == pytest.approx(_logged(log, "KV"), rel=0.001)
        computed = _logged(log, "compute") + _logged(log, "output")
        estimated = compute_bytes(header, layers, context, slots, batch)
        # Never too little, and not much too much: within 5 % or 1 MiB.
        assert computed <= estimated * 1.01
        assert estimated <= max(computed * 1.05, computed + _MEBIBYTE)


def test_a_context_is_rounded_up_as_the_engine_does() -> None:
    assert [padded(tokens) for tokens in (1, 256, 257, 1000)] == [256, 256, 512, 1024]
