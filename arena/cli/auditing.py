"""Commands about judges: audit, and the bias lab."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from arena.audit import JudgeCard, get_cards
from arena.audit.board_effect import get_board_effect
from arena.audit.disagreements import get_disagreements
from arena.audit.next_labels import plan_labels
from arena.audit.voters import get_voters
from arena.cli.arguments import Subparsers, add_command, open_database, split_names
from arena.cli.output import print_rows, say, to_plain
from arena.cli.spending import may_spend
from arena.errors import UsageError
from arena.lab import (
    LabReport,
    LabSpec,
    LabStatus,
    estimate_lab,
    get_lab_report,
    get_lab_status,
    resume_lab,
    start_lab,
    work_off_lab,
    work_off_waiting_labs,
)
from arena.store import Database
from judge.lab import CHANGES

SHOWN = ("card", "board", "voters", "disagreements", "labels")


def add_commands(commands: Subparsers) -> None:
    parser = add_command(commands, "audit", "Say how far a judge may be trusted.", audit)
    parser.add_argument("--judge", required=True, metavar="J", help="a judge's name, or NAME@VERSION")
    parser.add_argument("--dataset", metavar="D", help="only its matches there")
    parser.add_argument(
        "--show", choices=SHOWN, default="card",
        help="the card, what bias does to the ranks, the voters, matches on which people differ, or what to"
        " vote on next",
    )  # fmt: skip
    parser.add_argument(
        "--full", action="store_true", help="with --format json: each figure's definition and source too"
    )
    parser.add_argument("--n", type=int, default=20, metavar="N", help="labels to draw, with --show labels")
    parser.add_argument("--usd-per-vote", type=float, default=0.0, metavar="X", help="with --show labels")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="with --show labels")
    _add_lab(commands)


def _add_lab(commands: Subparsers) -> None:
    about = "Judge pairs again of which one response was changed: which tricks does the judge fall for?"
    parser = add_command(commands, "lab", about, lab)
    parser.add_argument("--judge", metavar="J", help="as for the judge command")
    parser.add_argument("--dataset", metavar="D")
    known = ", ".join(name.partition("@")[0] for name in CHANGES)
    parser.add_argument("--changes", default="", metavar="LIST", help=f"any of {known} (default: all)")
    parser.add_argument("--pairs", type=int, default=30, metavar="N", help="pairs of responses, at random")
    parser.add_argument("--rubric", metavar="R")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--api-base", metavar="URL", help="address of an OpenAI-compatible server")
    parser.add_argument("--budget-usd", type=float, metavar="X", help="stop before more is spent")
    parser.add_argument("--max-calls", type=int, metavar="N", help="stop after that many calls")
    parser.add_argument("--max-concurrency", type=int, default=8, metavar="N", help="calls at once")
    parser.add_argument("--yes", action="store_true", help="spend without asking")
    parser.add_argument("--resume", type=int, metavar="RUN", help="go on with a lab run")
    parser.add_argument(
        "--waiting", action="store_true", help="with --resume: then work off every lab run that waits"
    )
    parser.add_argument("--report", action="store_true", help="only show what was found before")


def lab(arguments: argparse.Namespace) -> int:
    database = open_database(arguments)
    if arguments.resume is not None:
        resume_lab(
            database, arguments.resume, max_cost_usd=arguments.budget_usd, max_calls=arguments.max_calls
        )
        if arguments.waiting:
            return 0 if work_off_waiting_labs(database, arguments.resume) else 1
        return _work_off(database, arguments.resume, arguments.format)
    if arguments.judge is None or (arguments.dataset is None and not arguments.report):
        raise UsageError("The lab needs --judge J and --dataset D, or --resume RUN.")
    if arguments.report:
        _print_reports(get_lab_report(database, arguments.judge, arguments.dataset), arguments.format)
        return 0
    spec = LabSpec(
        dataset=arguments.dataset,
        judge=arguments.judge,
        changes=split_names(arguments.changes),
        n_pairs=arguments.pairs,
        max_cost_usd=arguments.budget_usd,
        max_calls=arguments.max_calls,
        max_concurrency=arguments.max_concurrency,
        api_base=arguments.api_base,
        rubric=arguments.rubric,
        seed=arguments.seed,
    )
    estimate = estimate_lab(database, spec)
    say(estimate.sentence)
    if estimate.missing_key:
        raise UsageError(estimate.missing_key)
    if not may_spend(spec, estimate, is_agreed=arguments.yes):
        say("Nothing was started.")
        return 0
    return _work_off(database, start_lab(database, spec), arguments.format)


def _work_off(database: Database, run_id: int, how: str) -> int:
    say(f"Lab run {run_id}.")
    work_off_lab(database, run_id)
    status: LabStatus = get_lab_status(database, run_id)
    say(status.sentence)
    _print_reports(get_lab_report(database, status.judge, status.dataset), how)
    return 0 if status.state == "done" else 1


def _print_reports(reports: list[LabReport], how: str) -> None:
    columns = (
        "change", "kind", "towards", "floor", "effect", "low", "high", "p_value", "is_found", "success", "n",
        "n_unscored", "note",
    )  # fmt: skip
    rows = [
        {"judge": f"{report.judge}@{report.version}", **{name: getattr(figure, name) for name in columns}}
        for report in reports
        for figure in report.figures
    ]
    print_rows(rows, how, document=reports)
    for report in reports:
        say(report.sentence)


def audit(arguments: argparse.Namespace) -> int:
    shown = {"board": _board, "voters": _voters, "disagreements": _disagreements, "labels": _labels}
    return shown.get(arguments.show, _card)(arguments)


def _board(arguments: argparse.Namespace) -> int:
    effect = get_board_effect(open_database(arguments), arguments.judge, arguments.dataset)
    rows = [
        {"by": column.name, **vars(row), "note": column.note}
        for column in (*effect.terms, *effect.lenses[1:])
        for row in column.rows
    ]
    print_rows(rows, arguments.format, document=effect)
    say(effect.sentence)
    return 0


def _voters(arguments: argparse.Namespace) -> int:
    voters = get_voters(open_database(arguments), arguments.dataset)
    print_rows([vars(voter) for voter in voters], arguments.format)
    return 0


def _disagreements(arguments: argparse.Namespace) -> int:
    found = get_disagreements(open_database(arguments), arguments.judge, arguments.dataset)
    print_rows([vars(one) for one in found], arguments.format)
    return 0


def _labels(arguments: argparse.Namespace) -> int:
    if arguments.dataset is None:
        raise UsageError("Labels are drawn for one data set: add --dataset D.")
    plan = plan_labels(
        open_database(arguments), arguments.judge, arguments.dataset, n_labels=arguments.n,
        usd_per_vote=arguments.usd_per_vote, seed=arguments.seed,
    )  # fmt: skip
    print_rows([vars(label) for label in plan.labels], arguments.format, document=plan)
    say(plan.sentence)
    return 0


def _card(arguments: argparse.Namespace) -> int:
    cards = get_cards(open_database(arguments), arguments.judge, arguments.dataset)
    if arguments.format == "json":
        _print_cards(cards, is_full=arguments.full)
        return 0
    rows = [row for card in cards for row in _figure_rows(card)]
    print_rows(rows or _count_rows(cards), arguments.format)
    if arguments.format == "table":
        for card in cards:
            say(f"{card.judge}@{card.version}: {card.sentence}")
            if card.strength.why:
                say(f"- its model beside what it judges: {card.strength.mark} ({card.strength.why})")
            for warning in card.warnings:
                say(f"- {warning}")
    return 0


DEFINING = ("group", "needs", "help", "source")
"""What is the same on every card: said by `--full` and in docs/audit.md."""


def _print_cards(cards: list[JudgeCard], *, is_full: bool) -> None:
    """Print JSON with one line a count, a figure or a row of a table: a card is long."""
    said = []
    for card in cards:
        document = {**vars(card), "unscored": {count.reason: count.n for count in card.unscored}}
        plain = to_plain(document)
        if not is_full:
            for figure in plain["figures"]:
                for name in DEFINING:
                    del figure[name]
        said.append("{\n" + ",\n".join(f"  {_json(name)}: {_lines(value)}" for name, value in plain.items()))
    sys.stdout.write("[" + ",\n".join(f"{one}\n}}" for one in said) + "]\n")


def _lines(value: Any) -> str:
    """Write a list of objects with each on its own line."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(f"    {_json(one)}" for one in value) + "\n  ]"
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


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
