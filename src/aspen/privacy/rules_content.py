"""The rules as core and gate both see them: from a file's exact bytes, so that both name the same version. Pure.

Reading the file is for whoever calls: it is read anew each time, and what has not changed is not understood twice.
"""

from __future__ import annotations

from functools import lru_cache

from aspen.core.errors import BadRule
from aspen.core.policy import Policy
from aspen.privacy.rules_file import read_rules

LARGEST_RULES_BYTES = 1 << 20


@lru_cache(maxsize=4)
def policy_of_content(content: bytes, name: str, home: str) -> Policy:
    """Understand the content of a rules file; `name` is what people call the file, `home` what `~` stands for.

    Raises BadRule, with the line, for one that cannot be understood.
    """
    if len(content) > LARGEST_RULES_BYTES:
        raise unusable(name, f"is larger than {LARGEST_RULES_BYTES:,} bytes.")
    try:
        return read_rules(content.decode("utf-8"), home)
    except UnicodeDecodeError as error:
        raise unusable(name, "is not UTF-8.") from error
    except BadRule as error:
        raise BadRule(f"The rules file {name}: {error.sentence}", hint=error.hint, facts=error.facts) from error


def unusable(name: str, what: str) -> BadRule:
    """Return the error for a file that is wrong as a whole."""
    return BadRule(f"The rules file {name} {what}", hint="Until it can be read, nothing is sent.", facts={"line": 0})
