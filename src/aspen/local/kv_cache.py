"""How many bytes a context and a batch take in the engine: keys and values, recurrent states, compute buffers.

Follows llama-kv-cache.cpp and llama-memory-recurrent.cpp for a cache of 16-bit floats in which each slot has a buffer
of its own. Exact for plain attention; for multi-head latent attention (DeepSeek) it is too high, since the engine
keeps no values there. Compute buffers are an estimate for flash attention, which this engine chooses on processors.
"""

from __future__ import annotations

from aspen.local.gguf_header import GgufHeader
from aspen.local.gguf_layers import Layers

_CELL_BYTES = 2
_PADDING_TOKENS = 256
_FLOAT_BYTES = 4


def padded(tokens: int) -> int:
    """Round a context up as the engine does."""
    return -(-tokens // _PADDING_TOKENS) * _PADDING_TOKENS


def layer_cache_bytes(layers: Layers, layer: int, context_tokens: int, slots: int, batch_tokens: int) -> int:
    """Count the bytes that one layer keeps for `slots` contexts of `context_tokens` each."""
    size = layers.state_bytes * slots if layers.keeps_state[layer] else 0
    if layers.caches[layer]:
        cells, lengths = padded(context_tokens), layers.key_length + layers.value_length
        if layers.slides[layer]:
            cells = min(cells, padded(layers.sliding_window_tokens + batch_tokens))
            lengths = layers.sliding_key_length + layers.sliding_value_length
        size += slots * cells * lengths * layers.head_counts_kv[layer] * _CELL_BYTES
    return size


def cache_bytes(layers: Layers, context_tokens: int, slots: int, batch_tokens: int) -> int:
    """Count what all layers keep."""
    every = range(layers.block_count)
    return sum(layer_cache_bytes(layers, layer, context_tokens, slots, batch_tokens) for layer in every)


def compute_bytes(header: GgufHeader, layers: Layers, context_tokens: int, slots: int, batch_tokens: int) -> int:
    """Estimate the buffers for one batch: activations, the attention mask, and the logits of each slot."""
    attention = max(layers.embedding_length, max(layers.head_counts, default=0) * layers.key_length)
    activations = _FLOAT_BYTES * (3 * layers.feed_forward_length + 5 * attention)
    mask = _CELL_BYTES * padded(context_tokens)
    logits = 2 * _FLOAT_BYTES * header.vocabulary_tokens * slots
    return batch_tokens * (activations + mask) + logits
