"""The answering half of OpenAI's Responses dialect: server-sent events decoded to ours.

Source: https://platform.openai.com/docs/api-reference/responses-streaming. An item is announced, grows by deltas and
is told once more whole when it is done; what no delta told is taken from there, or from the response at the end. Events
and items that are not known here are passed over. Runs for every token: one `json.loads` and one look into a table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import cast

from aspen.core.answer import Event, FinishReason, TextDelta, ThinkingDelta, TokenLogprob, ToolCallDelta, Usage
from aspen.core.errors import AspenError, PromptTooLong, ProviderFailed, ProviderRefused
from aspen.dialects.openai_dialect import KINDS as CHAT_KINDS
from aspen.dialects.refusals import answered_nonsense, broke_off, read_broken_stream
from aspen.dialects.sse import DONE, EventStream

Json = Mapping[str, object]

_REFUSED_CODES = (
    *("bio_policy", "data_residency_mismatch", "invalid_prompt", "misalignment_policy_violation"),
    *("invalid_base64_image", "invalid_encrypted_content", "invalid_image", "invalid_image_format"),
    *("invalid_image_mode", "invalid_image_url", "empty_image_file"),
    *("failed_to_download_image", "image_content_policy_violation", "image_file_not_found", "image_parse_error"),
    *("image_too_small", "unsupported_image_media_type"),
)

KINDS: Mapping[str, type[AspenError]] = {
    **CHAT_KINDS,
    **dict.fromkeys(_REFUSED_CODES, ProviderRefused),
    "image_file_too_large": PromptTooLong,
    "image_too_large": PromptTooLong,
    "vector_store_timeout": ProviderFailed,
}
"""Those of chat completions, and the codes of a failed response: asking the same again would not help with most."""

_STREAM_KINDS = {**KINDS, "invalid_request_error": ProviderRefused}
"""Within a stream no status says more; of an error response it does, and this type stands at a missing key too."""

_INCOMPLETE: Mapping[str, FinishReason] = {
    "max_output_tokens": FinishReason.LENGTH,
    "content_filter": FinishReason.REFUSED,
}

BETWEEN_THOUGHTS = "\n\n"
"""Stands between the parts of one thought's summary, which are paragraphs of their own."""

Place = tuple[object, object]


class ResponsesAnswer:
    """Reads one streamed answer, from bytes to events."""

    def __init__(self) -> None:
        self.finish_reason: FinishReason | None = None
        self.usage = Usage(prompt_tokens=0, completion_tokens=0)
        self._sse = EventStream()
        self._calls: dict[object, int] = {}
        self._told: set[Place] = set()
        self._thoughts: dict[object, Place] = {}
        self._done: set[object] = set()
        self._has_refused = False
        self._readers: Mapping[str, Callable[[Json], Iterator[Event]]] = {
            "response.output_item.added": self._open,
            "response.output_text.delta": self._say,
            "response.refusal.delta": self._refuse,
            "response.reasoning_summary_text.delta": self._summarise,
            "response.reasoning_text.delta": self._think,
            "response.function_call_arguments.delta": self._argue,
            "response.output_item.done": self._close,
            "response.completed": self._end,
            "response.incomplete": self._end,
            "response.failed": self._fail,
            "error": self._break,
        }

    def feed(self, content: bytes) -> Iterator[Event]:
        """Yield the events that these bytes complete.

        Raises ProviderFailed, or what an error in the stream stands for.
        """
        for payload in self._sse.feed(content):
            if payload != DONE:
                yield from self._read(payload)

    def finish(self) -> None:
        """Say that no more bytes come. Raises ProviderFailed when the response had not come to its end."""
        if self.finish_reason is None:
            raise broke_off()

    def _read(self, payload: bytes) -> list[Event]:
        try:
            event = cast("Json", json.loads(payload))
            reader = self._readers.get(cast("str", event.get("type")))
            if reader is not None:
                return list(reader(event))
            # Some servers send a bare error object, as chat completions has it.
            return list(self._break(event)) if event.get("error") else []
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise answered_nonsense() from error

    def _open(self, event: Json) -> Iterator[Event]:
        index, item = event["output_index"], cast("Json", event.get("item") or {})
        if item.get("type") == "function_call" and index not in self._calls:
            yield self._open_call(index, item)

    def _open_call(self, index: object, item: Json) -> Event:
        number = self._calls[index] = len(self._calls)
        arguments = _text(item, "arguments")
        if arguments:
            self._told.add((index, "arguments"))
        return ToolCallDelta(
            index=number, arguments=arguments, call_id=_text(item, "call_id"), name=_text(item, "name")
        )

    def _say(self, event: Json) -> Iterator[Event]:
        if text := _text(event, "delta"):
            self._told.add((event["output_index"], event.get("content_index", 0)))
            yield TextDelta(text=text, logprobs=_logprobs(event.get("logprobs")))

    def _refuse(self, event: Json) -> Iterator[Event]:
        self._has_refused = True
        return self._say(event)

    def _summarise(self, event: Json) -> Iterator[Event]:
        return self._reflect(event["output_index"], ("summary", event.get("summary_index", 0)), _text(event, "delta"))

    def _think(self, event: Json) -> Iterator[Event]:
        return self._reflect(event["output_index"], ("content", event.get("content_index", 0)), _text(event, "delta"))

    def _reflect(self, index: object, part: Place, text: str) -> Iterator[Event]:
        """Tell a piece of a thought, set off from another part of the same thought."""
        if text:
            self._told.add((index, part))
            is_new = self._thoughts.setdefault(index, part) != part
            self._thoughts[index] = part
            yield ThinkingDelta(text=BETWEEN_THOUGHTS + text if is_new else text)

    def _argue(self, event: Json) -> Iterator[Event]:
        index = event["output_index"]
        # A call that nobody announced is told whole once it is done.
        if index in self._calls and (arguments := _text(event, "delta")):
            self._told.add((index, "arguments"))
            yield ToolCallDelta(index=self._calls[index], arguments=arguments)

    def _close(self, event: Json) -> Iterator[Event]:
        return self._settle(event["output_index"], cast("Json", event["item"]))

    def _settle(self, index: object, item: Json) -> Iterator[Event]:
        """Tell what of a whole item has not been told yet."""
        if index in self._done:
            return
        self._done.add(index)
        match item.get("type"):
            case "message":
                yield from self._settle_message(index, item)
            case "function_call":
                yield from self._settle_call(index, item)
            case "reasoning":
                yield from self._settle_thought(index, item)
            case _:
                pass

    def _settle_message(self, index: object, item: Json) -> Iterator[Event]:
        for place, piece in enumerate(_objects(item, "content")):
            if piece.get("type") == "refusal":
                self._has_refused = True
            text = _text(piece, "refusal" if piece.get("type") == "refusal" else "text")
            if text and (index, place) not in self._told:
                yield TextDelta(text=text, logprobs=_logprobs(piece.get("logprobs")))

    def _settle_call(self, index: object, item: Json) -> Iterator[Event]:
        if index not in self._calls:
            yield self._open_call(index, item)
        elif (index, "arguments") not in self._told and (arguments := _text(item, "arguments")):
            yield ToolCallDelta(index=self._calls[index], arguments=arguments)

    def _settle_thought(self, index: object, item: Json) -> Iterator[Event]:
        for field in ("summary", "content"):
            for place, piece in enumerate(_objects(item, field)):
                if (index, (field, place)) not in self._told:
                    yield from self._reflect(index, (field, place), _text(piece, "text"))
        if signature := _text(item, "encrypted_content"):
            yield ThinkingDelta(text="", signature=signature)

    def _end(self, event: Json) -> Iterator[Event]:
        response = cast("Json", event["response"])
        for index, item in enumerate(_objects(response, "output")):
            yield from self._settle(index, item)
        if isinstance(usage := response.get("usage"), dict):
            self.usage = read_usage(cast("Json", usage))
        self.finish_reason = self._reason(event["type"], response)

    def _reason(self, kind: object, response: Json) -> FinishReason:
        if self._has_refused:
            return FinishReason.REFUSED
        if kind == "response.incomplete":
            why = cast("Json", response.get("incomplete_details") or {}).get("reason")
            return _INCOMPLETE.get(cast("str", why), FinishReason.LENGTH)
        return FinishReason.TOOL_CALLS if self._calls else FinishReason.STOP

    def _fail(self, event: Json) -> Iterator[Event]:
        raise read_broken_stream(cast("Json", event["response"]).get("error") or {}, _STREAM_KINDS)

    def _break(self, event: Json) -> Iterator[Event]:
        """Fail by an error event: its fields stand in the event itself or in an `error` of it."""
        told = event.get("error") or {name: event[name] for name in ("code", "message") if name in event}
        raise read_broken_stream(told, _STREAM_KINDS)


def read_usage(usage: Json) -> Usage:
    """Read the counts of a response; thoughts count among the tokens of the answer."""
    details = cast("Json", usage.get("input_tokens_details") or {})
    return Usage(
        prompt_tokens=_count(usage, "input_tokens"),
        completion_tokens=_count(usage, "output_tokens"),
        cached_tokens=_count(details, "cached_tokens"),
        cache_written_tokens=_count(details, "cache_write_tokens"),
    )


def _count(fields: Json, name: str) -> int:
    count = fields.get(name) or 0
    if not isinstance(count, int) or count < 0:
        raise TypeError(name)
    return count


def _text(fields: Json, name: str) -> str:
    text = fields.get(name)
    if not (text is None or isinstance(text, str)):
        raise TypeError(name)
    return text or ""


def _objects(fields: Json, name: str) -> list[Json]:
    return cast("list[Json]", fields.get(name) or [])


def _logprobs(told: object) -> tuple[TokenLogprob, ...]:
    return tuple(
        TokenLogprob(
            token=_text(token, "token"),
            logprob=cast("float", token["logprob"]),
            alternatives=tuple(
                (_text(other, "token"), cast("float", other.get("logprob") or 0.0))
                for other in _objects(token, "top_logprobs")
            ),
        )
        for token in cast("list[Json]", told or [])
    )
