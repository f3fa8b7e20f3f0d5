"""Commands of evaluation beside judges: exact, reward, best-of."""

from __future__ import annotations

import argparse
from typing import Any

from arena.cli.arguments import Subparsers, add_command, open_database
from arena.cli.output import print_rows, say
from arena.cli.spending import is_own_server
from arena.errors import UsageError
from arena.exact import (
    Correlation,
    ExactBoard,
    JudgeCheck,
    choose_best_of,
    correlate_with_people,
    find_contradictions,
    get_exact_board,
    score_dataset,
    score_with_reward_model,
)
from judge.exact import METRIC_NAMES
from ranking import Agreement


def add_commands(commands: Subparsers) -> None:
    about = "Compute exact metrics, and show them beside judges and people."
    parser = add_command(commands, "exact", about, exact)
    parser.add_argument("--dataset", required=True, metavar="D")
    parser.add_argument(
        "--metric", action="append", default=[], metavar="M",
        help=f"compute this one; repeat for more: {', '.join(METRIC_NAMES)}; with an argument as number:1%%,"
        " bleu:zh, regex:PATTERN, embedding:provider/model",
    )  # fmt: skip
    parser.add_argument(
        "--show", choices=("board", "pass", "correlations", "contradictions"), default="board",
        help="what the table shows; JSON holds all of it",
    )  # fmt: skip
    parser.add_argument("--k", type=int, action="append", default=[], metavar="K", help="of pass@k")
    parser.add_argument("--tag", action="append", default=[], metavar="T", help="only prompts with this tag")
    parser.add_argument("--api-base", metavar="URL", help="address of a server of embeddings")
    parser.add_argument("--yes", action="store_true", help="spend on embeddings without asking")
    about = "Let a reward model behind an HTTP endpoint score responses, as a pointwise judge."
    parser = add_command(commands, "reward", about, reward)
    parser.add_argument("--dataset", required=True, metavar="D")
    parser.add_argument("--judge", required=True, metavar="NAME", help="what the judge is called")
    parser.add_argument("--url", required=True, metavar="URL", help="as http://localhost:8000/pooling")
    parser.add_argument("--model", metavar="M", help="the model as the endpoint knows it (default: NAME)")
    parser.add_argument("--max-concurrency", type=int, default=8, metavar="N", help="calls at once")
    parser.add_argument("--yes", action="store_true", help="ask an endpoint that is not your own")
    about = "Make a contestant of the samples that a pointwise judge graded highest."
    parser = add_command(commands, "best-of", about, best_of)
    parser.add_argument("--dataset", required=True, metavar="D")
    parser.add_argument("--contestant", required=True, metavar="C")
    parser.add_argument("--judge", required=True, metavar="J", help="a pointwise judge or reward model")
    parser.add_argument("--n", type=int, required=True, metavar="N", help="among samples 1 to N")
    parser.add_argument("--name", metavar="NAME", help="what the chosen ones are called")


def exact(arguments: argparse.Namespace) -> int:
    database = open_database(arguments)
    is_paid = any(metric.startswith("embedding") for metric in arguments.metric)
    if is_paid and not arguments.yes and not is_own_server(arguments.api_base):
        raise UsageError("Embeddings are asked of a provider and may cost money. Add --yes.")
    if arguments.metric:
        report = score_dataset(database, arguments.dataset, arguments.metric, api_base=arguments.api_base)
        for count in report.metrics:
            say(f"{count.metric}: {count.n_new:,} computed, {count.n_already:,} were there.")
            for problem in count.problems:
                say(f"- without a figure: {problem}")
    tags = tuple(arguments.tag)
    board = get_exact_board(database, arguments.dataset, tags=tags, ks=tuple(arguments.k) or (1, 5, 10))
    is_json = arguments.format == "json"
    correlations = (
        correlate_with_people(database, arguments.dataset, tags=tags)
        if is_json or arguments.show == "correlations"
        else []
    )
    checks = (
        find_contradictions(database, arguments.dataset, tags=tags)
        if is_json or arguments.show == "contradictions"
        else []
    )
    document = {
        "dataset": arguments.dataset,
        "columns": board.columns,
        "pass_at_k": board.passes,
        "correlations": correlations,
        "contradictions": checks,
    }
    rows = {
        "board": lambda: _board_rows(board),
        "pass": lambda: [vars(figure) for figure in board.passes],
        "correlations": lambda: [_correlation_row(one) for one in correlations],
        "contradictions": lambda: [_check_row(check) for check in checks],
    }[arguments.show]()
    print_rows(rows, arguments.format, document=document)
    if not rows and not is_json:
        say(_NOTHING[arguments.show])
    return 0


def reward(arguments: argparse.Namespace) -> int:
    if not arguments.yes and not is_own_server(arguments.url):
        raise UsageError("This endpoint is not in your own network and may cost money. Add --yes.")
    report = score_with_reward_model(
        open_database(arguments), arguments.dataset, arguments.judge, arguments.url,
        model=arguments.model, max_concurrency=arguments.max_concurrency,
    )  # fmt: skip
    print_rows([vars(report)], arguments.format)
    for problem in report.problems:
        say(f"- unscored: {problem}")
    return 1 if report.n_unscored else 0


def best_of(arguments: argparse.Namespace) -> int:
    report = choose_best_of(
        open_database(arguments), arguments.dataset, arguments.contestant, arguments.judge,
        arguments.n, name=arguments.name,
    )  # fmt: skip
    print_rows([vars(report)], arguments.format)
    return 1 if report.n_without else 0


_NOTHING = {
    "board": "There are no exact scores here yet. Compute some: --metric exact --metric chrf",
    "pass": "No results of functional tests were imported (prompt, model, sample, passed).",
    "correlations": "People have said nothing here, or nothing that a metric or judge has a value of too.",
    "contradictions": "No check here finds exactly one of two judged responses right.",
}


def _board_rows(board: ExactBoard) -> list[dict[str, Any]]:
    return [
        {
            "metric": column.metric, "contestant": figure.contestant, "value": figure.value,
            "low": figure.low, "high": figure.high, "n": figure.n, "n_without": figure.n_without,
        }
        for column in board.columns
        for figure in column.figures
    ]  # fmt: skip


def _correlation_row(one: Correlation) -> dict[str, Any]:
    row: dict[str, Any] = {"source": one.source, "kind": one.kind, "criterion": one.criterion}
    for name in ("pearson", "spearman", "kendall"):
        figure: Agreement = getattr(one, name)
        row |= {name: figure.value, f"{name}_low": figure.low, f"{name}_high": figure.high}
    return {**row, "n_responses": one.n_responses, "n_prompts": one.n_prompts}


def _check_row(check: JudgeCheck) -> dict[str, Any]:
    matches = [row.match_id for row in check.contradictions[:10]]
    return {
        "judge": check.judge, "metric": check.metric, "n_decided": check.n_decided,
        "n_agreed": check.n_agreed, "n_contradicted": check.n_contradicted, "first_matches": matches,
    }  # fmt: skip
