"""What persons may ask of the gate: a table from a verb to the generator that answers it.

Those that concern the running gate itself (`status`, `airplane`, `prove`, `stop`, `open_page`) stand in `gate`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aspen.egress.gate import ledger_verbs, preview_verbs, provider_verbs
from aspen.egress.gate.arguments import Json
from aspen.egress.gate.parts import Parts
from aspen.egress.gate.person_socket import Frames

Verb = Callable[[Parts, Json], Frames]

VERBS: Mapping[str, Verb] = {
    "providers": provider_verbs.providers,
    "provider": provider_verbs.provider,
    "connect": provider_verbs.connect,
    "disconnect": provider_verbs.disconnect,
    "pending": preview_verbs.pending,
    "preview": preview_verbs.preview,
    "approve": preview_verbs.approve,
    "decline": preview_verbs.decline,
    "ledger_list": ledger_verbs.list_entries,
    "ledger_show": ledger_verbs.show,
    "ledger_verify": ledger_verbs.verify,
    "ledger_head": ledger_verbs.head,
    "ledger_forget": ledger_verbs.forget,
    "ledger_export": ledger_verbs.export,
    "ledger_retention": ledger_verbs.retention,
    "ledger_set_aside": ledger_verbs.set_aside,
}
