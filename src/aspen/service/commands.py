"""The verbs of the command channel: a table from a name to the generator that answers it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping

from aspen.channel.framing import Frame
from aspen.core.errors import Misused
from aspen.service import (
    asking,
    assistants,
    attached_files,
    conversation_views,
    conversations,
    downloads,
    embedding,
    exporting,
    importing,
    inspection,
    keeping_here,
    labels,
    letting_leave,
    loading,
    looking_ahead,
    on_offer,
    passages,
    price_table,
    proving,
    removing,
    rule_trials,
    savings,
    searching,
    setting_choices,
    shelf,
)
from aspen.workspace import Workspace

Json = Mapping[str, object]
Verb = Callable[[Workspace, Json], AsyncGenerator[Frame]]
OwnVerb = Callable[[Json], AsyncGenerator[Frame]]

VERBS: Mapping[str, Verb] = {
    "ask": asking.ask_model,
    "embed": embedding.embed,
    "models": shelf.models,
    "show": shelf.show,
    "add": shelf.add,
    "remove": removing.remove,
    "create": assistants.create,
    "copy": assistants.copy,
    "pull": downloads.pull,
    "setup": downloads.setup,
    "ps": inspection.processes,
    "load": loading.load,
    "unload": inspection.unload,
    "doctor": inspection.doctor,
    "prove": proving.prove,
    "declare_label": labels.declare,
    "forget_label": labels.forget,
    "label_of": labels.look,
    "list_labels": labels.listing,
    "project": labels.project,
    "set_project": labels.set_project,
    "forget_project": labels.forget_project,
    "catalogue": on_offer.catalogue_listing,
    "settings": setting_choices.settings,
    "change_setting": setting_choices.change_setting,
    "prices": price_table.prices,
    "savings": savings.savings,
    "check_rules": rule_trials.check_rules,
    "try_rules": rule_trials.try_rules,
    "list_conversations": conversations.list_conversations,
    "open_conversation": conversations.open_conversation,
    "rename_conversation": conversations.rename_conversation,
    "label_conversation": conversations.label_conversation,
    "delete_conversation": conversations.delete_conversation,
    "restore_conversation": conversations.restore_conversation,
    "purge_conversation": conversations.purge_conversation,
    "pin_conversation": conversations.pin_conversation,
    "search": searching.search,
    "conversation": conversation_views.conversation,
    "choose_branch": conversation_views.choose_branch,
    "keep_draft": conversation_views.keep_draft,
    "read_draft": conversation_views.read_draft,
    "picture": conversation_views.picture,
    "passage": passages.passage,
    "attach_file": attached_files.attach_file,
    "attach_path": attached_files.attach_path,
    "detach_file": attached_files.detach_file,
    "look_ahead": looking_ahead.look_ahead,
    "keep_here": keeping_here.keep_here,
    "let_leave": letting_leave.let_leave,
    "export_conversations": exporting.export_conversations,
    "export_text": exporting.export_text,
    "import_conversations": importing.import_conversations,
}


class Commands:
    """Runs verbs against one workspace, and the few that concern the service itself."""

    def __init__(self, workspace: Workspace, stopped: asyncio.Event) -> None:
        self._workspace = workspace
        self._stopped = stopped
        self._own: dict[str, OwnVerb] = {"stop": self._stop}

    def add(self, verb: str, answer: OwnVerb) -> None:
        """Add a verb that concerns the service itself."""
        self._own[verb] = answer

    def run(self, verb: str, arguments: Json) -> AsyncGenerator[Frame]:
        """Yield the frames of a command's answer; the last one holds `result`.

        Raises Misused for a verb that is not in the table, and what the verb raises.
        """
        if verb in self._own:
            return self._own[verb](arguments)
        if verb not in VERBS:
            raise Misused(f"Aspen knows no command {verb!r}.")
        return VERBS[verb](self._workspace, arguments)

    async def _stop(self, _: Json) -> AsyncGenerator[Frame]:
        try:
            yield {"result": {"schema": 1}}
        finally:
            # Whether or not the client waits for its answer.
            self._stopped.set()
