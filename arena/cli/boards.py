"""Commands that read: leaderboard."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from arena.cli.arguments import Subparsers, add_command, open_database, split_names
from arena.cli.output import print_rows, say, to_plain
from arena.datasets import list_dataset_names
from arena.errors import UsageError
from arena.leaderboard import CONTROLS, Board, BoardQuery, get_board
from arena.receipt import make_receipt
from arena.store import Database

VOTE_RULE = "agreement=0.6,gold=0.8,seconds=3"


def add_commands(commands: Subparsers) -> None:
    _add_leaderboard(commands)


def _add_leaderboard(commands: Subparsers) -> None:
    parser = add_command(commands, "leaderboard", "Rank contestants, with intervals.", leaderboard)
    add_board_arguments(parser)
    parser.add_argument("--receipt", type=Path, metavar="FILE", help="write what recomputes this board")


def add_board_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what chooses a board."""
    parser.add_argument(
        "--dataset", metavar="D", help="one data set; a board needs it where there are several"
    )
    parser.add_argument("--lens", choices=("judge", "human", "calibrated"), default="judge")
    parser.add_argument(
        "--judge", action="append", default=[], metavar="J", help="whose matches rank; repeat to pool several"
    )
    parser.add_argument(
        "--method", choices=("bradley-terry", "elo", "win-rate", "mean-level"), default="bradley-terry"
    )
    parser.add_argument("--flips", choices=("mean", "tie", "drop"), default="mean",
                        help="what two orders that disagree come to")  # fmt: skip
    parser.add_argument("--both-bad", choices=("tie", "drop"), default="tie")
    parser.add_argument("--votes", choices=("each", "majority"), default="each")
    parser.add_argument("--ties", choices=("half", "davidson"), default="half")
    parser.add_argument("--control", default="", metavar="TERMS", help=f"any of {','.join(CONTROLS)}")
    parser.add_argument("--tag", action="append", default=[], metavar="T", help="only prompts with this tag")
    parser.add_argument("--gate", metavar="CHECK",
                        help="an exact check that decides on correctness prompts, as number")  # fmt: skip
    parser.add_argument("--outcomes", choices=("verdict", "probability"), default="verdict",
                        help="count verdicts, or what the judge's probabilities expect")  # fmt: skip
    parser.add_argument("--vote-rule", default="", metavar="RULE",
                        help=f"whose votes count: any of {VOTE_RULE}")  # fmt: skip


def to_query(arguments: argparse.Namespace, database: Database) -> BoardQuery:
    rule = _read_vote_rule(arguments.vote_rule)
    return BoardQuery(
        dataset=arguments.dataset or _only_dataset(database),
        lens=arguments.lens or "judge",
        judges=tuple(arguments.judge),
        method=arguments.method,
        flips=arguments.flips,
        both_bad=arguments.both_bad,
        votes=arguments.votes,
        ties=arguments.ties,
        control=split_names(arguments.control),
        tags=tuple(arguments.tag),
        gate=arguments.gate,
        outcomes=arguments.outcomes,
        min_agreement=rule.get("agreement"),
        min_gold=rule.get("gold"),
        min_median_s=rule.get("seconds"),
    )


def _only_dataset(database: Database) -> str | None:
    """Return the one data set that there is, None where there is none; several are never mixed."""
    names = list_dataset_names(database)
    if len(names) > 1:
        there = ", ".join(names)
        raise UsageError(f"There are {len(names)} data sets, and a board ranks one: --dataset with {there}.")
    return names[0] if names else None


def _read_vote_rule(text: str) -> dict[str, float]:
    rule = {}
    for part in split_names(text):
        name, _, value = part.partition("=")
        try:
            rule[name.strip()] = float(value)
        except ValueError as error:
            raise UsageError(f"'{part}' is no part of a vote rule; write {VOTE_RULE}.") from error
    unknown = [name for name in rule if name not in ("agreement", "gold", "seconds")]
    if unknown:
        raise UsageError(f"A vote rule knows no '{unknown[0]}'; write {VOTE_RULE}.")
    return rule


def leaderboard(arguments: argparse.Namespace) -> int:
    database = open_database(arguments)
    board = get_board(database, to_query(arguments, database))
    if arguments.receipt is not None:
        _write_receipt(board, arguments.receipt)
    print_rows(_rows(board, arguments.format), arguments.format, document=_document(board))
    if arguments.format == "table":
        say(board.sentence)
        for note in board.notes:
            say(f"- {note}")
    elif arguments.format == "csv" or not board.n_scored:
        say(board.sentence)
    return 0


def _write_receipt(board: Board, path: Path) -> None:
    try:
        path.write_text(json.dumps(to_plain(make_receipt(board)), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"The receipt cannot be written to {path}: {error.strerror}.") from error
    say(f"Receipt written to {path}.")


STANDING_COLUMNS = (
    "contestant", "rating", "low", "high", "rank_low", "rank_high", "n_matches", "win_rate", "flip_rate",
    "both_bad_rate", "cost_usd_per_100", "latency_s", "note",
)  # fmt: skip


def _rows(board: Board, how: str) -> list[dict[str, Any]]:
    rows = [{name: getattr(standing, name) for name in STANDING_COLUMNS} for standing in board.standings]
    if how == "table" and not any(row["note"] for row in rows):
        for row in rows:
            del row["note"]
    return rows


def _document(board: Board) -> dict[str, Any]:
    """Return the JSON of section 8 of the design: settings and standings, and what a reader must know."""
    return {
        "settings": {
            **vars(board.query),
            "judges": board.judges,
            "interval_method": board.interval_method,
            "unit": board.unit,
            "last_match_id": board.last_match_id,
            "data_hash": board.data_hash,
        },
        "sentence": board.sentence,
        "notes": board.notes,
        "n_matches": board.n_matches,
        "n_scored": board.n_scored,
        "n_flips": board.n_flips,
        "n_both_bad": board.n_both_bad,
        "unscored": {count.reason: count.n for count in board.unscored},
        "n_prompts": board.n_prompts,
        "coefficients": [vars(term) for term in board.coefficients],
        "standings": [vars(standing) for standing in board.standings],
    }
