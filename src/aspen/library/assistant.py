"""An assistant as a value: a model, a system prompt and parameters under one name, bound to exact weights."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from aspen.core.model_card import ModelFile
from aspen.core.request import Sampling
from aspen.library.modelfile import Example, Modelfile
from aspen.library.names import check_name
from aspen.library.weights_pin import HashFiles, WeightsPin, check_weights

FULL_SCALE: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """A LoRA adapter that the assistant's model is loaded with."""

    path: Path
    scale: float = FULL_SCALE


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """`model` is the name that the weights are found by; `messages` stand before every chat."""

    name: str
    model: str
    pin: WeightsPin
    system: str | None = None
    sampling: Sampling = field(default_factory=Sampling)
    context_tokens: int | None = None
    answer_tokens: int | None = None
    template: str | None = None
    adapters: tuple[Adapter, ...] = ()
    messages: tuple[Example, ...] = ()
    licences: tuple[str, ...] = ()


def check_pin(assistant: Assistant, model: ModelFile, hash_files: HashFiles) -> Assistant:
    """Return the assistant, its pin refreshed when the file was only touched: keep it then, to save the next reading.

    Raises WeightsChanged when the model's file holds other weights than the assistant was made with.
    """
    pin = check_weights(assistant.pin, model, hash_files, assistant=assistant.name)
    return assistant if pin == assistant.pin else replace(assistant, pin=pin)


def from_modelfile(name: str, modelfile: Modelfile, folder: Path, *, model: ModelFile, pin: WeightsPin) -> Assistant:
    """Make an assistant of a Modelfile; adapters are looked for from `folder`, in which it lies. Raises Misused."""
    return Assistant(
        name=check_name(name),
        model=model.name,
        pin=pin,
        system=modelfile.system,
        sampling=modelfile.sampling,
        context_tokens=modelfile.context_tokens,
        answer_tokens=modelfile.answer_tokens,
        template=modelfile.template,
        adapters=tuple(Adapter(path=folder / written) for written in modelfile.adapters),
        messages=modelfile.messages,
        licences=modelfile.licences,
    )


def to_modelfile(assistant: Assistant) -> Modelfile:
    """Say an assistant in a Modelfile's words; the pin and the adapters' scales have none."""
    return Modelfile(
        source=assistant.model,
        sampling=assistant.sampling,
        context_tokens=assistant.context_tokens,
        answer_tokens=assistant.answer_tokens,
        system=assistant.system,
        template=assistant.template,
        adapters=tuple(str(adapter.path) for adapter in assistant.adapters),
        messages=assistant.messages,
        licences=assistant.licences,
    )
