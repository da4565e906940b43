"""The loop of a conversation: read, obey or ask, print. An error is shown and the conversation goes on.

Ctrl-C stops the answer, or clears the line that is being typed; it never ends the program. Ctrl-D and `/bye` do.
"""

from __future__ import annotations

from aspen.cli.answer_options import AnswerOptions
from aspen.cli.answer_printer import AnswerPrinter
from aspen.cli.chat.dialogue import Dialogue, begin
from aspen.cli.chat.history import History
from aspen.cli.chat.slash import SLASH_COMMANDS, Leaving, obey
from aspen.cli.chat.typing_in import Input, Piped, Typed, load_readline
from aspen.cli.commanding import command, reach_for_long
from aspen.cli.offers import make_offer
from aspen.cli.prompts import stdin_is_terminal
from aspen.cli.terminal import put_json_line, say
from aspen.core.errors import AspenError, PromptTooLong, error_to_json
from aspen.settings import read_folders

_HISTORY_NAME = "chat_history.jsonl"


def converse(options: AnswerOptions) -> None:
    """Talk until the person leaves.

    Raises AspenError only for options that cannot be used, and KeyboardInterrupt only when the input is piped.
    """
    with reach_for_long(alone=options.alone) as reach:
        dialogue = begin(options, reach)
        if not stdin_is_terminal() or options.as_json:
            _answer_lines(dialogue)
        else:
            _talk(dialogue)


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
        _show_error(error)
    return True


def _ask(dialogue: Dialogue, question: str) -> None:
    printer = AnswerPrinter(verbose=dialogue.verbose)
    try:
        result = command("ask", dialogue.arguments(question), reach=dialogue.reach, on_event=printer.on_event)
    except KeyboardInterrupt:
        printer.end_line()
        if printer.written:
            dialogue.add(question, printer.written, was_stopped=True)
        say("Stopped." if printer.written else "\nStopped.")
        return
    except AspenError:
        printer.end_line()
        raise
    dialogue.add(question, str(result.get("answer", printer.written)))
    dialogue.last_result = result
    printer.finish(result)
    make_offer(result, reach=dialogue.reach)
    say("")


def _take_json_turn(dialogue: Dialogue, typed: Input) -> bool:
    printer = AnswerPrinter(silent=True)
    try:
        question = typed.next_entry()
        result = command("ask", dialogue.arguments(question), reach=dialogue.reach, on_event=printer.on_event)
    except EOFError:
        return False
    except AspenError as error:
        put_json_line({"schema": 1, "error": error_to_json(error)})
        return True
    dialogue.add(question, str(result.get("answer", "")))
    put_json_line(result)
    return True


def _show_error(error: AspenError) -> None:
    say(f"Error: {error.sentence}")
    if error.hint:
        say(error.hint)
    if isinstance(error, PromptTooLong):
        say("/clear begins anew; /set parameter num_ctx makes more room.")
