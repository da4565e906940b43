"""The loop of a conversation: read, obey or ask, print. An error is shown and the conversation goes on.

Ctrl-C stops the answer, or clears the line that is being typed; it never ends the program. Ctrl-D and `/bye` do.
"""

from __future__ import annotations

from dataclasses import dataclass

from aspen.channel.framing import Frame
from aspen.cli.answer_options import AnswerOptions
from aspen.cli.answer_printer import AnswerPrinter
from aspen.cli.chat.dialogue import Dialogue, begin
from aspen.cli.chat.history import History
from aspen.cli.chat.kept import go_on, say_if_unencrypted
from aspen.cli.chat.slash import SLASH_COMMANDS, Leaving, obey
from aspen.cli.chat.typing_in import Input, Piped, Typed, load_readline
from aspen.cli.commanding import command, reach_for_long
from aspen.cli.leaving.approving import approving
from aspen.cli.offers import make_offer
from aspen.cli.prompts import stdin_is_terminal
from aspen.cli.reading import Json
from aspen.cli.terminal import put_json_line, say
from aspen.core.errors import AspenError, Declined, PromptTooLong, StaysHere, error_to_json
from aspen.settings import read_folders

_HISTORY_NAME = "chat_history.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How it begins: anew, or where an earlier one stopped: the one that `words` mean, without them the last."""

    goes_on: bool = False
    words: str | None = None


NEW = Start()


def converse(options: AnswerOptions, start: Start = NEW) -> None:
    """Talk until the person leaves.

    Raises AspenError only for options that cannot be used, and KeyboardInterrupt only when the input is piped.
    """
    with reach_for_long(alone=options.alone) as reach:
        dialogue = begin(options, reach)
        if start.goes_on:
            _resume(dialogue, start)
        if not stdin_is_terminal() or options.as_json:
            _answer_lines(dialogue)
        else:
            _talk(dialogue)


def _resume(dialogue: Dialogue, start: Start) -> None:
    """Go on with a conversation; what the command line says goes before what was remembered."""
    model, options = dialogue.model, dialogue.options
    go_on(dialogue, start.words)
    dialogue.model = model or dialogue.model
    dialogue.system = options.system or dialogue.system
    if options.label:
        labelled = {"words": dialogue.conversation, "label": options.label}
        command("label_conversation", labelled, reach=dialogue.reach)


def _talk(dialogue: Dialogue) -> None:
    readline = load_readline()
    typed = Typed(readline, History(read_folders().state / _HISTORY_NAME, readline), list(SLASH_COMMANDS))
    say(f"Talking with {dialogue.model or 'the best model here'}. /? shows what else can be typed, Ctrl-D leaves.")
    is_over = False
    while not is_over:
        try:
            is_over = not _take_turn(dialogue, typed)
        except KeyboardInterrupt:
            say("")


def _answer_lines(dialogue: Dialogue) -> None:
    """Answer each line of a pipe. With `--json` every line is a question; a slash has no meaning then."""
    piped = Piped()
    take_turn = _take_json_turn if dialogue.options.as_json else _take_turn
    while take_turn(dialogue, piped):
        pass


def _take_turn(dialogue: Dialogue, typed: Input) -> bool:
    """Handle one entry; False when the person leaves."""
    try:
        entry = typed.next_entry()
    except EOFError:
        say("")
        return False
    try:
        if entry.startswith("/"):
            obey(dialogue, entry)
        elif entry.strip():
            _ask(dialogue, entry)
    except Leaving:
        return False
    except AspenError as error:
        _show_error(error, has_history=bool(dialogue.exchanges))
    return True


def _ask(dialogue: Dialogue, question: str) -> None:
    printer = AnswerPrinter(verbose=dialogue.verbose)
    try:
        result = _exchange(dialogue, question, printer)
    except KeyboardInterrupt:
        printer.end_line()
        has_words = bool(printer.written.strip())
        if has_words:
            dialogue.answered(was_stopped=True)
        say("Stopped." if has_words else "\nStopped.")
        return
    except AspenError:
        printer.end_line()
        raise
    printer.finish(result)
    make_offer(result, reach=dialogue.reach)
    say("")


def _take_json_turn(dialogue: Dialogue, typed: Input) -> bool:
    try:
        question = typed.next_entry()
        result = _exchange(dialogue, question, AnswerPrinter(silent=True))
    except EOFError:
        return False
    except AspenError as error:
        put_json_line({"schema": 1, "error": error_to_json(error)})
        return True
    put_json_line(result)
    return True


def _exchange(dialogue: Dialogue, question: str, printer: AnswerPrinter) -> Json:
    """Ask, and go on from the answer; where there is none, the next question follows what this one followed."""

    def on_event(frame: Frame) -> None:
        match frame:
            case {"event": "remembered"}:
                dialogue.remembered(frame)
                say_if_unencrypted(dialogue, frame)
            case _:
                printer.on_event(frame)

    arguments = dialogue.arguments(question)
    result = command("ask", arguments, reach=dialogue.reach, on_event=on_event, on_approval=approving())
    dialogue.answered()
    dialogue.last_result = result
    return result


def _show_error(error: AspenError, *, has_history: bool) -> None:
    say(f"Error: {error.sentence}")
    if error.hint:
        say(error.hint)
    if has_history and isinstance(error, StaysHere) and not isinstance(error, Declined):
        say("/clear begins anew, without what was said before.")
    if isinstance(error, PromptTooLong):
        say("/clear begins anew; /set parameter num_ctx makes more room.")
