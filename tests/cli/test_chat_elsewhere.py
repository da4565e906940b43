"""`aspen chat` with a model elsewhere, on a terminal: shown before it is sent, and gone on with where it stopped."""

from __future__ import annotations

from pathlib import Path

from command_line import OnTerminal

from fakes.service_home import ServiceHome

PROMPT = ">>> "


def test_a_chat_shows_what_would_leave_and_asks_no_more_after_an_a(tmp_path: Path) -> None:
    with ServiceHome(tmp_path) as home:
        assert home.aspen("cloud", "add", "practice").code == 0
        environment = {**home.environment, "TERM": "xterm", "PYTHONUTF8": "1"}
        with OnTerminal(environment, "chat", "-m", "practice-echo") as chat:
            chat.wait_for(PROMPT)
            chat.type("A secret plan.\n")
            chat.wait_for("Choose")
            chat.type("1\n")
            assert "A secret plan." in chat.wait_for("Send? [y/N/a/x/?]")
            chat.type("n\n")
            assert "Not sent: you declined it." in chat.wait_for(PROMPT)
            chat.type("Five captions.\n")
            assert "A secret plan." not in chat.wait_for("Send? [y/N/a/x/?]")
            chat.type("a\n")
            chat.wait_for("Five captions.")
            chat.wait_for(PROMPT)
            chat.type("Five more.\n")
            assert "Send?" not in chat.wait_for(PROMPT)
            chat.type("/bye\n")
            assert chat.finish()[0] == 0
        with OnTerminal(environment, "chat", "--continue") as chat:
            assert "Going on with “A secret plan.”: 2 questions" in chat.wait_for(PROMPT)
            chat.type("And more.\n")
            assert "Send?" not in chat.wait_for(PROMPT)
            chat.type("/bye\n")
            assert chat.finish()[0] == 0
