"""Commands about judges: audit."""

from __future__ import annotations

import argparse
from typing import Any

from arena.audit import JudgeCard, get_cards
from arena.cli.arguments import Subparsers, add_command, open_database
from arena.cli.output import print_rows, say


def add_commands(commands: Subparsers) -> None:
    parser = add_command(commands, "audit", "Say how far a judge may be trusted.", audit)
    parser.add_argument("--judge", required=True, metavar="J", help="a judge's name, or NAME@VERSION")
    parser.add_argument("--dataset", metavar="D", help="only its matches there")


def audit(arguments: argparse.Namespace) -> int:
    cards = get_cards(open_database(arguments), arguments.judge, arguments.dataset)
    document = [
        {**vars(card), "unscored": {count.reason: count.n for count in card.unscored}} for card in cards
    ]
    rows = [row for card in cards for row in _figure_rows(card)]
    print_rows(rows or _count_rows(cards), arguments.format, document=document)
    if arguments.format == "table":
        for card in cards:
            say(f"{card.judge}@{card.version}: {card.sentence}")
            for warning in card.warnings:
                say(f"- {warning}")
    return 0


def _count_rows(cards: list[JudgeCard]) -> list[dict[str, Any]]:
    columns = (
        "judge", "version", "n_pairs", "n_consistent", "n_primacy", "n_recency", "n_other_flips",
        "n_unscored", "position_consistency", "n_one_order",
    )  # fmt: skip
    return [{name: getattr(card, name) for name in columns} for card in cards]


def _figure_rows(card: JudgeCard) -> list[dict[str, Any]]:
    return [
        {
            "judge": f"{card.judge}@{card.version}",
            "figure": figure.label,
            "value": figure.value,
            "low": figure.low,
            "high": figure.high,
            "n": figure.n,
            "of": figure.counted,
            "p": figure.p_value,
            "p_if_independent": figure.p_independent,
            "people": None if figure.people is None else figure.people.value,
            "longest": None if figure.longest is None else figure.longest.value,
            "note": figure.note,
        }
        for figure in card.figures
    ]
