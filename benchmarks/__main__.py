"""Run every benchmark, one after the other: `python -m benchmarks --model FILE.gguf`."""

from __future__ import annotations

from benchmarks import (
    cancel,
    cloud_start,
    contention,
    decision,
    envelope,
    first_token,
    gate_wire,
    jail_cost,
    labelling,
    memory,
    page,
    retrieval,
    search,
    store_cost,
    throughput,
)

_HERE = (throughput, first_token, contention, memory, jail_cost, cancel, store_cost)
_ELSEWHERE = (gate_wire, envelope, decision, labelling, cloud_start)
_APP = (page, search, retrieval)


def main() -> None:
    for benchmark in (*_HERE, *_ELSEWHERE, *_APP):
        benchmark.main()


if __name__ == "__main__":
    main()
