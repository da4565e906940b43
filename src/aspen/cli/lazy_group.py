"""A click group that knows its commands by name and imports the one that is called.

The one-line helps stand in the table, so that neither `--help` nor completion imports anything.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


@dataclass(frozen=True, slots=True, kw_only=True)
class LazyCommand:
    """Where a command lives (`module:attribute`), what it does in one line, and its other names."""

    target: str
    summary: str
    aliases: tuple[str, ...] = ()


class LazyGroup(click.Group):
    """Lists `table` in its order; an alias works but is not listed."""

    table: Mapping[str, LazyCommand]

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        found = self.table.get(cmd_name) or self._by_alias(cmd_name)
        if found is None:
            return None
        module, _, attribute = found.target.partition(":")
        command: object = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of the first argument, and name the nearest one when there is none.

        Raises click.UsageError.
        """
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-") and not ctx.resilient_parsing:
            raise click.UsageError(f"There is no command {name!r}.{self._nearest(name)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.summary) for name, command in self.table.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        names = [name for name in self.table if name.startswith(incomplete)]
        commands = [CompletionItem(name, help=self.table[name].summary) for name in names]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]

    def _by_alias(self, name: str) -> LazyCommand | None:
        return next((command for command in self.table.values() if name in command.aliases), None)

    def _nearest(self, name: str) -> str:
        from difflib import get_close_matches

        near = get_close_matches(name, self.table, n=1)
        return f" Did you mean {near[0]!r}?" if near else ""
