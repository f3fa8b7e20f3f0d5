"""Commands that bring data in and take it out: init, import, export."""

from __future__ import annotations

import argparse

from arena.cli.arguments import Subparsers, add_command
from arena.cli.output import say
from arena.store import database_url, init_store


def add_commands(commands: Subparsers) -> None:
    add_command(commands, "init", "Create or upgrade the database.", init)


def init(arguments: argparse.Namespace) -> int:
    changed = init_store(database_url(arguments.db))
    say("The database is ready." if changed else "The database is up to date.")
    return 0
