"""What several commands take in the same way."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeAlias

from arena.errors import UsageError
from arena.store import Database, database_url, open_store, sqlite_path

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
FORMATS = ("table", "json", "csv")
BRINGS_DATA = ("import", "demo", "worker")


def add_command(
    commands: Subparsers, name: str, about: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """Add a command with what every command takes."""
    parser = commands.add_parser(name, help=about, description=about)
    parser.add_argument("--db", metavar="URL", help="database (default $DATABASE_URL, else a local file)")
    parser.add_argument(
        "--format", choices=FORMATS, default="table", help="table for people, json or csv for programs"
    )
    parser.set_defaults(command=run, name=name)
    return parser


def open_database(arguments: argparse.Namespace) -> Database:
    """Open the database that the command names; `main` closes it when the command ends.

    Raises
    ------
    UsageError
        If a file is named that is not there: only commands that bring data in make one.
    """
    url = database_url(arguments.db)
    path = sqlite_path(url)
    if arguments.name not in BRINGS_DATA and path is not None and not path.exists():
        raise UsageError(f"There is no database at {path}. Check --db, or make one: python -m arena init")
    arguments.database = open_store(url)
    database: Database = arguments.database
    return database


def split_names(text: str | None) -> tuple[str, ...]:
    """Split `A,B,C`, with spaces around names allowed."""
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())
