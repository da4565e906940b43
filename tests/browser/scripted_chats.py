"""The verbs of a chat without a model: conversations in memory, and answers that say what a test wants at its rate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, cast

from scripted_files import ScriptedFiles

from aspen.core.errors import AspenError, Misused, NotFound

Json = Mapping[str, Any]

DECISION = {
    "kind": "route",
    "model": "scripted",
    "reasons": [{"code": "local_first", "words": "No model was named, and local models answer by default."}],
    "considered": [{"model": "claude", "reason": {"code": "not_first", "words": "Another goes first."}}],
    "flips": ["With --model claude it would go to anthropic, once you have seen what leaves."],
}


_MODEL = {"name": "scripted", "fit": "Fits", "words_per_second": 20.0, "problem": None, "skills": ["chat"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Say nothing for a while."""

    seconds: float


Step = Json | Pause | AspenError
Answer = Callable[[str], list[Step]]


def saying(text: str, *, tokens_per_second: float = 0.0, letters: int = 4) -> list[Step]:
    """Script a text in pieces of some letters; all at once where no rate is given."""
    pieces = [text[at : at + letters] for at in range(0, len(text), letters)]
    pauses = [Pause(seconds=1 / tokens_per_second)] if tokens_per_second else []
    return [step for piece in pieces for step in (*pauses, {"event": "text", "text": piece})]


@dataclass(slots=True, kw_only=True)
class ScriptedChats:
    """Give `run` to a server. `answer` makes the steps of an answer from its question; `asked` are all `ask`s."""

    answer: Answer = field(default=lambda question: saying(f"You said: {question}"))
    asked: list[Json] = field(default_factory=list[Json])
    drafts: dict[str, str] = field(default_factory=dict[str, str])
    files: ScriptedFiles = field(default_factory=ScriptedFiles)
    _turns: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    _chats: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    _ids: count[int] = field(default_factory=lambda: count(1))

    async def run(self, verb: str, arguments: Json) -> AsyncGenerator[Json]:
        if verb == "ask":
            async for frame in self._ask(arguments):
                yield frame
            return
        verbs: dict[str, Callable[[Json], Json]] = {
            "list_conversations": self._list,
            "conversation": self._view,
            "choose_branch": self._choose,
            "rename_conversation": self._rename,
            "label_conversation": self._label,
            "delete_conversation": lambda told: self._mark(told, deleted=True),
            "restore_conversation": lambda told: self._mark(told, deleted=False),
            "pin_conversation": lambda told: self._mark(told, is_pinned=told["is_pinned"]),
            "keep_draft": self._keep_draft,
            "read_draft": lambda told: {
                "text": self.drafts.get(told["conversation"], ""),
                "attached": self.files.waiting(told["conversation"]),
            },
            **self.files.verbs(),
            "search": self._search,
            "export_text": self._export,
            "models": lambda _: {
                "default": "scripted",
                "models": [_MODEL],
                "assistants": [],
            },
            "load": lambda told: {"name": told["name"], "context_tokens": 2048, "notes": []},
            "list_labels": lambda _: {"labels": [], "projects": []},
            "ps": lambda _: {"engines": [{"name": "scripted", "context_tokens": 2048}]},
        }
        if verb not in verbs:
            raise Misused(f"The app knows no command {verb!r}.")
        yield {"result": {"schema": 1, **verbs[verb](arguments)}}

    def begin(self, *texts: str) -> str:
        """Make a conversation of questions and answers in turn, and return its id."""
        chat = self._new_chat(texts[0])
        parent = ""
        for n, text in enumerate(texts):
            parent = self._add(chat, parent, "assistant" if n % 2 else "user", text)
        return chat

    async def _ask(self, told: Json) -> AsyncGenerator[Json]:
        self.asked.append(told)
        again = self._turns.get(told.get("again", ""))
        question = again["text"] if again else told["messages"][-1]["content"]
        steps = self.answer(question)
        for step in list(steps):
            if isinstance(step, dict) and "early" in step:
                steps.remove(step)
                if isinstance(step["early"], AspenError):
                    raise step["early"]
                yield cast("Json", step["early"])
        chat = told["conversation"] if told["conversation"] in self._chats else self._new_chat(question)
        asked = again["turn"] if again else self._add(chat, told["parent"], "user", question)
        if not again:
            self._turns[asked].update(self.files.took_along(told.get("files", ())))
        answered = self._add(chat, asked, "assistant", "")
        turn = self._turns[answered]
        turn["was_stopped"] = True
        ids = {"conversation": chat, "question": asked, "turn": answered}
        yield {"event": "decision", **DECISION}
        yield {"event": "remembered", **ids}
        for step in steps:
            match step:
                case Pause(seconds=seconds):
                    await asyncio.sleep(seconds)
                case AspenError():
                    raise step
                case _:
                    turn["text"] += step["text"] if step.get("event") == "text" else ""
                    yield step
        ended: Json = {
            "model": "scripted",
            "zone": "machine",
            "decision": DECISION,
            "finish_reason": "stop",
            "usage": {
                "prompt_tokens": 40 + len(question) // 4,
                "completion_tokens": len(turn["text"]) // 4,
                "cached_tokens": 0,
            },
            "timings": {"first_token_ms": 120.0, "tokens_per_second": 48.5, "prompt_ms": 40.0},
        }
        turn.update(ended, was_stopped=False)
        yield {"result": {"schema": 1, "answer": turn["text"], "thinking": "", **ended, **ids}}

    def _new_chat(self, title: str) -> str:
        chat = f"{next(self._ids):032x}"
        self._chats[chat] = {"title": title[:60], "word": "ask", "is_pinned": False, "deleted": False, "leaf": ""}
        return chat

    def _add(self, chat: str, parent: str, role: str, text: str) -> str:
        turn = f"{next(self._ids):032x}"
        self._turns[turn] = {
            "turn": turn,
            "chat": chat,
            "parent": parent,
            "role": role,
            "text": text,
            "was_stopped": False,
        }
        self._chats[chat]["leaf"] = turn
        return turn

    def _card(self, chat: str) -> Json:
        known = self._chats[chat]
        shown = {name: known[name] for name in ("title", "word", "is_pinned")}
        return {"conversation": chat, "model": None, "changed_at": f"2026-11-22T10:{len(self._chats):02}:00Z", **shown}

    def _list(self, told: Json) -> Json:
        del told
        chats = [chat for chat in reversed(self._chats) if not self._chats[chat]["deleted"]]
        return {"conversations": [self._card(chat) for chat in chats], "has_more": False}

    def _view(self, told: Json) -> Json:
        chat = told["conversation"]
        if chat not in self._chats:
            raise NotFound(f"There is no conversation {chat}.")
        path: list[Json] = []
        at = self._chats[chat]["leaf"]
        while at:
            turn = self._turns[at]
            beside = [
                each["turn"]
                for each in self._turns.values()
                if (each["chat"], each["parent"]) == (chat, turn["parent"])
            ]
            path.insert(0, {**turn, "siblings": beside})
            at = turn["parent"]
        if before := told.get("before_turn"):
            path = path[: [turn["turn"] for turn in path].index(before)]
        size = told.get("count", 40)
        return {**self._card(chat), "turns": path[-size:], "has_more": len(path) > size, "system": None}

    def _choose(self, told: Json) -> Json:
        leaf = told["turn"]
        while below := [each["turn"] for each in self._turns.values() if each["parent"] == leaf]:
            leaf = below[-1]
        self._chats[told["conversation"]]["leaf"] = leaf
        return self._view(told)

    def _rename(self, told: Json) -> Json:
        return self._mark(told, title=told["title"])

    def _label(self, told: Json) -> Json:
        return self._mark(told, word=told["label"])

    def _mark(self, told: Json, **what: object) -> Json:
        chat = told.get("words") or told["conversation"]
        self._chats[chat].update(what)
        return self._card(chat)

    def _keep_draft(self, told: Json) -> Json:
        self.drafts[told["conversation"]] = told["text"]
        return {}

    def _export(self, told: Json) -> Json:
        shown = self._view({**told, "count": 10_000})
        return {"title": shown["title"], "text": "\n\n".join(turn["text"] for turn in shown["turns"])}

    def _search(self, told: Json) -> Json:
        text = told["text"].lower()
        found = [
            {
                "conversation": turn["chat"],
                "title": self._chats[turn["chat"]]["title"],
                "turn": turn["turn"],
                **_excerpt(turn["text"], text),
            }
            for turn in self._turns.values()
            if text in turn["text"].lower()
        ]
        return {"found": found, "has_more": False}


def _excerpt(text: str, wanted: str) -> Json:
    at = text.lower().index(wanted)
    return {"excerpt": text, "marks": [[at, at + len(wanted)]]}
