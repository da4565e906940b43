"""Everything on this computer that could answer: scan all stores, and find a model by what people type."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from aspen.core.errors import NotFound
from aspen.core.model_card import ModelFile
from aspen.library import catalogue, starter
from aspen.library import shelf as own_shelf
from aspen.library.findings import Findings, StoreProblem
from aspen.library.listing import is_file, real_path
from aspen.library.names import check_model_id
from aspen.library.stores import SHELF, STORES

_LATEST: Final = ":latest"
_HUB_HOSTS: Final = ("hf.co/", "huggingface.co/")
_NO_CHAT = re.compile(
    r"(?:^|[-_./:])(?:embed\w*|bge|e5|gte|mxbai|minilm|rerank\w*|colbert|splade|draft|vocab|whisper|clip|base|pt)"
    r"(?:$|[-_./:])",
    re.IGNORECASE,
)
"""Words in names of models that are not made to answer. A name is all there is here; headers are read elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What was found, in order of the stores, each under a name of its own; and what could not be used."""

    models: tuple[ModelFile, ...]
    problems: tuple[StoreProblem, ...] = ()


def scan(environment: Mapping[str, str], home: Path, shelf: Path) -> Inventory:
    """Look into the shelf and into every store. Costs a few system calls a file; opens manifests, never weights."""
    findings = [(SHELF, tuple(own_shelf.find_models(shelf)))]
    for store in STORES:
        roots = dict.fromkeys(real_path(root) for root in store.roots(environment, home) if root.is_absolute())
        findings.extend((f"{store.name} {root}", tuple(store.find_models(root))) for root in roots)
    models = _with_catalogue_names(tuple(_merge(findings)))
    problems = [found for _, every in findings for found in every if isinstance(found, StoreProblem)]
    return Inventory(models=tuple(_name_apart(models)), problems=tuple(dict.fromkeys(problems)))


def resolve(inventory: Inventory, reference: str, *, paths_allowed: bool = True) -> ModelFile:
    """Find the model that a person means: a name, an alias, a name without its tag, or the beginning of one name.

    Letter case does not matter. With `paths_allowed`, the path of a GGUF file is opened as it is; a program that sends
    names over the network must not have that. Raises NotFound with what is near, Misused for a path out of place.
    """
    if paths_allowed and reference.isprintable() and _is_path(reference):
        return own_shelf.open_file(Path(reference))
    check_model_id(reference)
    found = _named(inventory, reference)
    if found is None and paths_allowed and "/" in reference and is_file(Path(reference)):
        return own_shelf.open_file(Path(reference))
    if found is None:
        raise _not_found(inventory, reference)
    return found


def default_model(inventory: Inventory, ceiling_bytes: int) -> ModelFile | None:
    """Return the model that answers when nobody has chosen one, or None when no model is there that fits."""
    return next(iter(answer_order(inventory, ceiling_bytes)), None)


def answer_order(inventory: Inventory, ceiling_bytes: int) -> tuple[ModelFile, ...]:
    """Order the models that may answer by default, best first, so that a caller can pass over one that will not load.

    The largest whose weights fit under the ceiling goes first; the starter goes last; embedders are left out.
    """
    fitting = [model for model in inventory.models if model.size_bytes <= ceiling_bytes and may_chat(model)]
    return tuple(sorted(fitting, key=lambda model: (is_starter(model), -model.size_bytes, model.name)))


def may_chat(model: ModelFile) -> bool:
    """Whether nothing in the model's name speaks against its being made for answers."""
    return not _NO_CHAT.search(model.name) and not _NO_CHAT.search(model.path.stem)


def is_starter(model: ModelFile) -> bool:
    return starter.NAME in (model.name, *model.aliases) or model.path.name == starter.FILE_NAME


def _merge(findings: Iterable[tuple[str, Findings | tuple[object, ...]]]) -> Iterator[ModelFile]:
    """Let a file that two stores share be one model, which both names find. Within a store every name stands."""
    first: dict[Path, tuple[str, int]] = {}
    models: list[ModelFile] = []
    for origin, every in findings:
        for model in every:
            if not isinstance(model, ModelFile):
                continue
            place = first.setdefault(real_path(model.path), (origin, len(models)))
            if place[0] == origin:
                models.append(model)
            else:
                known = models[place[1]]
                aliases = dict.fromkeys((*known.aliases, model.name, *model.aliases))
                models[place[1]] = replace(known, aliases=tuple(name for name in aliases if name != known.name))
    yield from models


def _with_catalogue_names(models: tuple[ModelFile, ...]) -> Iterator[ModelFile]:
    """Let what was fetched by a name of the catalogue be found by it, the recommended quantisation before others."""
    best: dict[str, ModelFile] = {}
    for model in models:
        repository, _, quant = model.name.partition(":")
        entry = catalogue.of_repository(repository)
        if entry and (entry.name not in best or quant == entry.quant):
            best[entry.name] = model
    names = {id(model): name for name, model in best.items()}
    for model in models:
        entry = catalogue.find(names.get(id(model), ""))
        yield replace(model, aliases=(*model.aliases, entry.name, *entry.aliases)) if entry else model


def _name_apart(models: Iterable[ModelFile]) -> Iterator[ModelFile]:
    """Give every model a name of its own: who comes later bears its store's name before its own."""
    ordered = tuple(models)
    taken: set[str] = set()
    named: list[ModelFile] = []
    for model in ordered:
        name = next(name for name in _candidates(model) if name.casefold() not in taken)
        taken.add(name.casefold())
        named.append(replace(model, name=name))
    for model in named:
        free = [alias for alias in model.aliases if alias.casefold() not in taken]
        taken.update(alias.casefold() for alias in free)
        yield replace(model, aliases=tuple(free))


def _candidates(model: ModelFile) -> Iterator[str]:
    yield model.name
    yield f"{model.store}/{model.name}"
    count = 2
    while True:
        yield f"{model.store}/{model.name}~{count}"
        count += 1


def _named(inventory: Inventory, reference: str) -> ModelFile | None:
    wanted = reference.casefold()
    bare = wanted.removesuffix(_LATEST)
    for model in inventory.models:
        if wanted == model.name.casefold() or bare == model.name.casefold():
            return model
    if wanted.startswith(_HUB_HOSTS):
        return _named(inventory, reference.partition("/")[2])
    for model in inventory.models:
        if wanted in (alias.casefold() for alias in model.aliases):
            return model
    for begins in (_begins_with, _short_begins_with):
        found = [model for model in inventory.models if begins(model.name.casefold(), bare)]
        if len(found) == 1:
            return found[0]
    return None


def _begins_with(name: str, wanted: str) -> bool:
    return name.startswith(wanted)


def _short_begins_with(name: str, wanted: str) -> bool:
    """The same for names of repositories without their organisation."""
    return name.rpartition("/")[2].startswith(wanted)


def _is_path(reference: str) -> bool:
    return reference.startswith(("/", "./", "../")) or (
        reference.lower().endswith(".gguf") and is_file(Path(reference))
    )


def _not_found(inventory: Inventory, reference: str) -> NotFound:
    names = [model.name for model in inventory.models]
    wanted = reference.casefold()
    near = [name for name in names if wanted in name.casefold()]
    near += difflib.get_close_matches(reference, names, n=5, cutoff=0.5)
    near = list(dict.fromkeys(near))[:5]
    if not names:
        hint = "There is no model on this computer yet: `aspen setup` fetches one."
    elif near:
        hint = f"Did you mean {' or '.join(near)}?"
    else:
        hint = "`aspen models` lists the models on this computer; `aspen pull` fetches more."
    return NotFound(f"There is no model “{reference}” on this computer.", hint=hint, facts={"near": near})
