"""What the practice provider answers: what it received, in words. Pure; OpenAI's chat dialect, streamed.

Source of the form: https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import cast

_LONGEST_QUOTE = 400
_WORDS_A_PIECE = 3


def answer_to(body: bytes) -> Iterator[bytes]:
    """Yield the server-sent events of the answer to a request body.

    Raises ValueError for a body that is not a chat request.
    """
    words = _words(body).split(" ")
    for start in range(0, len(words), _WORDS_A_PIECE):
        piece = " ".join(words[start : start + _WORDS_A_PIECE])
        blank = " " if start + _WORDS_A_PIECE < len(words) else ""
        yield _event({"choices": [{"index": 0, "delta": {"content": piece + blank}, "finish_reason": None}]})
    nothing: dict[str, object] = {}
    yield _event({"choices": [{"index": 0, "delta": nothing, "finish_reason": "stop"}]})
    usage = {"prompt_tokens": max(1, len(body) // 4), "completion_tokens": len(words)}
    yield _event({"choices": [], "usage": usage})
    yield b"data: [DONE]\n\n"


def refusal(sentence: str) -> bytes:
    """Write an error body of the dialect."""
    return json.dumps({"error": {"message": sentence, "type": "invalid_request_error", "code": None}}).encode()


def _words(body: bytes) -> str:
    messages = _messages(body)
    last = messages[-1]
    quoted = _text(last.get("content"))
    shown = quoted if len(quoted) <= _LONGEST_QUOTE else quoted[:_LONGEST_QUOTE] + " …"
    count = len(messages)
    return (
        f"I am the practice provider. {len(body):,} bytes reached me, with {count} "
        f"message{'s' if count > 1 else ''}, and I can read every word of them. The last one says: “{shown}” "
        "A real provider would have answered. `aspen ledger list` shows what left."
    )


def _messages(body: bytes) -> list[Mapping[str, object]]:
    told: object = json.loads(body)
    messages = cast("Mapping[str, object]", told).get("messages") if isinstance(told, dict) else None
    listed = cast("list[object]", messages) if isinstance(messages, list) else []
    if not listed or not all(isinstance(each, dict) for each in listed):
        raise ValueError("there are no messages")
    return cast("list[Mapping[str, object]]", listed)


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    pieces = cast("list[object]", content) if isinstance(content, list) else []
    return " ".join(
        str(cast("Mapping[str, object]", piece).get("text", "(not text)"))
        for piece in pieces
        if isinstance(piece, dict)
    )


def _event(chunk: Mapping[str, object]) -> bytes:
    head = {"id": "chatcmpl-practice", "object": "chat.completion.chunk", "created": 0, "model": "practice"}
    return b"data: " + json.dumps({**head, **chunk}, ensure_ascii=False).encode() + b"\n\n"
