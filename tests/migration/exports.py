"""Exports of other programs, small and with the oddities that real ones have."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def node(name: str, parent: str | None, role: str = "", *, kind: str = "text", **content: Any) -> Json:
    """One node of ChatGPT's tree; without a role it has no message."""
    message = None
    if role:
        to, hidden = content.pop("recipient", "all"), content.pop("hidden", False)
        message = {
            "id": name,
            "author": {"role": role},
            "create_time": 1_700_000_000.5,
            "recipient": to,
            "content": {"content_type": kind, **content},
            "metadata": {"is_visually_hidden_from_conversation": hidden},
        }
    return {"id": name, "parent": parent, "children": [], "message": message}


def chatgpt() -> list[Json]:
    """Two answers to one question: the first with a tool's steps in between, the second with thoughts before it."""
    nodes = [
        node("answer-2", "thoughts", "assistant", parts=["It is four."]),
        node("root", None),
        node("system", "root", "system", parts=[""], hidden=True),
        node(
            "ask",
            "system",
            "user",
            kind="multimodal_text",
            parts=["Two and two?", {"content_type": "image_asset_pointer"}],
        ),
        node("plan", "ask", "assistant", parts=["Let me compute."]),
        node("call", "plan", "assistant", kind="code", text="2+2", recipient="python"),
        node("result", "call", "tool", kind="execution_output", text="4"),
        node("answer-1", "result", "assistant", parts=["Four."]),
        node("thoughts", "ask", "assistant", kind="thoughts", thoughts=[{"summary": "s", "content": "Easy."}]),
    ]
    return [
        {
            "title": "Sums",
            "create_time": 1_700_000_000.0,
            "update_time": 1_700_000_100.0,
            "mapping": {each["id"]: each for each in nodes},
            "current_node": "answer-2",
            "conversation_id": "c-1",
        },
        {"title": "Nothing", "mapping": {"root": node("root", None)}, "current_node": "root"},
    ]


def claude() -> list[Json]:
    asked = {"uuid": "m1", "sender": "human", "text": "Read this.", "created_at": "2025-03-01T10:00:00.000000Z"}
    return [
        {
            "uuid": "c1",
            "name": "",
            "created_at": "2025-03-01T10:00:00Z",
            "updated_at": "2025-03-01T10:05:00Z",
            "chat_messages": [
                {
                    **asked,
                    "content": [{"type": "text", "text": "Read this."}],
                    "attachments": [{"file_name": "a.txt", "extracted_content": "the file"}, {"file_name": "b.bin"}],
                    "files": [{"file_name": "c.png"}],
                },
                {
                    "uuid": "m2",
                    "sender": "assistant",
                    "text": "I have read it.",
                    "created_at": "2025-03-01T10:01:00Z",
                    "content": [
                        {"type": "thinking", "thinking": "A file."},
                        {"type": "tool_use", "name": "x", "input": {}},
                        {"type": "text", "text": "I have read it."},
                    ],
                },
                {"uuid": "m3", "sender": "human", "text": "Thanks.", "created_at": "2025-03-01T10:02:00Z"},
            ],
        }
    ]


def open_webui() -> list[Json]:
    summary = '<details type="reasoning" done="true" duration="2">\n<summary>Thought</summary>'
    thought = f"{summary}\n&gt; Paris, &amp; no other.\n</details>\n"
    return [
        {
            "id": "w1",
            "title": "Capital",
            "created_at": 1_700_000_000,
            "updated_at": 1_700_000_050,
            "chat": {
                "title": "Capital",
                "params": {"system": "Be short."},
                "history": {
                    "currentId": "b",
                    "messages": {
                        "q": {"id": "q", "parentId": None, "role": "user", "content": "Capital of France?"},
                        "a": {"id": "a", "parentId": "q", "role": "assistant", "content": "Lyon."},
                        "b": {"id": "b", "parentId": "q", "role": "assistant", "content": f"{thought}Paris."},
                    },
                },
            },
        }
    ]


def lm_studio() -> Json:
    def said(text: str) -> Json:
        return {"type": "singleStep", "role": "user", "content": [{"type": "text", "text": text}, {"type": "file"}]}

    def answered(text: str) -> Json:
        thought = {"type": "contentBlock", "style": {"type": "thinking"}, "content": [{"type": "text", "text": "Hm."}]}
        block = {"type": "contentBlock", "content": [{"type": "text", "text": text}]}
        return {"type": "multiStep", "role": "assistant", "steps": [thought, block, {"type": "debugInfoBlock"}]}

    return {
        "name": "Greeting",
        "createdAt": 1_730_000_000_000,
        "systemPrompt": "Be kind.",
        "messages": [
            {"versions": [said("Hello")], "currentlySelected": 0},
            {"versions": [answered("Go away."), answered("Hi!")], "currentlySelected": 1},
            {"versions": [said("Bye")], "currentlySelected": 7},
        ],
    }
