"""How well a model fits this machine, in words: from its header when it is here, from its size when it is not."""

from __future__ import annotations

from functools import cache

from aspen.local.bandwidth import measure_bandwidth
from aspen.local.fit import Fit, NotDownloaded, judge_fit
from aspen.local.gguf_header import GgufHeader
from aspen.workspace import Workspace

_BYTES_PER_PARAMETER = 0.6
"""Of a four-bit quantisation: what is assumed of a file whose header nobody has read yet."""


@cache
def memory_bytes_per_second(threads: int) -> float:
    """Measure the memory once for each service; some 100 ms."""
    return measure_bandwidth(threads)


def fit_of(workspace: Workspace, model: GgufHeader | NotDownloaded) -> Fit:
    """Judge a model against what is free now."""
    hardware = workspace.hardware()
    return judge_fit(model, hardware, memory_bytes_per_second(hardware.usable_cores))


def fit_of_size(workspace: Workspace, size_bytes: int) -> Fit:
    """Judge a model of which only the size is known."""
    return fit_of(workspace, NotDownloaded(size_bytes=size_bytes, parameters=round(size_bytes / _BYTES_PER_PARAMETER)))
