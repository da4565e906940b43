"""The part of xllamacpp 2026.10.11549 that Aspen uses; the wheel ships no types."""

from enum import IntEnum

class LlamaPoolingType(IntEnum):
    LLAMA_POOLING_TYPE_MEAN = 1

llama_pooling_type = LlamaPoolingType

class _Path:
    path: str

class CpuParams:
    n_threads: int

class CommonAdapterLoraInfo:
    path: str
    scale: float

class CommonParams:
    model: _Path
    mmproj: _Path
    mmproj_use_gpu: bool
    model_alias: set[str]
    hostnames: list[str]
    api_keys: list[str]
    cors_origins: str
    ui: bool
    endpoint_slots: bool
    endpoint_props: bool
    endpoint_metrics: bool
    offline: bool
    verbosity: int
    cache_ram_mib: int
    cache_idle_slots: bool
    cache_prompt: bool
    n_cache_reuse: int
    n_ctx: int
    n_parallel: int
    kv_unified: bool
    cont_batching: bool
    n_batch: int
    n_ubatch: int
    cpuparams: CpuParams
    cpuparams_batch: CpuParams
    n_gpu_layers: int
    fit_params: bool
    warmup: bool
    ctx_shift: bool
    embedding: bool
    pooling_type: llama_pooling_type
    use_jinja: bool
    chat_template: str
    lora_adapters: list[CommonAdapterLoraInfo]
    lora_init_without_apply: bool
    n_threads_http: int
    def __init__(self) -> None: ...

class Server:
    listening_address: str
    def __init__(self, params: CommonParams) -> None: ...

BUILD_INFO: dict[str, object]

def get_system_info() -> str: ...
def get_device_info() -> list[dict[str, object]]: ...
