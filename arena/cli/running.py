"""Commands that judge: judge, runs, resume, cancel, worker."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any, get_args

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from arena.cli.arguments import Subparsers, add_command, open_database, split_names
from arena.cli.output import print_rows, say
from arena.cli.spending import may_spend
from arena.errors import UsageError
from arena.run import (
    RunSpec,
    RunStatus,
    control_run,
    estimate_run,
    get_run,
    list_runs,
    list_workers,
    resume_run,
    start_run,
)
from arena.run.embedded import give_way_to_parent, serve_generations, serve_runs
from arena.run.outage import wait_for_server
from arena.run.runner import RUNNER_LOCK, work_off
from arena.run.spec import PAIRS_HELP, Mode, parse_parameters
from arena.store import Database, database_url, open_store, sqlite_path

LOOK_EVERY_S = 0.3
ENDED = ("done", "stopped", "cancelled", "paused")


def add_commands(commands: Subparsers) -> None:
    _add_judge(commands)
    parser = add_command(commands, "runs", "List the runs and how they stand.", runs)
    parser.add_argument("--dataset", metavar="D")
    about = "Let a run go on; what failed for want of network or money is tried again."
    parser = add_command(commands, "resume", about, resume)
    parser.add_argument("run", type=int, metavar="RUN")
    parser.add_argument("--budget-usd", type=float, metavar="X", help="a new cap in USD")
    parser.add_argument("--max-calls", type=int, metavar="N", help="a new cap on calls")
    parser = add_command(commands, "cancel", "Cancel a run; what is done is kept.", cancel)
    parser.add_argument("run", type=int, metavar="RUN")
    add_command(commands, "workers", "List the workers of a server's runs.", workers)
    parser = add_command(commands, "worker", "Work off runs as they come, until interrupted.", worker)
    parser.add_argument("--with-parent", action="store_true", help="end when standard input closes")
    parser.add_argument("--generations", action="store_true", help="work off generations only")


def _add_judge(commands: Subparsers) -> None:
    parser = add_command(commands, "judge", "Let a judge compare or grade responses.", judge)
    parser.add_argument("--dataset", required=True, metavar="D")
    parser.add_argument(
        "--judge", required=True, metavar="J",
        help="provider/model, builtin/{longest,first,random,reference}, or a stored judge's name[@version]",
    )  # fmt: skip
    parser.add_argument("--contestants", metavar="A,B,...", help="only these (default: all)")
    parser.add_argument("--mode", choices=get_args(Mode), default="pairwise")
    parser.add_argument("--rubric", metavar="R", help="a rubric's name[@version], or a YAML file")
    parser.add_argument(
        "--template", metavar="FILE", help="the judge's prompt as YAML: name, mode, system, user"
    )
    parser.add_argument(
        "--response-format", choices=("auto", "schema", "tags"), default="auto",
        help="ask for JSON by schema, or for a tag (default: what the model is known to follow)",
    )  # fmt: skip
    parser.add_argument("--reversed-levels", action="store_true", help="show the rubric's levels best first")
    parser.add_argument("--repeats", type=int, default=1, metavar="N", help="judge everything N times")
    parser.add_argument("--pairs", default="all", metavar="P", help=PAIRS_HELP.replace("%", "%%"))
    parser.add_argument("--with-reference", action="store_true", help="show the prompt's references")
    parser.add_argument("--budget-usd", type=float, metavar="X", help="stop before more is spent")
    parser.add_argument("--max-calls", type=int, metavar="N", help="stop after that many calls")
    parser.add_argument("--max-concurrency", type=int, default=16, metavar="N", help="calls at once")
    parser.add_argument("--max-rpm", type=int, metavar="N", help="requests a minute")
    parser.add_argument("--max-tpm", type=int, metavar="N", help="tokens a minute")
    parser.add_argument("--timeout", type=float, default=120.0, metavar="S", help="seconds a call may take")
    parser.add_argument("--api-base", metavar="URL", help="address of an OpenAI-compatible server")
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE",
                        help="a sampling parameter, as temperature=0.5")  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of what is drawn at random")
    parser.add_argument("--yes", action="store_true", help="spend without asking")


def judge(arguments: argparse.Namespace) -> int:
    database = open_database(arguments)
    spec = RunSpec(
        dataset=arguments.dataset,
        judge=arguments.judge,
        mode=arguments.mode,
        rubric=arguments.rubric,
        contestants=split_names(arguments.contestants),
        pairs=arguments.pairs,
        repeats=arguments.repeats,
        with_reference=arguments.with_reference,
        max_cost_usd=arguments.budget_usd,
        max_calls=arguments.max_calls,
        max_concurrency=arguments.max_concurrency,
        max_requests_per_minute=arguments.max_rpm,
        max_tokens_per_minute=arguments.max_tpm,
        timeout_s=arguments.timeout,
        api_base=arguments.api_base,
        seed=arguments.seed,
        parameters=parse_parameters(tuple(arguments.param)),
        template=arguments.template,
        response_format=arguments.response_format,
        level_order="descending" if arguments.reversed_levels else "ascending",
    )
    estimate = estimate_run(database, spec)
    say(estimate.sentence)
    for warning in estimate.warnings:
        say(warning)
    if not estimate.n_judgments:
        return 0
    refuse_without_key(database, estimate.missing_key)
    if not may_spend(spec, estimate, is_agreed=arguments.yes):
        say("Nothing was started.")
        return 0
    return _work_or_watch(database, start_run(database, spec), arguments.format)


def refuse_without_key(database: Database, missing_key: str) -> None:
    """Refuse what this process would be asked to call and cannot; another runner has keys of its own."""
    if missing_key and not (database.is_sqlite and RUNNER_LOCK.is_held(database)):
        raise UsageError(missing_key)


def resume(arguments: argparse.Namespace) -> int:
    database = open_database(arguments)
    resume_run(database, arguments.run, max_cost_usd=arguments.budget_usd, max_calls=arguments.max_calls)
    return _work_or_watch(database, arguments.run, arguments.format)


def _work_or_watch(database: Database, run_id: int, how: str) -> int:
    """Work the run off here, alone or with others, or watch the process that is the runner do it."""
    say(f"Run {run_id}.")
    if not database.is_sqlite:
        with _progress(database, run_id):
            _work_beside_others(database, run_id)
        return _report(database, run_id, how)
    with RUNNER_LOCK.hold(database) as is_ours:
        if is_ours:
            with _progress(database, run_id):
                work_off(database, run_id, lambda: True)
        else:
            say("Another process works off this database's runs; watching it.")
            with _progress(database, run_id):
                while get_run(database, run_id).state not in ENDED:
                    time.sleep(LOOK_EVERY_S)  # another process works; only the database tells how far
    return _report(database, run_id, how)


def _work_beside_others(database: Database, run_id: int) -> None:
    """Be one of the run's workers until it ends; interrupted by hand, pause it for all of them."""
    from arena.run.distributed import serve_blocks

    try:
        serve_blocks(database, threading.Event(), until=lambda: get_run(database, run_id).state in ENDED)
    except KeyboardInterrupt:
        control_run(database, run_id, "pause")
        raise


def _report(database: Database, run_id: int, how: str) -> int:
    status = get_run(database, run_id)
    print_rows([_row(status)], how)
    say(status.sentence)
    return 0 if status.state == "done" and not status.n_unscored else 1


@contextlib.contextmanager
def _progress(database: Database, run_id: int) -> Iterator[None]:
    """Show how the run goes on standard error while the block works."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    columns = (
        BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[words]}"), TimeRemainingColumn(),
    )  # fmt: skip
    ended = threading.Event()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("judging", total=None, words="")

        def follow() -> None:
            while not ended.wait(LOOK_EVERY_S):
                status = get_run(database, run_id)
                progress.update(task, completed=status.n_done, total=status.n_planned, words=_words(status))

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _words(status: RunStatus) -> str:
    rate = "" if status.rate_per_s is None else f"{status.rate_per_s:.1f}/s"
    cost = "cost unknown" if status.cost_usd is None else f"${status.cost_usd:.4f}"
    unscored = f"{status.n_unscored} unscored" if status.n_unscored else ""
    waits = "" if status.waits_for is None else f"waits for run {status.waits_for}"
    held_up = (status.stop_reason or "") if status.state == "running" else waits
    return "  ".join(word for word in (held_up, rate, cost if status.n_calls else "", unscored) if word)


def _row(status: RunStatus) -> dict[str, Any]:
    columns = (
        "id", "dataset", "judge", "mode", "state", "n_planned", "n_already", "n_scored",
        "n_unscored", "n_calls", "n_cached", "n_retries", "cost_usd", "stop_reason",
    )  # fmt: skip
    row = {name: getattr(status, name) for name in columns}
    return {**row, "unscored": {count.reason: count.n for count in status.reasons}}


def runs(arguments: argparse.Namespace) -> int:
    statuses = list_runs(open_database(arguments), arguments.dataset)
    print_rows([_row(status) for status in statuses], arguments.format)
    if not statuses:
        say("There are no runs yet.")
    return 0


def cancel(arguments: argparse.Namespace) -> int:
    database = open_database(arguments)
    control_run(database, arguments.run, "cancel")
    say(get_run(database, arguments.run).sentence)
    return 0


def workers(arguments: argparse.Namespace) -> int:
    alive = list_workers(open_database(arguments))
    print_rows(
        [{**vars(one), "is_foreman": "yes" if one.is_foreman else ""} for one in alive], arguments.format
    )
    if not alive:
        say("No workers are there. On SQLite there is one runner instead; see: python -m arena runs")
    return 0


def worker(arguments: argparse.Namespace) -> int:
    url = database_url(arguments.db)
    if sqlite_path(url) is None:
        wait_for_server(url)
    open_store(url).close()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if arguments.with_parent:
        give_way_to_parent(stop)
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    if arguments.generations:
        serve_generations(url, stop)
    else:
        serve_runs(url, stop)
    return 0
