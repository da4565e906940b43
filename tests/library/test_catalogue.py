"""The catalogue: whole, consistent, and a suggestion that suits the machine."""

from __future__ import annotations

import datetime

from aspen.core.model_card import Skill
from aspen.library.catalogue import Kind, checked_on, entries, find, suggest, words_per_second
from aspen.library.gguf_names import read_quant

GB = 1_000_000_000


def test_names_and_aliases_are_unique_and_in_small_letters() -> None:
    names = [name for entry in entries() for name in (entry.name, *entry.aliases)]

    assert len(names) == len(set(names))
    assert names == [name.lower() for name in names]


def test_every_entry_has_plausible_numbers() -> None:
    for entry in entries():
        assert 0.4 < entry.size_bytes / entry.parameters < 1.4, entry.name
        assert entry.active_parameters <= entry.parameters
        assert entry.quant == read_quant(f"x-{entry.quant}.gguf")
        assert (Skill.EMBED in entry.skills) == (entry.kind == Kind.EMBEDDER)
        assert (Skill.VISION in entry.skills) == bool(entry.projector_bytes)


def test_every_family_and_kind_is_there() -> None:
    for name in ("llama3.2:1b", "mistral:7b", "qwen3:8b", "gemma3:4b", "phi4-mini", "qwen2.5-coder:7b", "bge-m3"):
        assert find(name) is not None
    assert find("Llama3.1:latest") == find("llama3.1:8b")
    assert find("unheard-of") is None


def test_the_date_of_the_last_check_is_a_date() -> None:
    assert datetime.date.fromisoformat(checked_on()).year >= 2026


def test_a_larger_machine_is_offered_a_better_model_and_a_tiny_one_none() -> None:
    offers = [suggest(size * GB) for size in (2, 4, 8, 16, 32)]

    ranks = [offer.entry.rank for offer in offers if offer]
    assert len(ranks) == 5
    assert ranks == sorted(ranks)
    assert suggest(GB // 2) is None


def test_what_is_offered_fits_under_the_ceiling_with_room_for_its_context() -> None:
    for ceiling_bytes in range(2 * GB, 30 * GB, GB):
        offer = suggest(ceiling_bytes)
        assert offer is not None
        assert offer.entry.size_bytes + offer.entry.projector_bytes < ceiling_bytes


def test_slow_memory_is_offered_a_smaller_model_at_a_bearable_speed() -> None:
    slow = suggest(32 * GB, memory_bytes_per_second=15 * GB)
    fast = suggest(32 * GB, memory_bytes_per_second=400 * GB)

    assert slow is not None
    assert fast is not None
    assert slow.entry.bytes_per_token < fast.entry.size_bytes
    assert slow.words_per_second is not None
    assert slow.words_per_second >= 4
    assert fast.entry.rank >= slow.entry.rank


def test_memory_too_slow_for_all_is_offered_the_fastest() -> None:
    offer = suggest(8 * GB, memory_bytes_per_second=GB / 100)

    assert offer is not None
    assert offer.entry.name == "qwen3:0.6b"


def test_a_mixture_of_experts_answers_faster_than_a_dense_model_of_its_size() -> None:
    sparse, dense = find("qwen3:30b-a3b"), find("mistral-small")

    assert sparse is not None
    assert dense is not None
    assert words_per_second(sparse, 50 * GB) > 5 * words_per_second(dense, 50 * GB)


def test_coders_and_embedders_are_offered_when_asked_for() -> None:
    for kind in (Kind.CODER, Kind.EMBEDDER):
        offer = suggest(16 * GB, kind=kind)
        assert offer is not None
        assert offer.entry.kind == kind
