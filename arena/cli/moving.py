"""The command that moves a database: move."""

from __future__ import annotations

import argparse

from arena.cli.arguments import FORMATS, Subparsers
from arena.cli.output import print_rows, say
from arena.move import MovedTable, move_store

ABOUT = "Copy a whole database to another address: a file to a server, or back."


def add_commands(commands: Subparsers) -> None:
    parser = commands.add_parser("move", help=ABOUT, description=ABOUT)
    parser.add_argument("--from", dest="source", required=True, metavar="URL", help="read, never changed")
    parser.add_argument("--to", dest="target", required=True, metavar="URL", help="must be empty")
    parser.add_argument(
        "--format", choices=FORMATS, default="table", help="table for people, json or csv for programs"
    )
    parser.set_defaults(command=move)


def move(arguments: argparse.Namespace) -> int:
    moved = move_store(arguments.source, arguments.target, _tell)
    print_rows([vars(table) for table in moved], arguments.format)
    n_mended = sum(table.n_mended for table in moved)
    if n_mended:
        say(f"{n_mended:,} texts held characters that cannot be kept; they show as ␀ or � now.")
    say(
        f"Moved {sum(table.n_rows for table in moved):,} rows; every table's count is the same on both sides."
        " The source is as it was. To use the new one, set DATABASE_URL."
    )
    return 0


def _tell(moved: MovedTable) -> None:
    if moved.n_rows:
        say(f"{moved.table}: {moved.n_rows:,}")
