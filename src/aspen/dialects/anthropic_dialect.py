"""Anthropic's messages as the cloud part wants a dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aspen.core.errors import AspenError
from aspen.core.model_card import ModelCard
from aspen.core.request import Request
from aspen.dialects.anthropic_flavours import MessagesFlavour
from aspen.dialects.anthropic_messages import encode_request
from aspen.dialects.anthropic_messages_stream import KINDS, MessagesAnswer
from aspen.dialects.dialect import Json
from aspen.dialects.refusals import read_refusal

_PATH = "/v1/messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesDialect:
    """Messages in one flavour. The header `anthropic-version: 2023-06-01` is the catalogue's to send."""

    flavour: MessagesFlavour

    @property
    def name(self) -> str:
        return self.flavour.name

    def path(self, model: str) -> str:
        """Return the one path of the dialect; the model is named in the body."""
        del model
        return _PATH

    def encode(self, request: Request, card: ModelCard) -> Json:
        """Write a streaming request body. Raises ModelCannot for what cannot be said."""
        return encode_request(request, card, self.flavour)

    def stream(self) -> MessagesAnswer:
        """Return a fresh reader of one answer."""
        return MessagesAnswer()

    def refused(self, status: int, headers: Mapping[str, str], body: bytes, provider: str) -> AspenError:
        """Name an error response by its status and codes."""
        return read_refusal(status, headers, body, provider=provider, kinds=KINDS)
