"""The environment that the fetcher and its child see: what a download needs, and nothing else.

Kept: search path, home and language; proxies; certificate bundles; pip's and netrc's own settings; the Hugging Face
settings below, among them HF_TOKEN. Everything else goes, so that a provider's key in the user's shell never reaches
a process with a network. Set: telemetry off, no token but HF_TOKEN, no Xet.

Why no Xet (`hf_xet`): it moves a file in chunks through a second protocol and hosts of its own, keeps a cache of its
own, and leaves nothing behind that a later run could go on from. Plain HTTP with Range is what every mirror speaks.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

_KEPT = frozenset(
    {
        # where programs, the home and the settings of pip lie
        *("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "NETRC"),
        *("PYTHONPATH", "VIRTUAL_ENV"),
        # proxies, in both spellings
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
        *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        # whom TLS trusts
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        # the hub
        *("HF_TOKEN", "HF_ENDPOINT", "HF_HUB_OFFLINE"),
    }
)
_KEPT_PREFIXES = ("PIP_",)
_SET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_VERBOSITY": "error",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what of `environment` a download needs, with telemetry and other surprises turned off."""
    kept = {name: value for name, value in environment.items() if name in _KEPT or name.startswith(_KEPT_PREFIXES)}
    return {**kept, **_SET}


def scrub(environment: MutableMapping[str, str]) -> None:
    """Replace the process's own environment. Must run before huggingface_hub is imported: it reads it once."""
    kept = scrubbed(environment)
    environment.clear()
    environment.update(kept)
