"""Commands that bring data in: init, import."""

from __future__ import annotations

import argparse
from pathlib import Path

from arena.cli.arguments import Subparsers, add_command, open_database
from arena.cli.output import print_rows, say
from arena.errors import UsageError
from arena.exchange import ColumnMapping, ImportMode, ImportReport, Strictness, import_files
from arena.store import database_url, init_store

SHOWN_BAD = 20


def add_commands(commands: Subparsers) -> None:
    add_command(
        commands,
        "init",
        "Create or upgrade the database. A server is upgraded by this command only, an SQLite file by any.",
        init,
    )
    parser = add_command(
        commands, "import", "Import prompts, responses, judgments or votes; the format is detected.", import_
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--dataset", required=True, metavar="D", help="created where it is missing")
    parser.add_argument("--dry-run", action="store_true", help="count new, duplicate and bad; change nothing")
    parser.add_argument("--strict", action="store_true", help="one bad row, and nothing lands")
    parser.add_argument(
        "--map", action="append", default=[], metavar="COLUMN=MEANING",
        help="say what a column is, as question=prompt; repeat for more",
    )  # fmt: skip
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="constants",
        help="a value for every row that lacks it, as judge=gpt-4; repeat for more",
    )  # fmt: skip
    parser.add_argument(
        "--as", dest="as_format", metavar="FORMAT", help="a format of docs/formats.md; default: detected"
    )


def init(arguments: argparse.Namespace) -> int:
    changed = init_store(database_url(arguments.db))
    say("The database is ready." if changed else "The database is up to date.")
    return 0


def import_(arguments: argparse.Namespace) -> int:
    report = import_files(
        open_database(arguments),
        arguments.files,
        arguments.dataset,
        mode=ImportMode.DRY_RUN if arguments.dry_run else ImportMode.LAND,
        strictness=Strictness.STRICT if arguments.strict else Strictness.LENIENT,
        mapping=_mapping(arguments),
    )
    print_rows([vars(row) for row in report.to_rows()], arguments.format, document=_document(report))
    _say_what_is_wrong(report)
    if not report.n_bad:
        return 0
    return 1 if report.n_new or report.n_duplicate or report.n_completed else 2


def _mapping(arguments: argparse.Namespace) -> ColumnMapping:
    return ColumnMapping(
        columns=_pairs(arguments.map, "COLUMN=MEANING, as question=prompt"),
        constants=_pairs(arguments.constants, "NAME=VALUE, as judge=gpt-4"),
        format=arguments.as_format,
    )


def _pairs(words: list[str], form: str) -> dict[str, str]:
    pairs = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not name or not equals:
            raise UsageError(f"'{word}' says nothing; write {form}.")
        pairs[name] = value
    return pairs


def _document(report: ImportReport) -> dict[str, object]:
    return {
        "dataset": report.dataset,
        "is_landed": report.is_landed,
        "n_new": report.n_new,
        "n_duplicate": report.n_duplicate,
        "n_completed": report.n_completed,
        "n_bad": report.n_bad,
        "files": report.to_rows(),
        "bad_rows": report.bad_rows,
    }


def _say_what_is_wrong(report: ImportReport) -> None:
    for bad in report.bad_rows[:SHOWN_BAD]:
        say(str(bad))
    if report.n_bad > SHOWN_BAD:
        say(f"... and {report.n_bad - SHOWN_BAD:,} more bad rows.")
    what = f"{report.n_new:,} new, {report.n_duplicate:,} duplicate, {report.n_bad:,} bad"
    if report.n_completed:
        what += f", {report.n_completed:,} completed"
    if report.mode is ImportMode.DRY_RUN:
        say(f"Dry run: {what}. Nothing was changed.")
    elif report.is_landed:
        say(f"Imported into '{report.dataset}': {what}.")
    else:
        say(f"Nothing was imported: {what}.")
