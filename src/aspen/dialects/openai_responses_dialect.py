"""OpenAI's Responses as the cloud part wants a dialect."""

from __future__ import annotations

from collections.abc import Mapping

from aspen.core.errors import AspenError
from aspen.core.model_card import ModelCard
from aspen.core.request import Request
from aspen.dialects.dialect import Json
from aspen.dialects.openai_responses import OPENAI_RESPONSES, encode_request
from aspen.dialects.openai_responses_stream import KINDS, ResponsesAnswer
from aspen.dialects.refusals import read_refusal

_PATH = "/v1/responses"


class ResponsesDialect:
    """Implements `dialects.Dialect`."""

    name = OPENAI_RESPONSES

    def path(self, model: str) -> str:
        """Return the one path of the dialect; the model is named in the body."""
        del model
        return _PATH

    def encode(self, request: Request, card: ModelCard) -> Json:
        """Write a streaming request body. Raises ModelCannot for what cannot be said."""
        return encode_request(request, card)

    def stream(self) -> ResponsesAnswer:
        """Return a fresh reader of one answer."""
        return ResponsesAnswer()

    def refused(self, status: int, headers: Mapping[str, str], body: bytes, provider: str) -> AspenError:
        """Name an error response by its status and codes."""
        return read_refusal(status, headers, body, provider=provider, kinds=KINDS)
