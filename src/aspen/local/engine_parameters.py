"""Every llama-server setting that Aspen fixes, in one place, with the reason. See `docs/reference/engine.md`."""

from __future__ import annotations

import xllamacpp

from aspen.core.engine_spec import EngineSpec

SOCKET_NAME = "e.sock"


def engine_parameters(spec: EngineSpec, api_key: str, *, names_pooling: bool) -> xllamacpp.CommonParams:
    """Build the parameters of one engine child, whose working folder is its private socket folder.

    `names_pooling`: the model's file says how its token vectors become one vector.
    """
    params = xllamacpp.CommonParams()
    params.model.path = str(spec.model[0])
    # Every chunk of every answer repeats the name: a short one, since nobody reads it.
    params.model_alias = {"m"}
    _close_every_door(params, api_key)
    _forget_between_conversations(params)
    _size(params, spec)
    if spec.projector is not None:
        params.mmproj.path = str(spec.projector)
        params.mmproj_use_gpu = spec.gpu_layers > 0
    params.lora_adapters = [_adapter(str(path), scale) for path, scale in spec.adapters]
    # Adapters are applied per request; at load none has an effect.
    params.lora_init_without_apply = bool(spec.adapters)
    if spec.chat_template is not None:
        params.chat_template = spec.chat_template
    params.embedding = spec.embeds
    if spec.embeds and not names_pooling:
        # A model made for chat says nothing of pooling, and without any there is no vector for a text.
        params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    params.use_jinja = True
    return params


def _close_every_door(params: xllamacpp.CommonParams, api_key: str) -> None:
    # A name that ends in .sock makes the server listen on a Unix socket; its default is TCP, without a key.
    params.hostnames = [SOCKET_NAME]
    params.api_keys = [api_key]
    params.cors_origins = ""
    params.ui = False
    params.endpoint_slots = True
    params.endpoint_props = False
    params.endpoint_metrics = False
    params.offline = True
    # Errors only: from warnings upwards the log would grow with every request.
    params.verbosity = 1


def _forget_between_conversations(params: xllamacpp.CommonParams) -> None:
    # The RAM prompt cache can restore an unrelated conversation into a fresh slot (llama.cpp issue 27148).
    params.cache_ram_mib = 0
    params.cache_idle_slots = False
    params.cache_prompt = True
    params.n_cache_reuse = 0


def _size(params: xllamacpp.CommonParams, spec: EngineSpec) -> None:
    # Each slot has a buffer of its own: in a shared one, a long answer would end all others when it fills.
    params.n_ctx = spec.context_tokens * spec.slots
    params.n_parallel = spec.slots
    params.kv_unified = False
    params.cont_batching = True
    # A stop is noticed between batches, so the batch bounds how long a cancelled prompt is still read.
    params.n_batch = spec.batch_tokens
    params.n_ubatch = spec.batch_tokens
    params.cpuparams.n_threads = spec.threads
    params.cpuparams_batch.n_threads = spec.threads
    params.n_gpu_layers = spec.gpu_layers
    # Memory was planned from the header; the server's own fitting would change it behind our back.
    params.fit_params = False
    # The first request warms what it needs; a warm-up run would only delay it.
    params.warmup = False
    params.ctx_shift = False


def _adapter(path: str, scale: float) -> xllamacpp.CommonAdapterLoraInfo:
    adapter = xllamacpp.CommonAdapterLoraInfo()
    adapter.path = path
    adapter.scale = scale
    return adapter
