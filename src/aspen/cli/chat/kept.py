"""Conversations that are kept: listed, gone on with, deleted and brought back from the terminal."""

from __future__ import annotations

from aspen.cli.chat.dialogue import Dialogue
from aspen.cli.commanding import Reach, command
from aspen.cli.quantities import count_words, moment_words
from aspen.cli.reading import Json, objects, text
from aspen.cli.tables import table
from aspen.cli.terminal import put_json, put_line, say

_SHOWN_LETTERS = 8
_UNENCRYPTED = "Remembered on this computer, unencrypted: there is no keyring."
_WORDS = {"stays-here": "stays here", "my-servers": "my servers", "may-leave": "may leave"}


def list_kept(*, reach: Reach, as_json: bool) -> None:
    """Print what was last spoken in first."""
    told = command("list_conversations", reach=reach)
    if as_json:
        put_json(told)
        return
    if listed := kept_table(told):
        put_line(listed)
    if told.get("is_encrypted") is False:
        say(_UNENCRYPTED)


def kept_table(told: Json) -> str:
    """Lay out the conversations of a list; empty when there are none, and then that is said."""
    rows = [
        (
            text(card, "conversation")[:_SHOWN_LETTERS],
            text(card, "title"),
            _WORDS.get(text(card, "word"), ""),
            moment_words(text(card, "changed_at")),
        )
        for card in objects(told, "conversations")
    ]
    if not rows:
        say("No conversation is remembered yet.")
    return table(("ID", "CONVERSATION", "LABEL", "LAST SPOKEN IN"), rows) if rows else ""


def search_kept(words: str, *, reach: Reach, as_json: bool) -> None:
    """Print where these words stand, the best first."""
    told = command("search", {"text": words}, reach=reach)
    if as_json:
        put_json(told)
        return
    rows = [
        (
            text(found, "conversation")[:_SHOWN_LETTERS],
            text(found, "title"),
            " ".join(text(found, "excerpt").split()) if found.get("turn") else "",
            moment_words(text(found, "when")),
        )
        for found in objects(told, "found")
    ]
    if rows:
        put_line(table(("ID", "CONVERSATION", "WORDS", "WHEN"), rows))
    else:
        say("Nothing was found.")


def delete_kept(words: str, *, reach: Reach, as_json: bool, for_good: bool) -> None:
    """Delete the conversation that `words` mean."""
    told = command("delete_conversation", {"words": words, "for_good": for_good}, reach=reach)
    if as_json:
        put_json(told)
    elif for_good:
        say(f"Deleted for good: {text(told, 'title')}.")
    else:
        restore = f"aspen chat --restore {text(told, 'conversation')[:_SHOWN_LETTERS]}"
        say(f"Deleted: {text(told, 'title')}. For 30 days `{restore}` brings it back.")


def restore_kept(words: str, *, reach: Reach, as_json: bool) -> None:
    """Bring back the deleted conversation that `words` mean."""
    told = command("restore_conversation", {"words": words}, reach=reach)
    if as_json:
        put_json(told)
    else:
        say(f"It is back: {text(told, 'title')}.")


def go_on(dialogue: Dialogue, words: str | None, *, is_exact: bool = False) -> None:
    """Go on with the conversation that `words` mean, by default with the last one, and say where it stands.

    Raises NotFound and Misused.
    """
    told = command("open_conversation", {"words": words, "is_exact": is_exact}, reach=dialogue.reach)
    dialogue.take(told)
    say_if_unencrypted(dialogue, told)
    count = count_words(len(dialogue.exchanges), "question")
    say(f"Going on with “{text(told, 'title')}”: {count}, the last on {moment_words(text(told, 'changed_at'))}.")
    if dialogue.exchanges and dialogue.exchanges[-1].was_stopped:
        say("The last answer was cut off.")
    if unanswered := text(told, "unanswered"):
        say(f"This was asked last and never answered: {unanswered}")


def say_if_unencrypted(dialogue: Dialogue, told: Json) -> None:
    """Say once what a person should know who writes what nobody else should read."""
    if told.get("is_encrypted") is False and not dialogue.is_warned:
        dialogue.is_warned = True
        say(_UNENCRYPTED)
