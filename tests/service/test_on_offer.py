"""What could be fetched, and how it would fit this machine."""

from __future__ import annotations

from fakes.gguf_writer import gguf
from fakes.service_home import ServiceHome


def test_each_model_says_what_it_is_and_how_it_fits_and_one_is_suggested(shared_home: ServiceHome) -> None:
    rows = shared_home.call("catalogue")["models"]
    assert len(rows) > 10
    assert {"chat", "coder", "embedder"} == {row["kind"] for row in rows}
    assert all(row["licence"] and row["title"] and row["size_bytes"] > 1e7 and row["fit"] for row in rows)
    fitting = [row for row in rows if row["is_fitting"]]
    assert fitting
    assert sum(row["is_suggested"] for row in rows) == 1
    assert all(row["words_per_second"] is None or row["words_per_second"] > 0 for row in rows)


def test_one_that_reads_fewer_weights_for_each_word_is_expected_to_be_faster(shared_home: ServiceHome) -> None:
    speeds = {row["name"]: row["words_per_second"] for row in shared_home.call("catalogue")["models"]}
    assert speeds["qwen3:30b-a3b"] > speeds["mistral-small"]


def test_what_is_here_already_says_so(home: ServiceHome) -> None:
    folder = home.root / "home" / ".cache" / "huggingface" / "hub" / "models--bartowski--Qwen_Qwen3-0.6B-GGUF"
    snapshot = folder / "snapshots" / ("a" * 40)
    snapshot.mkdir(parents=True)
    (snapshot / "Qwen_Qwen3-0.6B-Q4_K_M.gguf").write_bytes(gguf())
    home.run("ps")
    assert [row["name"] for row in home.call("catalogue")["models"] if row["is_here"]] == ["qwen3:0.6b"]
