"""Check a model's chat template before a model is used: present, renders, harmless, and says what the user says.

A template is a program by whoever made the file. It is rendered here in a bounded sandbox over a small conversation;
what the engine sends to the model is rendered by the engine itself.
"""

from __future__ import annotations

from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError

from aspen.core.errors import BadModelFile
from aspen.local.gguf_lookalikes import printable
from aspen.local.template_sandbox import ChatTemplateSandbox, RefusedByTemplate

MOST_TEMPLATE_CHARACTERS = 256_000
"""The longest templates of well-known models have about 30,000."""

_QUESTION = "What is the capital of Peru?"
_SYSTEM = {"role": "system", "content": "Answer briefly."}
_USER = {"role": "user", "content": _QUESTION}
_HISTORY = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello! How can I help?"}]
_CONVERSATIONS: tuple[list[dict[str, object]], ...] = (
    [dict(_SYSTEM), *(dict(message) for message in _HISTORY), dict(_USER)],
    [*(dict(message) for message in _HISTORY), dict(_USER)],
    [dict(_USER)],
    [{"role": "user", "content": [{"type": "text", "text": _QUESTION}]}],
)
"""Tried in this order: some models know no system messages, some want their content in parts."""

_NONSENSE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    NameError,
    RuntimeError,
    StopIteration,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What Python raises while it compiles or runs a template that makes no sense."""


def check_template(template: str | None, *, model_name: str = "This model") -> None:
    """Render the template over a test conversation.

    Raises BadModelFile where it is missing, too long, malformed, refuses every conversation, loops or grows without
    bound, reaches for what the sandbox forbids, or leaves out what the user says. Takes a few milliseconds, and
    never more than about a second for each of four conversations.
    """
    if not template or not template.strip():
        raise BadModelFile(
            f"{model_name} has no chat template, so it can complete text but not answer.",
            hint="Look for a file whose name has “instruct”, “it” or “chat” in it.",
        )
    if len(template) > MOST_TEMPLATE_CHARACTERS:
        raise BadModelFile(
            f"{model_name} has a chat template of {len(template)} characters; {MOST_TEMPLATE_CHARACTERS} is the most.",
            hint="Download the model from a source that you trust.",
            facts={"template_characters": len(template)},
        )
    reason = ""
    for conversation in _CONVERSATIONS:
        failure = _try(template, conversation, model_name)
        if failure is None:
            return
        reason = reason or failure
    raise BadModelFile(
        f"{model_name} has a chat template that does not work: {reason}.",
        hint="Download a newer file of this model, or another one.",
        facts={"reason": reason},
    )


def _try(template: str, conversation: list[dict[str, object]], model_name: str) -> str | None:
    """Return why the template does not render this conversation; None if it does."""
    variables = {
        "messages": conversation,
        "add_generation_prompt": True,
        "bos_token": "<s>",
        "eos_token": "</s>",
        "unk_token": "<unk>",
        "pad_token": "<pad>",
        "tools": None,
        "documents": None,
    }
    try:
        text = ChatTemplateSandbox().render(template, variables)
    except RefusedByTemplate as error:
        return f"it refuses the conversation ({_shown(error)})"
    except SecurityError as error:
        raise BadModelFile(
            f"{model_name} has a chat template that may do harm: {_shown(error)}.",
            hint="Do not use this file; download the model from a source that you trust.",
            facts={"reason": _shown(error)},
        ) from error
    except TemplateSyntaxError as error:
        return f"line {error.lineno} makes no sense ({_shown(error)})"
    except TemplateError as error:
        return _shown(error)
    except _NONSENSE as error:
        return f"{type(error).__name__}: {_shown(error)}"
    return None if _QUESTION in text else "it leaves out what the user says"


def _shown(error: BaseException) -> str:
    return printable(str(error), 120).rstrip(".")
