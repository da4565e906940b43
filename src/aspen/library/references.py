"""What people type to fetch a model, taken apart: a repository on Hugging Face, a catalogue name, or another name.

Pure: nothing is looked up here. Repository names follow huggingface_hub's own rule (letters, digits, dot, dash and
underscore; no `--`, no `..`), so that what passes can stand in a URL and in a cache folder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aspen.core.errors import Misused, NotFound
from aspen.library import catalogue
from aspen.library.gguf_names import Weights, base_of, group_files, pick_projector
from aspen.library.listing import SeenFile
from aspen.library.names import LONGEST_REFERENCE, check_model_id

DEFAULT_REVISION: Final = "main"

_HOSTS: Final = ("hf.co", "huggingface.co")
_PART = r"(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?"
_REPOSITORY = re.compile(rf"(?P<org>{_PART})/(?P<repo>{_PART})")
_QUANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_REVISION = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FILE = re.compile(r"(?!.*(?:^|/)\.{1,2}(?:/|$))[A-Za-z0-9_][A-Za-z0-9_.@+=,/ ()-]{0,250}\.gguf", re.IGNORECASE)

_PREFERRED: Final = (
    "Q4_K_M",
    "Q4_0",
    "Q4_K_S",
    "Q5_K_M",
    "IQ4_NL",
    "IQ4_XS",
    "Q5_K_S",
    "Q8_0",
    "Q6_K",
    "Q4_1",
    "Q3_K_M",
)
_PREFERRED_REPACKED: Final = ("Q4_0", "Q4_K_M", "IQ4_NL", "Q8_0")
"""Quantisations that llama.cpp lays out anew for the processor's vector units while it loads, most wanted first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubReference:
    """A repository of GGUF files on Hugging Face; quantisation and file are None when left to `choose_file`."""

    org: str
    repo: str
    quant: str | None = None
    file: str | None = None
    revision: str = DEFAULT_REVISION

    @property
    def repository(self) -> str:
        return f"{self.org}/{self.repo}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueReference:
    """A name of the catalogue, with a quantisation if one was asked for."""

    name: str
    quant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NameReference:
    """A name that is neither: perhaps a model on this computer, but nothing that could be fetched."""

    name: str


Reference = HubReference | CatalogueReference | NameReference


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenFiles:
    """The files of a repository to fetch: the weights' parts in order, and the projector of a vision model."""

    parts: tuple[str, ...]
    size_bytes: int
    quant: str | None
    projector: str | None = None
    projector_bytes: int = 0


def parse_reference(text: str) -> Reference:
    """Take apart `hf.co/org/repo:QUANT`, `org/repo`, `org/repo/file.gguf`, a web address of either, or a name.

    `@revision` may follow the repository. Raises Misused for anything else.
    """
    if len(text) > LONGEST_REFERENCE:
        raise Misused(f"A reference of {len(text)} characters is too long; {LONGEST_REFERENCE} is the most.")
    found = catalogue.find(text)
    if found:
        return CatalogueReference(name=found.name)
    bare, at_hub = _without_host(text)
    if not at_hub and "/" not in bare:
        return _parse_name(check_model_id(bare))
    return _parse_hub(bare, text)


def hub_reference(entry: catalogue.CatalogueEntry) -> HubReference:
    """Return where an entry of the catalogue is fetched from."""
    org, _, repo = entry.repository.partition("/")
    return HubReference(org=org, repo=repo, quant=entry.quant)


def choose_file(reference: HubReference, files: Mapping[str, int], *, prefer_repacked: bool) -> ChosenFiles:
    """Choose what to fetch of a repository's files (name to size in bytes).

    A quantisation or file that was asked for is taken as it is; else the preferred one, which on a processor without
    a GPU should be one that llama.cpp repacks. Raises NotFound with what there is.
    """
    grouped = group_files(SeenFile(name=name, size_bytes=size) for name, size in sorted(files.items()))
    if not grouped.weights:
        what = "has parts of a model missing" if grouped.incomplete else "holds no GGUF model"
        raise NotFound(f"The repository {reference.repository} {what}.", hint="Look for one whose name ends in -GGUF.")
    chosen = _choose(reference, grouped.weights, prefer_repacked)
    same = tuple(one for one in grouped.projectors if base_of(one.name) == base_of(chosen.stem))
    projector = pick_projector(same or grouped.projectors)
    return ChosenFiles(
        parts=chosen.parts,
        size_bytes=chosen.size_bytes,
        quant=chosen.quant,
        projector=projector.name if projector else None,
        projector_bytes=projector.size_bytes if projector else 0,
    )


def _choose(reference: HubReference, every: tuple[Weights, ...], prefer_repacked: bool) -> Weights:
    if reference.file is not None:
        found = next((one for one in every if reference.file in one.parts), None)
        if found is None:
            raise NotFound(
                f"{reference.repository} has no file {reference.file}.",
                hint=f"It has {', '.join(one.parts[0] for one in every[:8])}.",
                facts={"files": [one.parts[0] for one in every]},
            )
        return found
    by_quant = {one.quant: one for one in sorted(every, key=lambda one: (-len(one.stem), one.stem)) if one.quant}
    if reference.quant is not None:
        return _asked_for(reference, reference.quant, by_quant, every)
    order = (*_PREFERRED_REPACKED, *_PREFERRED) if prefer_repacked else _PREFERRED
    preferred = next((by_quant[quant] for quant in order if quant in by_quant), None)
    return preferred or min(every, key=lambda one: (one.size_bytes, one.stem))


def _asked_for(
    reference: HubReference, quant: str, by_quant: Mapping[str, Weights], every: tuple[Weights, ...]
) -> Weights:
    wanted = quant.upper()
    if wanted in by_quant:
        return by_quant[wanted]
    named = [one for one in every if wanted in re.split(r"[-./]", one.stem.upper())]
    if len(named) == 1:
        return named[0]
    available = sorted(by_quant) or [one.parts[0] for one in every]
    raise NotFound(
        f"{reference.repository} has no quantisation {quant}.",
        hint=f"It has {', '.join(available)}.",
        facts={"available": available},
    )


def _without_host(text: str) -> tuple[str, bool]:
    bare = re.sub(r"^(?:https?|hf)://", "", text)
    addressed = bare != text
    for host in (*_HOSTS, *(f"www.{host}" for host in _HOSTS)):
        if bare.lower().startswith(f"{host}/"):
            return bare[len(host) + 1 :].rstrip("/"), True
    if addressed and not text.startswith("hf://"):
        raise Misused(f"“{text}” is not an address at Hugging Face.", hint="Aspen fetches models from hf.co only.")
    return bare, addressed


def _parse_hub(bare: str, text: str) -> HubReference:
    pieces = bare.split("?")[0].split("/")
    if len(pieces) < 2:
        raise _no_reference(text)
    second, colon, quant = pieces[1].partition(":")
    repo, at, revision = second.partition("@")
    file = "/".join(pieces[2:])
    if len(pieces) > 4 and pieces[2] in {"blob", "resolve"} and not at:
        at, revision, file = "@", pieces[3], "/".join(pieces[4:])
    elif len(pieces) == 4 and pieces[2] == "tree" and not at:
        at, revision, file = "@", pieces[3], ""
    matches = (
        _REPOSITORY.fullmatch(f"{pieces[0]}/{repo}")
        and (not colon or (_QUANT.fullmatch(quant) and not file))
        and (not at or _REVISION.fullmatch(revision))
        and (not file or _FILE.fullmatch(file))
    )
    if not matches:
        raise _no_reference(text)
    return HubReference(
        org=pieces[0],
        repo=repo,
        quant=None if quant.lower() in {"", "latest"} else quant,
        file=file or None,
        revision=revision or DEFAULT_REVISION,
    )


def _parse_name(name: str) -> Reference:
    bare, _, tag = name.rpartition(":")
    entry = catalogue.find(bare) if bare else None
    if entry and _QUANT.fullmatch(tag):
        return CatalogueReference(name=entry.name, quant=None if tag.lower() == "latest" else tag)
    return NameReference(name=name)


def _no_reference(text: str) -> Misused:
    shown = text if text.isprintable() else ascii(text)
    return Misused(
        f"“{shown}” does not name a model.",
        hint="Use `org/repo`, `org/repo:Q4_K_M`, `org/repo/file.gguf`, or a name of `aspen pull --list`.",
    )
