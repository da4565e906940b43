"""The verbs of the core that the app may use. What only a person's own shell should do, such as `stop`, is not here."""

from __future__ import annotations

VERBS = frozenset(
    {
        *("ask", "embed"),
        *("models", "show", "add", "remove", "create", "copy", "pull", "setup", "ps", "load", "unload"),
        *("catalogue", "settings", "change_setting"),
        *("doctor", "prove", "prices", "savings"),
        *("declare_label", "forget_label", "label_of", "list_labels", "project", "set_project", "forget_project"),
        *("check_rules", "try_rules"),
        *("list_conversations", "open_conversation", "rename_conversation", "label_conversation"),
        *("delete_conversation", "restore_conversation", "purge_conversation", "pin_conversation"),
        *("search", "conversation", "choose_branch", "keep_draft", "read_draft", "picture"),
        *("attach_file", "attach_path", "detach_file", "passage", "look_ahead"),
        *("export_text", "keep_here", "let_leave"),
    }
)
