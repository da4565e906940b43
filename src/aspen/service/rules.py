"""The person's rules as the core sees them. The gate reads the same file for itself, and its word counts."""

from __future__ import annotations

from pathlib import Path

from aspen.core.policy import Policy
from aspen.privacy.rules_content import LARGEST_RULES_BYTES, policy_of_content, unusable


def policy_of(path: Path, home: Path) -> Policy:
    """Read the rules as they stand now; no file is no rules.

    Raises BadRule, with the line, for a file that cannot be understood.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_RULES_BYTES + 1)
    except FileNotFoundError:
        content = b""
    except OSError as error:
        raise unusable(str(path), f"cannot be read: {error.strerror}.") from error
    return policy_of_content(content, str(path), str(home))
