"""The person's rules as the core sees them. The gate reads the same file for itself, and its word counts."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from aspen.core.errors import BadRule
from aspen.core.policy import Policy
from aspen.privacy.rules_file import read_rules


def policy_of(path: Path, home: Path) -> Policy:
    """Read the rules as they stand now; no file is no rules.

    Raises BadRule, with the line, for a file that cannot be understood.
    """
    try:
        return _parsed(path.read_text("utf-8"), str(home))
    except FileNotFoundError:
        return _parsed("", str(home))
    except (OSError, UnicodeDecodeError) as error:
        raise BadRule(f"The rules file {path} cannot be read.", hint=f"{error}.", facts={"line": 0}) from error
    except BadRule as error:
        raise BadRule(f"The rules file {path}: {error.sentence}", hint=error.hint, facts=error.facts) from error


@lru_cache(maxsize=4)
def _parsed(text: str, home: str) -> Policy:
    return read_rules(text, home)
