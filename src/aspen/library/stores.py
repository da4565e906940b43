"""The table of stores: one row for each application whose models Aspen reads in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aspen.library import huggingface_store, jan_store, llamacpp_store, lmstudio_store, ollama_store
from aspen.library.findings import Findings
from aspen.library.flat_folder import find_in

SHELF: Final = "shelf"
"""The store name of what lies on Aspen's own shelf or was added to it."""

GPT4ALL: Final = "gpt4all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Where an application keeps models, how to read them, and how a person removes one (`{name}` is filled in)."""

    name: str
    title: str
    roots: Callable[[Mapping[str, str], Path], tuple[Path, ...]]
    find_models: Callable[[Path], Findings]
    removal: str


def _gpt4all_roots(environment: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    shared = environment.get("XDG_DATA_HOME")
    return ((Path(shared) if shared else home / ".local" / "share") / "nomic.ai" / "GPT4All",)


def _gpt4all_models(root: Path) -> Findings:
    return find_in(root, store=GPT4ALL)


STORES: Final = (
    Store(
        name=ollama_store.STORE,
        title="Ollama",
        roots=ollama_store.roots,
        find_models=ollama_store.find_models,
        removal="ollama rm {name}",
    ),
    Store(
        name=lmstudio_store.STORE,
        title="LM Studio",
        roots=lmstudio_store.roots,
        find_models=lmstudio_store.find_models,
        removal="LM Studio, My Models, Delete",
    ),
    Store(
        name=huggingface_store.STORE,
        title="Hugging Face cache",
        roots=huggingface_store.roots,
        find_models=huggingface_store.find_models,
        removal="hf cache rm",
    ),
    Store(
        name=llamacpp_store.STORE,
        title="llama.cpp",
        roots=llamacpp_store.roots,
        find_models=llamacpp_store.find_models,
        removal="removing its file by hand",
    ),
    Store(
        name=jan_store.STORE,
        title="Jan",
        roots=jan_store.roots,
        find_models=jan_store.find_models,
        removal="Jan, Settings, Models",
    ),
    Store(
        name=GPT4ALL,
        title="GPT4All",
        roots=_gpt4all_roots,
        find_models=_gpt4all_models,
        removal="GPT4All, Models, Remove",
    ),
)
