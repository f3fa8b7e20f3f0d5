"""Commands that take results out: export, verify."""

from __future__ import annotations

import argparse
from pathlib import Path

from arena.cli.arguments import Subparsers, add_command, open_database
from arena.cli.boards import STANDING_COLUMNS, add_board_arguments, to_query
from arena.cli.output import print_json, print_rows, say
from arena.errors import UsageError
from arena.exchange import (
    ExportFilter,
    Texts,
    export_matches,
    export_preferences,
    export_responses,
    format_of,
    write_rows,
)
from arena.exchange.export.writing import INVENTED_COLUMN, INVENTED_LABEL
from arena.leaderboard import get_board
from arena.receipt import load_receipt, verify_receipt

WHAT = ("matches", "responses", "preferences", "leaderboard")


def add_commands(commands: Subparsers) -> None:
    parser = add_command(
        commands, "export", "Write matches, responses, preference pairs or the board.", export
    )
    parser.add_argument("what", choices=WHAT)
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help=".csv, .jsonl or .json")
    parser.add_argument("--without-texts", action="store_true", help="matches only: leave the texts out")
    add_board_arguments(parser)
    parser.set_defaults(lens=None)  # matches of AI judges and of people, where nothing is asked for
    parser = add_command(commands, "verify", "Recompute a published board as of its cutoff.", verify)
    parser.add_argument("receipt", type=Path, metavar="RECEIPT")


def export(arguments: argparse.Namespace) -> int:
    database = open_database(arguments)
    file_format = format_of(arguments.out)
    if arguments.what == "leaderboard":
        board = get_board(database, to_query(arguments, database))
        rows = [{name: getattr(row, name) for name in STANDING_COLUMNS} for row in board.standings]
        if board.is_invented:
            rows = [{**row, INVENTED_COLUMN: INVENTED_LABEL} for row in rows]
        n_rows = write_rows(rows, arguments.out, file_format)
        say(f"{n_rows:,} {'row' if n_rows == 1 else 'rows'} written.")
        return 0
    if len(arguments.judge) > 1 or len(arguments.tag) > 1:
        raise UsageError("An export takes one --judge and one --tag at the most.")
    which = ExportFilter(
        dataset=arguments.dataset,
        judge=arguments.judge[0] if arguments.judge else None,
        lens=arguments.lens,
        tag=arguments.tag[0] if arguments.tag else None,
    )
    if arguments.what == "matches":
        texts = Texts.WITHOUT if arguments.without_texts else Texts.WITH
        report = export_matches(database, which, arguments.out, file_format, texts=texts)
    elif arguments.what == "responses":
        report = export_responses(database, which, arguments.out, file_format)
    else:
        report = export_preferences(database, which, arguments.out, file_format)
    say(report.summary())
    return 0


def verify(arguments: argparse.Namespace) -> int:
    verification = verify_receipt(open_database(arguments), load_receipt(arguments.receipt))
    if arguments.format == "json":
        print_json(verification)
    else:
        print_rows([{"difference": difference} for difference in verification.differences], arguments.format)
    if verification.is_same:
        say(f"Verified: the same board from {verification.n_matches:,} matches, to the digit.")
        return 0
    say(f"Not the same: {len(verification.differences)} differences.")
    return 1
