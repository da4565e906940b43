"""Which browsers can be the window, and how they are told to be nothing else. Pure, but for the search.

The seal is the empty network. The flags only keep the browser from trying and from talking about it: each call home is
one that would fail. Names of flags: https://peter.sh/experiments/chromium-command-line-switches/.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

_CHROMIUM_FAMILY = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
    "brave",
    "brave-browser",
)
_QUIET = (
    "no-first-run",
    "no-default-browser-check",
    "no-pings",
    "no-proxy-server",
    "no-service-autorun",
    "disable-background-mode",
    "disable-background-networking",
    "disable-breakpad",
    "disable-client-side-phishing-detection",
    "disable-component-extensions-with-background-pages",
    "disable-component-update",
    "disable-default-apps",
    "disable-domain-reliability",
    "disable-extensions",
    "disable-field-trial-config",
    "disable-search-engine-choice-screen",
    "disable-sync",
    "hide-crash-restore-bubble",
    "password-store=basic",
)
_FEATURES_OFF = (
    "AutofillServerCommunication",
    "CertificateTransparencyComponentUpdater",
    "DialMediaRouteProvider",
    "MediaRouter",
    "OptimizationHints",
    "Translate",
)
_PREFERENCES = {
    "alternate_error_pages": {"enabled": False},
    "autofill": {"credit_card_enabled": False, "profile_enabled": False},
    "credentials_enable_service": False,
    "net": {"network_prediction_options": 2},
    "profile": {"password_manager_enabled": False},
    "safebrowsing": {"enabled": False},
    "search": {"suggest_enabled": False},
    "signin": {"allowed": False},
    "spellcheck": {"use_spelling_service": False},
    "translate": {"enabled": False},
}
WINDOW_CLASS = "aspen"
_PYWEBVIEW = "webview"


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """`program` is a browser of Chromium's family; without one, pywebview draws with what the system has."""

    name: str
    program: Path | None = None

    def command(self, link: str, profile: Path, *, is_root: bool) -> tuple[str, ...]:
        """Return what opens `link` in a window of its own; the same again opens one more in the same browser."""
        if self.program is None:
            return (sys.executable, "-P", "-m", "aspen.window.webview_window", link)
        flags = [
            f"app={link}",
            f"user-data-dir={profile}",
            f"class={WINDOW_CLASS}",
            *_QUIET,
            f"disable-features={','.join(_FEATURES_OFF)}",
        ]
        if is_root:  # Chromium does not start as root with its own sandbox on; every other user keeps it
            flags.append("no-sandbox")
        return (str(self.program), *(f"--{flag}" for flag in flags))


def find_browser(search_path: str | None = None) -> Browser | None:
    """Return what can be the window here: the first of Chromium's family, else pywebview; None where neither is."""
    for name in _CHROMIUM_FAMILY:
        if found := shutil.which(name, path=search_path):
            return Browser(name=name, program=Path(found))
    return Browser(name="pywebview") if importlib.util.find_spec(_PYWEBVIEW) else None


def prepare_profile(profile: Path) -> None:
    """Make the browser's own folder, which nobody else can enter, with what it should not even offer."""
    profile.mkdir(mode=0o700, parents=True, exist_ok=True)
    profile.chmod(0o700)
    for folder in kept_in_memory(profile):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    preferences = profile / "Default" / "Preferences"
    if not preferences.exists():
        preferences.write_text(json.dumps(_PREFERENCES), "utf-8")


def kept_in_memory(profile: Path) -> tuple[Path, ...]:
    """Return where Chromium writes what was typed into open pages, and what its memory held when it crashed."""
    return (profile / "Default" / "Sessions", _crashes(profile))


def crash_environment(profile: Path) -> dict[str, str]:
    """Return what has a crash noted in the browser's own folder: by itself it would write to the user's."""
    return {"BREAKPAD_DUMP_LOCATION": str(_crashes(profile))}


def _crashes(profile: Path) -> Path:
    return profile / "Crash Reports"
