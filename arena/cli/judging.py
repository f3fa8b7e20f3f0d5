"""Commands around judges: rubrics, reparse, drift, anchors, jury, probabilities, escalate, costs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from arena.anchors import list_anchor_sets, save_anchor_set
from arena.cli.arguments import Subparsers, add_command, open_database, split_names
from arena.cli.output import print_rows, say
from arena.costs import list_costs
from arena.drift import get_drift
from arena.errors import UsageError
from arena.escalation import MIN_PROBABILITY, get_queue
from arena.jury import get_jury
from arena.probabilities import rank_by_probability
from arena.reparse import reparse_judge
from arena.rubrics import (
    delete_rubric,
    export_rubric,
    find_rubric,
    list_rubric_versions,
    parse_rubric_file,
    save_rubric,
)
from arena.store import Database


def add_commands(commands: Subparsers) -> None:
    _add_rubrics(commands)
    about = "Read a judge's stored answers with the newer parser, as a new version, without a call."
    parser = add_command(commands, "reparse", about, reparse)
    parser.add_argument("--judge", required=True, metavar="J", help="a judge's name, or NAME@VERSION")
    parser.add_argument("--dataset", metavar="D")
    about = "Compare two versions of a judge on the pairs that both have judged."
    parser = add_command(commands, "drift", about, drift)
    parser.add_argument("--before", required=True, metavar="J")
    parser.add_argument("--after", required=True, metavar="J")
    parser.add_argument("--dataset", metavar="D")
    parser.add_argument("--anchor", metavar="NAME", help="only the pairs of this anchor set")
    about = "List the anchor sets of a data set, or draw and keep a new one."
    parser = add_command(commands, "anchors", about, anchors)
    parser.add_argument("--dataset", required=True, metavar="D")
    parser.add_argument("--save", metavar="NAME", help="draw a new set; judge it with --pairs anchor:NAME")
    parser.add_argument("--judge", metavar="J", help="with --save: whose scored pairs to draw from")
    parser.add_argument("--pairs", type=int, default=200, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser = add_command(commands, "jury", "Let several judges decide together, and rank by it.", jury)
    parser.add_argument("--dataset", required=True, metavar="D")
    parser.add_argument("--judges", required=True, metavar="A,B,...", help="names, or NAME@VERSION")
    parser.add_argument("--rule", choices=("majority", "mean"), default="majority")
    parser.add_argument(
        "--bar-family", action="store_true", help="leave out a judge where a contestant is of its family"
    )
    about = "Rank by the probabilities of a judge's verdicts, beside the ranking by its verdicts."
    parser = add_command(commands, "probabilities", about, probabilities)
    parser.add_argument("--dataset", required=True, metavar="D")
    parser.add_argument("--judge", required=True, metavar="J", help="a judge's name, or NAME@VERSION")
    parser = add_command(commands, "escalate", "List the pairs that a judge leaves to people.", escalate)
    parser.add_argument("--dataset", required=True, metavar="D")
    parser.add_argument("--judge", metavar="J", help="default: the one that ranks")
    parser.add_argument("--min-probability", type=float, default=MIN_PROBABILITY, metavar="P")
    parser = add_command(commands, "costs", "Say what judging has cost, by judge and by day.", costs)
    parser.add_argument("--dataset", metavar="D")


def _add_rubrics(commands: Subparsers) -> None:
    parser = add_command(commands, "rubrics", "List, show, save or delete rubrics.", rubrics)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--show", metavar="R", help="print a rubric as YAML")
    what.add_argument("--save", type=Path, metavar="FILE", help="store a YAML file as a version")
    what.add_argument("--delete", metavar="R", help="remove a version that no judge uses")


def rubrics(arguments: argparse.Namespace) -> int:
    database = open_database(arguments)
    if arguments.show:
        sys.stdout.write(export_rubric(find_rubric(database, arguments.show).rubric))
        return 0
    if arguments.save:
        saved = save_rubric(database, parse_rubric_file(arguments.save))
        say(f"Saved as {saved.label}.")
    elif arguments.delete:
        delete_rubric(database, arguments.delete)
        say(f"Deleted {arguments.delete}.")
    _print_rubrics(database, arguments.format)
    return 0


def _print_rubrics(database: Database, how: str) -> None:
    rows = [
        {
            "rubric": one.label,
            "version": one.rubric.version[:8],
            "criteria": len(one.rubric.criteria),
            "judges": one.n_judges,
            "shipped": "yes" if one.is_shipped else "no",
            "description": one.rubric.description,
        }
        for one in list_rubric_versions(database)
    ]
    print_rows(rows, how)


def reparse(arguments: argparse.Namespace) -> int:
    outcome = reparse_judge(open_database(arguments), arguments.judge, arguments.dataset)
    print_rows(
        [{name: value for name, value in vars(outcome).items() if name != "sentence"}], arguments.format
    )
    say(outcome.sentence)
    return 0


def drift(arguments: argparse.Namespace) -> int:
    outcome = get_drift(
        open_database(arguments),
        arguments.before,
        arguments.after,
        arguments.dataset,
        anchor=arguments.anchor,
    )
    print_rows([vars(shift) for shift in outcome.shifts], arguments.format, document=outcome)
    say(outcome.sentence)
    return 0


def anchors(arguments: argparse.Namespace) -> int:
    database = open_database(arguments)
    if arguments.save is not None:
        if arguments.judge is None:
            raise UsageError("Say whose scored pairs to draw from: --judge J.")
        save_anchor_set(
            database, arguments.dataset, arguments.save, arguments.judge, n_pairs=arguments.pairs,
            seed=arguments.seed,
        )  # fmt: skip
    print_rows([vars(one) for one in list_anchor_sets(database, arguments.dataset)], arguments.format)
    return 0


def jury(arguments: argparse.Namespace) -> int:
    outcome = get_jury(
        open_database(arguments),
        arguments.dataset,
        split_names(arguments.judges),
        arguments.rule,
        clashes="bar" if arguments.bar_family else "mark",
    )
    print_rows([vars(standing) for standing in outcome.standings], arguments.format, document=outcome)
    say(outcome.sentence)
    for clash in outcome.clashes:
        say(f"- {clash}")
    return 0


def probabilities(arguments: argparse.Namespace) -> int:
    standings = rank_by_probability(open_database(arguments), arguments.dataset, arguments.judge)
    print_rows([vars(standing) for standing in standings], arguments.format)
    return 0


def escalate(arguments: argparse.Namespace) -> int:
    queue = get_queue(
        open_database(arguments),
        arguments.dataset,
        arguments.judge,
        min_probability=arguments.min_probability,
    )
    print_rows([vars(pair) for pair in queue.pairs], arguments.format, document=queue)
    say(queue.sentence)
    return 0


def costs(arguments: argparse.Namespace) -> int:
    rows = list_costs(open_database(arguments), arguments.dataset)
    print_rows([vars(row) for row in rows], arguments.format)
    if not rows:
        say("No judge has made a call yet.")
    return 0
