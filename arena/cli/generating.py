"""Commands that ask contestants for responses: generate."""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from arena.cli.arguments import Subparsers, add_command, open_database
from arena.cli.output import print_rows, say
from arena.cli.running import LOOK_EVERY_S, refuse_without_key
from arena.cli.spending import is_confirmed, is_own_server
from arena.errors import UsageError
from arena.generate import (
    ContestantSpec,
    GenerationEstimate,
    GenerationSpec,
    GenerationStatus,
    estimate_generation,
    get_generation,
    start_generation,
)
from arena.generate.runner import work_off_generation
from arena.run.runner import RUNNER_LOCK
from arena.run.spec import parse_parameters
from arena.store import Database

ENDED = ("done", "stopped", "cancelled", "paused")
_SETTINGS = ("temperature", "top_p", "top_k", "min_p", "seed", "max_tokens")


def add_commands(commands: Subparsers) -> None:
    about = "Ask contestants for the responses that are missing; run it again to go on after anything."
    parser = add_command(commands, "generate", about, generate)
    parser.add_argument("--dataset", required=True, metavar="D")
    parser.add_argument(
        "--contestant", required=True, action="append", metavar="NAME=provider/model",
        help="who answers; repeat for more; a stored contestant by NAME alone",
    )  # fmt: skip
    parser.add_argument("--system", metavar="TEXT", help="system prompt, or @FILE")
    for name, kind in zip(_SETTINGS, (float, float, int, float, int, int), strict=True):
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, metavar="X")
    parser.add_argument("--stop", action="append", metavar="TEXT", help="end before this text; repeatable")
    parser.add_argument("--logprobs", action="store_true", help="ask for log-probabilities (perplexity)")
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE",
                        help="any other parameter, as frequency_penalty=0.5")  # fmt: skip
    parser.add_argument("--samples", type=int, default=1, metavar="N", help="responses to each prompt")
    parser.add_argument("--tag", action="append", default=[], metavar="T", help="only prompts with this tag")
    parser.add_argument("--keep-truncated", action="store_true",
                        help="let answers be judged that were cut off at --max-tokens")  # fmt: skip
    parser.add_argument("--stream", action="store_true", help="ask for streams")
    parser.add_argument("--api-base", metavar="URL", help="address of an OpenAI-compatible server")
    parser.add_argument("--price-in", type=float, metavar="USD", help="per million tokens, where unknown")
    parser.add_argument("--price-out", type=float, metavar="USD", help="per million tokens, where unknown")
    parser.add_argument("--budget-usd", type=float, metavar="X", help="stop before more is spent")
    parser.add_argument("--max-calls", type=int, metavar="N", help="stop after that many calls")
    parser.add_argument("--max-concurrency", type=int, default=16, metavar="N", help="calls at once")
    parser.add_argument("--yes", action="store_true", help="spend without asking")


def generate(arguments: argparse.Namespace) -> int:
    database = open_database(arguments)
    spec = GenerationSpec(
        dataset=arguments.dataset,
        contestants=tuple(_contestant(word, arguments) for word in arguments.contestant),
        n_samples=arguments.samples,
        tags=tuple(arguments.tag),
        keep_truncated=arguments.keep_truncated,
        is_streamed=arguments.stream,
        max_cost_usd=arguments.budget_usd,
        max_calls=arguments.max_calls,
        max_concurrency=arguments.max_concurrency,
    )
    estimate = estimate_generation(database, spec)
    say(estimate.sentence)
    for warning in estimate.warnings:
        say(warning)
    if not estimate.n_missing:
        return 0
    refuse_without_key(database, estimate.missing_key)
    if not _may_spend(spec, estimate, arguments.api_base, is_agreed=arguments.yes):
        say("Nothing was started.")
        return 0
    return _work_or_watch(database, start_generation(database, spec), arguments.format)


def _contestant(word: str, arguments: argparse.Namespace) -> ContestantSpec:
    name, equals, model = word.partition("=")
    if not equals:
        return ContestantSpec(word.strip())
    parameters: dict[str, Any] = {
        setting: getattr(arguments, setting)
        for setting in _SETTINGS
        if getattr(arguments, setting) is not None
    }
    if arguments.stop:
        parameters["stop"] = arguments.stop
    if arguments.logprobs:
        parameters["logprobs"] = True
    return ContestantSpec(
        name=name.strip(),
        model=model.strip(),
        api_base=arguments.api_base,
        parameters=parameters | parse_parameters(tuple(arguments.param)),
        system_prompt=_text(arguments.system),
        input_usd_per_million=arguments.price_in,
        output_usd_per_million=arguments.price_out,
    )


def _text(given: str | None) -> str | None:
    if given is None or not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The system prompt '{given[1:]}' cannot be read: {error}") from error


def _may_spend(
    spec: GenerationSpec, estimate: GenerationEstimate, api_base: str | None, *, is_agreed: bool
) -> bool:
    """Ask before money can flow; a server of one's own network is free."""
    if estimate.cost_usd is None and spec.max_cost_usd is not None and spec.max_calls is None:
        raise UsageError("Not every price is known, so a cap in USD cannot hold. Add --max-calls N.")
    if is_agreed or not estimate.n_calls or is_own_server(api_base):
        return True
    return is_confirmed("This calls models and may cost money. Add --yes to start it without a question.")


def _work_or_watch(database: Database, generation_id: int, how: str) -> int:
    """Work it off here, or watch the process that is the runner already do it."""
    with RUNNER_LOCK.hold(database) as is_ours, _progress(database, generation_id):
        is_done = is_ours and work_off_generation(database, generation_id, lambda: True)
        if not is_done:
            say("Another process works off this database's runs; watching it.")
        while not is_done and get_generation(database, generation_id).state not in ENDED:
            time.sleep(LOOK_EVERY_S)  # another process works; its progress is only in the database
            is_done = is_ours and work_off_generation(database, generation_id, lambda: True)
    status = get_generation(database, generation_id)
    print_rows([_row(status)], how)
    say(status.sentence)
    return 0 if status.state == "done" and not status.n_failed else 1


@contextmanager
def _progress(database: Database, generation_id: int) -> Iterator[None]:
    """Show how it goes on standard error while the block works."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[words]}"), TimeRemainingColumn())
    ended = threading.Event()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("generating", total=None, words="")

        def follow() -> None:
            while not ended.wait(LOOK_EVERY_S):
                status = get_generation(database, generation_id)
                done = status.n_ready + status.n_failed
                held_up = (status.stop_reason or "") if status.state == "running" else ""
                failed = f"{status.n_failed} failed" if status.n_failed else ""
                words = "  ".join(word for word in (held_up, failed) if word)
                progress.update(task, completed=done, total=status.n_planned, words=words)

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _row(status: GenerationStatus) -> dict[str, Any]:
    columns = (
        "id", "dataset", "state", "n_planned", "n_ready", "n_failed", "n_calls", "n_cached", "n_retries",
        "cost_usd", "stop_reason",
    )  # fmt: skip
    row = {name: getattr(status, name) for name in columns}
    return {**row, "failures": {count.reason: count.n for count in status.failures}}
