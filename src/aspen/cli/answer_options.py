"""The options of everything that answers (`ask`, `run`, `chat`) and the request that they make."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import click

from aspen.cli.model_words import existing_file, model_named, named_file, named_path
from aspen.cli.options import Invocation, stacked
from aspen.cli.prompts import Prompt
from aspen.cli.quantities import seconds_of
from aspen.core.errors import Misused, NotFound

Message = dict[str, object]

_PICTURE_STARTS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"BM": "image/bmp",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOptions(Invocation):
    """Which model answers and how."""

    model: str | None
    system: str | None
    temperature: float | None
    top_p: float | None
    top_k: int | None
    min_p: float | None
    seed: int | None
    stop: tuple[str, ...]
    max_tokens: int | None
    context: int | None
    keep: str | None
    label: str | None
    verbose: bool

    def sampling(self) -> dict[str, object]:
        """Return the service's `options`: only what was said."""
        told: dict[str, object] = {
            "temperature": self.temperature,
            "top_p": self.top_p,
            "top_k": self.top_k,
            "min_p": self.min_p,
            "seed": self.seed,
            "stop": list(self.stop) or None,
            "answer_tokens": self.max_tokens,
            "context_tokens": self.context,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskOptions(AnswerOptions):
    """One question: its words, and what goes with them."""

    prompt: tuple[str, ...]
    schema: str | None
    image: tuple[str, ...]
    file: tuple[str, ...]
    yes_send: str | None = None
    why: bool


_SHARE, _AT_LEAST_0 = click.FloatRange(0.0, 1.0), click.FloatRange(min=0.0)
_LABELS = click.Choice(("stays-here", "my-servers", "may-leave"))
_COUNT, _TOKENS = click.IntRange(min=0), click.IntRange(min=1)

answering = stacked(
    click.option("-s", "--system", metavar="TEXT", help="Instructions that stand before the conversation."),
    click.option("--temperature", metavar="NUMBER", type=_AT_LEAST_0, help="0 always takes the likeliest token."),
    click.option("--top-p", metavar="NUMBER", type=_SHARE, help="Draw from the tokens that make up this share."),
    click.option("--top-k", metavar="COUNT", type=_COUNT, help="Draw from this many of the likeliest tokens."),
    click.option("--min-p", metavar="NUMBER", type=_SHARE, help="Leave out tokens below this share of the likeliest."),
    click.option("--seed", metavar="NUMBER", type=int, help="Draw the same way every time."),
    click.option("--stop", multiple=True, metavar="TEXT", help="End the answer before this text. Repeatable."),
    click.option("--max-tokens", metavar="TOKENS", type=_TOKENS, help="End the answer after this many tokens."),
    click.option("--context", metavar="TOKENS", type=_TOKENS, help="Room for prompt and answer together."),
    click.option("--keep", metavar="DURATION", help='Keep the model loaded this long: 30s, 10m, 2h or "forever".'),
    click.option(
        "--label", metavar="LABEL", type=_LABELS, help="Say of your words: stays-here, my-servers, may-leave."
    ),
    click.option("--verbose", is_flag=True, help="Print model, speed and seal to standard error."),
)

model_option = click.option(
    "-m", "--model", metavar="MODEL", help="A model, an assistant, a GGUF file; auto, local or cloud."
)

asking = stacked(
    answering,
    click.option(
        "-f", "--file", multiple=True, metavar="PATH", help="Ask about this text, PDF, DOCX, CSV or folder. Repeatable."
    ),
    click.option("--schema", metavar="FILE", help="Answer with JSON that satisfies this JSON schema."),
    click.option("--image", multiple=True, metavar="FILE", help="Show the model a picture. Repeatable."),
    click.option("--why", is_flag=True, help="Say where the words went and why, and what would change that."),
)

yes_send_option = click.option(
    "--yes-send", metavar="HASH", help="Send without asking, if exactly these bytes were previewed."
)


def ask_arguments(options: AnswerOptions, messages: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Build the arguments of the verb `ask` for a conversation.

    Raises Misused or NotFound for an option that cannot be used; nothing has been started by then.
    """
    arguments: dict[str, object] = {"messages": list(messages), "folder": str(Path.cwd())}
    if options.label:
        arguments["label"] = options.label
    if options.model:
        arguments["model"] = model_named(options.model)
    if sampling := options.sampling():
        arguments["options"] = sampling
    if options.keep is not None:
        arguments["keep_seconds"] = seconds_of(options.keep)
    return arguments


def question(options: AskOptions, prompt: Prompt) -> dict[str, object]:
    """Build the arguments of the verb `ask` for one question.

    Raises as `ask_arguments`.
    """
    asked: Message = {"role": "user", "content": prompt.text}
    if options.image:
        asked["images"] = [_picture(existing_file(words)) for words in options.image]
    before = [{"role": "system", "content": options.system}] if options.system else []
    arguments = ask_arguments(options, [*before, asked])
    if options.schema is not None:
        arguments["schema"] = _schema(existing_file(options.schema))
        arguments["schema_file"] = [str(named_file(options.schema))]
    if options.file:
        arguments["files"] = [str(named_path(words)) for words in options.file]
    if options.image:
        arguments["pictures"] = [str(named_file(words)) for words in options.image]
    if prompt.is_piped:
        arguments["is_piped"] = True
    return arguments


def _schema(path: Path) -> dict[str, object]:
    try:
        schema: object = json.loads(_bytes_of(path))
    except (ValueError, RecursionError) as error:
        raise Misused(f"The schema file {path} is not JSON.", hint=f"{error}.") from error
    if not isinstance(schema, dict):
        raise Misused(f"The schema file {path} must hold a JSON object.", hint='Such as {"type": "object", …}.')
    return cast("dict[str, object]", schema)


def _picture(path: Path) -> Message:
    encoded = _bytes_of(path)
    kind = next((kind for start, kind in _PICTURE_STARTS.items() if encoded.startswith(start)), None)
    if encoded[:4] == b"RIFF" and encoded[8:12] == b"WEBP":
        kind = "image/webp"
    if kind is None:
        raise Misused(f"{path} is not a picture that a model can read.", hint="PNG, JPEG, GIF, BMP and WebP are.")
    return {"media_type": kind, "data": base64.b64encode(encoded).decode("ascii")}


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}.", hint="Check its permissions.") from error
