"""What can be typed besides questions: `/set`, `/show`, `/load`, `/save`, `/undo`, `/clear`, `/help`, `/bye`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aspen.cli.answer_printer import speed_line
from aspen.cli.chat.dialogue import Dialogue
from aspen.cli.chat.kept import go_on, kept_table
from aspen.cli.chat.parameters import read_parameter
from aspen.cli.commanding import command
from aspen.cli.model_words import model_named
from aspen.cli.quantities import count_words
from aspen.cli.tables import facts
from aspen.cli.terminal import say
from aspen.core.errors import Misused, NotFound


class Leaving(Exception):
    """The person wants to go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlashCommand:
    """What it does with the words after its name, and for the help each way to write it with a summary."""

    act: Callable[[Dialogue, str], None]
    uses: tuple[tuple[str, str], ...]


def obey(dialogue: Dialogue, line: str) -> None:
    """Do what a line that begins with a slash says.

    Raises Misused for one that cannot be understood, Leaving for `/bye`.
    """
    name, _, rest = line.strip().partition(" ")
    found = SLASH_COMMANDS.get(_OTHER_NAMES.get(name, name))
    if found is None:
        raise Misused(
            f"There is no command {name}.", hint="/? lists the commands; a space before it makes it a question."
        )
    found.act(dialogue, rest.strip())


def _set(dialogue: Dialogue, rest: str) -> None:
    match rest.split(None, 1):
        case ["system", words]:
            dialogue.system = words.removeprefix('"""').removesuffix('"""').strip()
            say("Instructions set.")
        case ["system"]:
            dialogue.system = None
            say("Instructions removed.")
        case ["parameter", pair] if len(pair.split(None, 1)) == 2:
            name, value = pair.split(None, 1)
            option, parsed = read_parameter(name, value)
            dialogue.parameters[option] = parsed
            say(f"{name} is {value} now.")
        case ["verbose" | "quiet" as how]:
            dialogue.verbose = how == "verbose"
            say(f"Speed and seal are {'shown' if dialogue.verbose else 'not shown'} after each answer.")
        case _:
            raise Misused("That cannot be set.", hint="/? shows what can.")


def _show(dialogue: Dialogue, rest: str) -> None:
    del rest
    stopped = sum(exchange.was_stopped for exchange in dialogue.exchanges)
    questions = count_words(len(dialogue.exchanges), "question")
    shown = {
        "model": dialogue.model or "chosen by Aspen",
        "instructions": dialogue.system or "none",
        "parameters": dialogue.parameters or "the model's own",
        "conversation": dialogue.conversation or "none yet",
        "turns": questions + (f", {stopped} stopped" if stopped else ""),
        "last answer": speed_line(dialogue.last_result) if dialogue.last_result else "none yet",
    }
    say(facts(shown))


def _load(dialogue: Dialogue, rest: str) -> None:
    """A whole title goes before a model's name, and that before a part of a title."""
    if not rest:
        if listed := kept_table(command("list_conversations", reach=dialogue.reach)):
            say(listed)
        return
    try:
        go_on(dialogue, rest, is_exact=True)
    except NotFound:
        _load_by_part(dialogue, rest)


def _load_by_part(dialogue: Dialogue, rest: str) -> None:
    try:
        _change_model(dialogue, rest)
    except NotFound as no_model:
        try:
            go_on(dialogue, rest)
        except NotFound:
            raise no_model from None


def _change_model(dialogue: Dialogue, name: str) -> None:
    """Take another model from here on, once it is known to be there; the turns stay."""
    model = model_named(name)
    command("show", {"name": model}, reach=dialogue.reach)
    dialogue.model = model
    say(f"{name} answers from now on.")


def _save(dialogue: Dialogue, rest: str) -> None:
    name = _named(rest, "/save")
    if dialogue.conversation is None:
        raise Misused("There is nothing to save yet.", hint="Ask something first: everything is remembered anyway.")
    command("rename_conversation", {"words": dialogue.conversation, "title": name}, reach=dialogue.reach)
    say(f"Saved: /load {name} goes on with it.")


def _undo(dialogue: Dialogue, rest: str) -> None:
    del rest
    if not dialogue.step_back():
        raise Misused("There is no question to take back.")
    count = count_words(len(dialogue.exchanges), "question")
    say(f"One step back: the next question follows {count if dialogue.exchanges else 'nothing'}.")


def _clear(dialogue: Dialogue, rest: str) -> None:
    del rest
    dialogue.clear()
    say("The next question begins a new conversation; /load goes on with an earlier one.")


def _help(dialogue: Dialogue, rest: str) -> None:
    del dialogue, rest
    lines = [*(use for each in SLASH_COMMANDS.values() for use in each.uses), *_KEYS]
    width = max(len(usage) for usage, _ in lines)
    say("\n".join(f"  {usage.ljust(width)}  {summary}" for usage, summary in lines))


def _bye(dialogue: Dialogue, rest: str) -> None:
    del dialogue, rest
    raise Leaving


def _named(rest: str, name: str) -> str:
    if not rest:
        raise Misused("A name is missing.", hint=f"Write {name} NAME.")
    return rest


_KEYS = (
    ('"""', "Begin and end a text of several lines"),
    ("Ctrl-C", "Stop the answer; the conversation goes on"),
    ("Ctrl-D", "Leave"),
)

SLASH_COMMANDS: Mapping[str, SlashCommand] = {
    "/set": SlashCommand(
        act=_set,
        uses=(
            ("/set system TEXT", "Give instructions; without TEXT, remove them"),
            ("/set parameter NAME VALUE", "Such as temperature 0.2"),
            ("/set verbose, /set quiet", "Show speed and seal after each answer, or not"),
        ),
    ),
    "/show": SlashCommand(act=_show, uses=(("/show", "Show model, instructions, parameters and usage"),)),
    "/load": SlashCommand(
        act=_load, uses=(("/load [NAME]", "List conversations, go on with one, or change the model"),)
    ),
    "/save": SlashCommand(act=_save, uses=(("/save NAME", "Give this conversation a name"),)),
    "/undo": SlashCommand(act=_undo, uses=(("/undo", "Take the last question back; the next one is a branch"),)),
    "/clear": SlashCommand(act=_clear, uses=(("/clear", "Begin a new conversation"),)),
    "/help": SlashCommand(act=_help, uses=(("/help, /?", "Show this"),)),
    "/bye": SlashCommand(act=_bye, uses=(("/bye", "Leave"),)),
}

_OTHER_NAMES = {"/?": "/help", "/exit": "/bye", "/quit": "/bye"}
