"""`aspen chat`: a conversation, and those that were remembered."""

from __future__ import annotations

from dataclasses import dataclass

import click

from aspen.cli.answer_options import AnswerOptions, answering, model_option
from aspen.cli.chat.kept import delete_kept, list_kept, restore_kept, search_kept
from aspen.cli.chat.repl import Start, converse
from aspen.cli.commanding import reach_of
from aspen.cli.options import takes
from aspen.core.errors import Misused


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatOptions(AnswerOptions):
    """How it begins, or what is to be done with a conversation instead of talking."""

    continues: bool
    conversation: str | None
    lists: bool
    search: str | None
    delete: str | None
    restore: str | None
    for_good: bool


@click.command()
@model_option
@click.option("-c", "--continue", "continues", is_flag=True, help="Go on with the last conversation.")
@click.option("--conversation", metavar="WORDS", help="Go on with the one of this id or title, or a part of it.")
@click.option("--list", "lists", is_flag=True, help="List the conversations, the last one first.")
@click.option("--search", metavar="TEXT", help="Find conversations by their title and by what was said in them.")
@click.option("--delete", metavar="WORDS", help="Delete the one of this id or title.")
@click.option("--restore", metavar="WORDS", help="Bring back what was deleted in the last 30 days.")
@click.option("--for-good", is_flag=True, help="With --delete: off the disk, at once.")
@answering
@takes(ChatOptions)
def chat(options: ChatOptions) -> None:
    """Talk with a model, turn by turn. /? lists what can be typed besides questions.

    Everything is remembered on this computer, and --continue goes on with it. --label holds for all that you type in
    the conversation. With --json every line that comes in is a question and every answer is one JSON object on a line.
    """
    _check(options)
    reach, as_json = reach_of(alone=options.alone), options.as_json
    if options.lists:
        list_kept(reach=reach, as_json=as_json)
    elif options.search is not None:
        search_kept(options.search, reach=reach, as_json=as_json)
    elif options.delete is not None:
        delete_kept(options.delete, reach=reach, as_json=as_json, for_good=options.for_good)
    elif options.restore is not None:
        restore_kept(options.restore, reach=reach, as_json=as_json)
    else:
        start = Start(goes_on=options.continues or options.conversation is not None, words=options.conversation)
        converse(options, start)


def _check(options: ChatOptions) -> None:
    """Raises Misused for options that contradict each other."""
    chosen = {
        "--continue": options.continues,
        "--conversation": options.conversation is not None,
        "--list": options.lists,
        "--search": options.search is not None,
        "--delete": options.delete is not None,
        "--restore": options.restore is not None,
    }
    several = [name for name, is_chosen in chosen.items() if is_chosen]
    if len(several) > 1:
        raise Misused(f"{several[0]} and {several[1]} do not go together.", hint="Choose one.")
    if options.for_good and options.delete is None:
        raise Misused("--for-good goes with --delete.")
