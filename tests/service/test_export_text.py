"""`export_text`: one conversation as a document for a page."""

from __future__ import annotations

import json

import pytest

from aspen.core.errors import AspenError
from fakes.service_home import ServiceHome


def test_a_conversation_comes_back_as_markdown_and_as_json(starter_home: ServiceHome) -> None:
    asked = {"messages": [{"role": "user", "content": "Say hello."}], "conversation": "new"}
    starter_home.run("ps")
    told = starter_home.call("ask", **asked)
    chat = told["conversation"]
    written = starter_home.call("export_text", conversation=chat, form="markdown")
    assert written["title"] == "Say hello."
    assert written["text"].startswith("# Say hello.\n")
    assert told["answer"].strip() in written["text"]
    document = json.loads(starter_home.call("export_text", conversation=chat, form="json")["text"])
    assert "Say hello." in json.dumps(document)


def test_what_is_not_there_or_no_form_is_refused(home: ServiceHome) -> None:
    home.run("ps")
    for arguments in ({"conversation": "nothing", "form": "json"}, {"conversation": "nothing", "form": "pdf"}):
        with pytest.raises(AspenError):
            home.call("export_text", **arguments)
