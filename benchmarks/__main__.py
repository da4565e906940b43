"""Run every benchmark, one after the other: `python -m benchmarks --model FILE.gguf`."""

from __future__ import annotations

from benchmarks import cancel, contention, first_token, jail_cost, memory, throughput


def main() -> None:
    for benchmark in (throughput, first_token, contention, memory, jail_cost, cancel):
        benchmark.main()


if __name__ == "__main__":
    main()
