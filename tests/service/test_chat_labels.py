"""A chat that changes its model: what was said before decides where the next question may go. Leak cases 7 and 8."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from aspen.channel.client import open_gate_session
from aspen.core.errors import Declined
from fakes.certificates import Authority
from fakes.processes import becomes
from fakes.provider_openai import openai
from fakes.provider_script import Says
from fakes.service_home import CORE, ServiceHome, question
from fakes.tls_provider import Ending, Received, Reply, TlsProvider

SHORT = {"answer_tokens": 6, "temperature": 0}
CANARY = "kanarienvogel-5508"
SAYS = openai(Says(text=("Hel", "lo.")), key="")
STALLED = "Say half of it."


def _answer(received: Received) -> Reply:
    """Answer, and to one question only begin to."""
    reply = SAYS(received)
    if STALLED.encode() not in received.body.rpartition(b"messages")[2][-200:]:
        return reply
    return replace(reply, pieces=reply.pieces[:3], pause_seconds=0.05, ending=Ending.SILENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """A home with the starter model, and two providers beyond it, `acme` and `other`."""

    home: ServiceHome
    acme: TlsProvider
    other: TlsProvider

    @property
    def received(self) -> bytes:
        return b"".join(each.body for server in (self.acme, self.other) for each in server.received)

    def ask(self, text: str, *, yes: str = "once", **more: Any) -> dict[str, Any]:
        """Ask; whatever is shown first gets the answer `yes`: once, chat, or no. `asked` counts how often."""
        asked = 0
        with self.home.session() as session:
            for frame in session.stream("ask", {**question(text, options=SHORT), **more}):
                if frame.get("event") == "awaiting_approval":
                    asked += 1
                    self._decide(str(frame["nonce"]), yes)
                if "result" in frame:
                    result: Any = frame["result"]
                    return {**result, "asked": asked}
        raise AssertionError("there was no result")

    def refusal(self, text: str, **more: Any) -> str:
        """Ask, and return why it was refused; nothing may have left."""
        before = self.received
        decision = self.ask(text, **more)["decision"]
        assert decision["kind"] == "refusal", decision
        assert self.received == before
        return " ".join(reason["words"] for reason in decision["reasons"])

    def _decide(self, nonce: str, yes: str) -> None:
        with open_gate_session(self.home.runtime) as gate:
            told = gate.call("preview", {"nonce": nonce})
        approval = {"nonce": nonce, "body_sha256": told["body_sha256"], "for_conversation": yes == "chat"}
        with open_gate_session(self.home.runtime) as gate:
            gate.call(*(("decline", {"nonce": nonce}) if yes == "no" else ("approve", approval)))


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory, starter_model: Path) -> Iterator[Outside]:
    authority = Authority(tmp_path_factory.mktemp("authority"))
    acme, other = (TlsProvider(authority, answer=_answer) for _ in range(2))
    with acme.in_thread(), other.in_thread(), ServiceHome(tmp_path_factory.mktemp("home")) as home:
        home.put_on_shelf(starter_model)
        for name, server in (("acme", acme), ("other", other)):
            where = ("--url", server.base_url, "--zone", "cloud", "--ca-file", server.ca_file)
            added = home.aspen("cloud", "add", name, *where, "--model", f"{name}-large")
            assert added.code == 0, added.err
        yield Outside(home=home, acme=acme, other=other)


def test_a_chat_that_talked_here_does_not_go_on_elsewhere(outside: Outside) -> None:
    talk = outside.ask(f"My name is {CANARY}.", conversation="new")["conversation"]
    assert "Nobody has said that these words may leave" in outside.refusal(
        "Go on.", conversation=talk, model="acme-large"
    )
    for general in ("auto", "local", None):
        assert outside.ask("Go on.", conversation=talk, model=general)["zone"] == "machine"
    assert CANARY.encode() not in outside.received


def test_an_old_private_turn_is_not_edited_repeated_or_branched_from_elsewhere(outside: Outside) -> None:
    first = outside.ask(f"My number is {CANARY}.", conversation="new")
    talk = {"conversation": first["conversation"], "model": "acme-large"}
    outside.ask("And then?", conversation=first["conversation"])
    outside.refusal("A branch.", **talk, parent=first["turn"])
    outside.refusal(f"My number is {CANARY}.", **talk, parent="")
    outside.refusal("My number, changed.", **talk, parent="")
    outside.refusal("My number, changed.", **talk, parent="", label="may-leave")
    outside.refusal("Another second.", **talk, parent=first["turn"])
    assert CANARY.encode() not in outside.received


def test_what_stayed_here_by_label_stays_here_when_it_is_edited(outside: Outside) -> None:
    talk = outside.ask(f"Keep {CANARY}.", conversation="new", label="stays-here")["conversation"]
    outside.home.call("label_conversation", words=talk, label="may-leave")
    words = outside.refusal("Keep this.", conversation=talk, parent="", model="acme-large")
    assert "You said so for these words" in words


def _with_system(text: str, words: str) -> dict[str, Any]:
    return {"messages": [{"role": "system", "content": text}, {"role": "user", "content": words}]}


def test_instructions_from_a_chat_here_do_not_leave_with_its_branch(outside: Outside) -> None:
    secret = f"You work for {CANARY}."
    first = outside.ask("", conversation="new", **_with_system(secret, "hi"))
    sent = outside.ask("", conversation="new", model="acme-large", **_with_system("Be brief.", "Tell."))
    asked_anew = outside.ask("", conversation="new", model="acme-large", **_with_system("Be brief.", "Tell."))
    assert (sent["asked"], asked_anew["asked"]) == (1, 1)
    outside.refusal("", conversation=first["conversation"], parent="", model="acme-large", **_with_system(secret, "hi"))
    assert "acme alone" in outside.refusal(
        "", conversation=sent["conversation"], parent="", model="other-large", **_with_system("Be brief.", "Else.")
    )
    assert CANARY.encode() not in outside.received


def test_instructions_that_a_chat_here_used_bind_even_where_no_question_stands_beside(outside: Outside) -> None:
    secret = f"You work for {CANARY}."
    there = outside.ask("Five captions.", conversation="new", model="acme-large")
    talk, model = there["conversation"], "acme-large"
    outside.ask("", conversation=talk, **_with_system(secret, "Think here."))
    outside.refusal("", conversation=talk, parent="", model=model, **_with_system(secret, "Anew."))
    second = outside.ask("", conversation=talk, parent="", model=model, **_with_system("Be brief.", "Anew."))
    assert second["asked"] == 1
    assert CANARY.encode() not in outside.received


def test_instructions_of_a_question_that_was_declined_can_be_sent_with_the_next(outside: Outside) -> None:
    with pytest.raises(Declined):
        outside.ask("", conversation="new", model="acme-large", yes="no", **_with_system("Be kind.", "Tell."))
    opened = outside.home.call("open_conversation")
    assert opened["system"] == "Be kind."
    place = {"conversation": opened["conversation"], "parent": "", "model": "acme-large"}
    assert outside.ask("", **place, **_with_system("Be kind.", "Say."))["answer"] == "Hello."


def test_a_chat_elsewhere_goes_on_there_asked_each_time_and_nowhere_else(outside: Outside) -> None:
    first = outside.ask("Five captions.", conversation="new", model="acme-large")
    assert (first["asked"], first["answer"]) == (1, "Hello.")
    talk = first["conversation"]
    second = outside.ask("Five more.", conversation=talk, model="acme-large")
    assert second["asked"] == 1
    assert b"Five captions." in outside.acme.received[-1].body
    assert "may leave to acme alone" in outside.refusal("Again.", conversation=talk, model="other-large")
    assert "may leave to acme alone" in outside.refusal("Edited.", conversation=talk, model="other-large", parent="")
    assert outside.ask("Edited.", conversation=talk, model="acme-large", parent="")["asked"] == 1
    assert outside.ask("And here?", conversation=talk)["zone"] == "machine"
    outside.refusal("Back there?", conversation=talk, model="acme-large")
    back = outside.ask("Back before that?", conversation=talk, model="acme-large", parent=second["turn"])
    assert back["asked"] == 1


def test_a_yes_for_the_chat_is_asked_for_once_and_holds_for_that_chat_alone(outside: Outside) -> None:
    system = {"role": "system", "content": "Be brief."}
    first = outside.ask("Five captions.", conversation="new", model="acme-large", yes="chat")
    talk = first["conversation"]
    assert outside.ask("Five more.", conversation=talk, model="acme-large", yes="no")["asked"] == 0
    messages = [system, {"role": "user", "content": "Briefly."}]
    with outside.home.session() as session:
        session.call("ask", {"messages": messages, "conversation": talk, "model": "acme-large", "options": SHORT})
    outside.refusal("There?", conversation=talk, model="other-large")
    piped = outside.refusal("From a pipe.", conversation=talk, model="acme-large", is_piped=True)
    assert "Nobody has said" in piped
    assert outside.ask("Another chat.", conversation="new", model="acme-large")["asked"] == 1


def test_a_question_that_was_declined_can_be_asked_again_in_other_words(outside: Outside) -> None:
    with pytest.raises(Declined):
        outside.ask(f"Tell {CANARY}.", conversation="new", model="acme-large", yes="no")
    opened = outside.home.call("open_conversation")
    assert (opened["messages"], opened["unanswered"]) == ([], f"Tell {CANARY}.")
    again = outside.ask("Tell.", conversation=opened["conversation"], parent="", model="acme-large")
    assert again["answer"] == "Hello."
    assert CANARY.encode() not in outside.received


def test_labels_and_a_yes_for_the_chat_survive_a_restart(outside: Outside) -> None:
    kept = outside.ask(f"Stay, {CANARY}.", conversation="new", label="stays-here")["conversation"]
    here = outside.ask("Hello here.", conversation="new")["conversation"]
    there = outside.ask("Hello there.", conversation="new", model="acme-large", yes="chat")["conversation"]
    outside.home.stop()
    outside.home.run("ps")
    assert outside.home.call("open_conversation", words=kept)["word"] == "stays-here"
    assert "You said so" in outside.refusal("Go on.", conversation=kept, model="acme-large", label="may-leave")
    outside.refusal("Go on.", conversation=here, model="acme-large")
    outside.refusal("Go on.", conversation=there, model="other-large")
    assert outside.ask("Go on.", conversation=there, model="acme-large", yes="no")["asked"] == 0


def test_words_before_a_silence_are_kept_though_the_core_is_killed_in_it(outside: Outside) -> None:
    came = ""
    with outside.home.session() as session:
        frames = session.stream("ask", question(STALLED, conversation="new", model="acme-large", label="may-leave"))
        for frame in frames:
            came += str(frame["text"]) if frame.get("event") == "text" else ""
            if came == "Hello.":
                break
        time.sleep(0.4)
        os.kill(outside.home.pids(CORE)[0], signal.SIGKILL)
    assert becomes(lambda: outside.home.run("ps").code == 0)
    answer = outside.home.call("open_conversation")["messages"][-1]
    assert (answer["text"], answer["was_stopped"]) == ("Hello.", True)


def test_a_piped_chat_on_the_command_line_is_not_typed(outside: Outside) -> None:
    before = outside.received
    outcome = outside.home.aspen("chat", "-m", "acme-large", piped="Five captions.\n")
    assert "Not sent." in outcome.err
    assert outside.received == before
    sent = outside.home.aspen("chat", "-m", "acme-large", "--label", "may-leave", piped="One.\nTwo.\n")
    assert (sent.code, sent.out) == (0, "Hello.\nHello.\n")
    went_on = outside.home.aspen("chat", "--continue", piped="Three.\n")
    assert (went_on.code, went_on.out) == (0, "Hello.\n")
    body = outside.acme.received[-1].body
    assert body.index(b"One.") < body.index(b"Two.") < body.index(b"Three.")
