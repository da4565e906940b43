"""Runs one command line of Aspen's, with `open` in the table of commands whether or not it stands there already."""

from __future__ import annotations

import sys

from aspen.cli import main
from aspen.cli.lazy_group import LazyCommand

if __name__ == "__main__":
    main.COMMANDS.setdefault(
        "open", LazyCommand(target="aspen.cli.commands.open:open_", summary="Open the workspace in its window.")
    )
    sys.exit(main.main())
