"""Who answers elsewhere: a row of the catalogue or of the user's own list. A vendor is data, never a branch."""

from __future__ import annotations

from dataclasses import dataclass

from aspen.core.model_card import ModelCard, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHeader:
    """Where a provider wants its key: `prefix` stands before the key in the header's value."""

    name: str
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One provider. `base_url` is scheme, host, port and a path without a slash at its end.

    `key_header` is None where no key is wanted; `key_variable` is the environment variable that usually holds it;
    `headers` go along with every request; `prices` is the provider's id in the price list. `ca_file` holds the only
    certificates trusted for it, as a path; None trusts what the system trusts. A provider that is not `routable` must
    be named: `auto` and `cloud` never choose it.
    """

    name: str
    title: str
    zone: Zone
    dialect: str
    base_url: str
    key_header: KeyHeader | None
    key_variable: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    models: tuple[ModelCard, ...] = ()
    prices: str | None = None
    ca_file: str | None = None
    is_routable: bool = True
