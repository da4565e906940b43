"""The numbers of a model's layers, as its GGUF header gives them: what memory planning and speed estimates need.

Which layers slide a window over the text, and which keep a recurrent state instead of a cache, is partly written in
llama.cpp's code and not in the file. Where neither says so, a layer counts as full attention: the plan is then too
large, never too small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from aspen.local.gguf_metadata import Metadata

MOST_LAYERS = 1_024
_MOST_WIDTH = 1 << 20
_MOST_TOKENS = 1 << 30
_MOST_EXPERTS = 65_536
_STATE_BYTES = 4
"""Recurrent states are kept as 32-bit floats."""

_FULL_EVERY: dict[str, int] = {
    "afmoe": 4,
    "cohere2": 4,
    "cohere2moe": 4,
    "exaone-moe": 4,
    "exaone4": 4,
    "gemma-embedding": 6,
    "gemma2": 2,
    "gemma3": 6,
    "gemma3n": 5,
    "gpt-oss": 2,
    "olmo2": 4,
    "plamo3": 8,
}
"""Architectures with a sliding window whose every n-th layer sees the whole text (src/models/*.cpp in llama.cpp)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """Lengths are numbers of elements, `feed_forward_length` of all experts that work on one token.

    The tuples have one entry for each layer.
    `caches` is true where a layer keeps keys and values for the text, `slides` where only for the last
    `sliding_window_tokens` of it, `keeps_state` where it holds `state_bytes` for each slot, however long the text.
    """

    block_count: int
    context_tokens: int
    embedding_length: int
    feed_forward_length: int
    head_counts_kv: tuple[int, ...]
    head_counts: tuple[int, ...]
    key_length: int
    value_length: int
    sliding_key_length: int
    sliding_value_length: int
    caches: tuple[bool, ...]
    slides: tuple[bool, ...]
    sliding_window_tokens: int
    keeps_state: tuple[bool, ...]
    state_bytes: int
    expert_count: int
    expert_used_count: int
    is_causal: bool


class _Look(Protocol):
    """Looks up a whole number of this architecture by the rest of its key."""

    def __call__(self, key: str, *, most: int = ..., default: int | None = ...) -> int: ...


def read_layers(metadata: Metadata, architecture: str) -> Layers:
    """Collect the numbers of a model; BadModelFile where one that the engine needs is missing or absurd."""

    def number(key: str, *, most: int = _MOST_WIDTH, default: int | None = 0) -> int:
        return metadata.integer(f"{architecture}.{key}", most=most, default=default)

    count = number("block_count", most=MOST_LAYERS, default=None)
    width = number("embedding_length", default=None)

    def each(key: str, default: int = 0) -> tuple[int, ...]:
        return metadata.per_layer(f"{architecture}.{key}", count, most=_MOST_WIDTH, default=default)

    heads = each("attention.head_count")
    most_heads = max(heads, default=0)
    heads_kv = heads
    if f"{architecture}.attention.head_count_kv" in metadata:
        heads_kv = each("attention.head_count_kv")
    default_length = width // most_heads if most_heads else 0
    key_length = number("attention.key_length", default=default_length)
    value_length = number("attention.value_length", default=default_length)
    is_causal = metadata.is_true(f"{architecture}.attention.causal", default=True)
    caches = _caching_layers(heads_kv, number) if is_causal else (False,) * count
    state_bytes = _state_elements(width, most_heads, number) * _STATE_BYTES
    return Layers(
        block_count=count,
        context_tokens=number("context_length", most=_MOST_TOKENS, default=None),
        embedding_length=width,
        feed_forward_length=max(
            max(each("feed_forward_length"), default=0),
            number("expert_feed_forward_length") * number("expert_used_count", most=_MOST_EXPERTS),
        ),
        head_counts=heads,
        head_counts_kv=heads_kv,
        key_length=key_length,
        value_length=value_length,
        sliding_key_length=number("attention.key_length_swa", default=key_length),
        sliding_value_length=number("attention.value_length_swa", default=value_length),
        caches=caches,
        slides=_sliding_layers(metadata, architecture, count),
        sliding_window_tokens=number("attention.sliding_window", most=_MOST_TOKENS),
        keeps_state=tuple(bool(state_bytes) and (not cached or all(caches)) for cached in caches),
        state_bytes=state_bytes,
        expert_count=number("expert_count", most=_MOST_EXPERTS),
        expert_used_count=number("expert_used_count", most=_MOST_EXPERTS),
        is_causal=is_causal,
    )


def _caching_layers(heads_kv: tuple[int, ...], number: _Look) -> tuple[bool, ...]:
    interval = number("full_attention_interval", most=MOST_LAYERS)
    own_cache = len(heads_kv) - number("attention.shared_kv_layers", most=MOST_LAYERS)
    return tuple(
        heads > 0 and layer < own_cache and (interval == 0 or (layer + 1) % interval == 0)
        for layer, heads in enumerate(heads_kv)
    )


def _state_elements(width: int, heads: int, number: _Look) -> int:
    """Elements of one layer's recurrent state for one slot, as `llama_hparams::n_embd_r` and `n_embd_s` count them."""
    if head_size := number("wkv.head_size"):
        return width * (number("token_shift_count", default=2) + head_size)
    if shortconv := number("shortconv.l_cache"):
        return width * max(shortconv - 1, 0)
    kernel = max(number("ssm.conv_kernel") - 1, 0)
    if head_dim := number("kda.head_dim"):
        return heads * head_dim * (3 * kernel + head_dim)
    inner, state, groups = (number(f"ssm.{key}") for key in ("inner_size", "state_size", "group_count"))
    return kernel * (inner + 2 * groups * state) + state * inner


def _sliding_layers(metadata: Metadata, architecture: str, count: int) -> tuple[bool, ...]:
    if not metadata.integer(f"{architecture}.attention.sliding_window", most=_MOST_TOKENS):
        return (False,) * count
    key = f"{architecture}.attention.sliding_window_pattern"
    if pattern := metadata.flags(key):
        return tuple(pattern[layer % len(pattern)] for layer in range(count))
    every = _FULL_EVERY.get(architecture, 1)
    if key in metadata:
        every = metadata.integer(key, most=MOST_LAYERS)
    return tuple(every == 0 or layer % every < every - 1 for layer in range(count))
