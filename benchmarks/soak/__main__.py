"""Kill -9 of everything at random instants: python -m benchmarks.soak [runner app worker postgres]

Each scenario is one run against the fake server. While it goes on, one process is killed again and again and
started anew; then the run is left to finish. Between two kills the fake server answers only a share of the
calls and holds the rest, so that every kill comes in the middle of work, however fast the machine is. In the
end every planned judgment must have been decided exactly once, and the fake server, which counts for itself,
must have seen no content more often than calls can have been in flight at the kills.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from arena.run import RunSpec, get_run, start_run
from arena.store import init_store, open_store
from benchmarks.soak.victims import SCENARIOS, Victim
from db import Database
from db.tables import CallRow, JudgmentRow, MatchRow
from tests.arena.filling import fill
from tests.fake_llm import Running, serve_in_process

RESULTS = Path(__file__).parent / "results"
CONCURRENCY = 8
LATENCY_S = 0.4
PAIRS_A_PROMPT = 3
PATIENCE_S = 600.0
AT_ONCE = 2
"""Scenarios side by side: each waits most of its time, for processes that start and for answers."""


@dataclass(frozen=True)
class Soaked:
    """What came of one scenario. `most_repeats`: kills times calls in flight there, at most."""

    scenario: str
    n_kills: int
    n_planned: int
    n_scored: int
    n_decided_otherwise: int
    n_matches: int
    n_stored_calls: int
    n_requests: int
    n_distinct: int
    n_repeated: int
    n_in_flight_at_kills: int
    """As the fake server saw it: calls whose asker was gone before the answer."""
    most_repeats: int
    seconds: float
    is_passed: bool


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=list(SCENARIOS), metavar="SCENARIO")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--judgments", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help="write results/SCENARIO.json and the table")
    arguments = parser.parse_args()
    if len(arguments.scenarios) > 1:
        return _soak_each(arguments)
    (name,) = arguments.scenarios
    soaked = soak(name, arguments.kills, arguments.judgments, random.Random(arguments.seed))
    print(json.dumps(asdict(soaked)), flush=True)
    if arguments.write:
        _store(soaked)
    return 0 if soaked.is_passed else 1


def _soak_each(arguments: argparse.Namespace) -> int:
    """Soak each scenario in a process of its own, some at once."""
    options = [f"--{name}={getattr(arguments, name)}" for name in ("kills", "judgments", "seed")]
    options += ["--write"] if arguments.write else []

    def run(name: str) -> int:
        return subprocess.call([sys.executable, "-m", "benchmarks.soak", name, *options])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return max(pool.map(run, arguments.scenarios))


def soak(name: str, n_kills: int, n_judgments: int, rng: random.Random) -> Soaked:
    started = time.monotonic()
    script = ("--script", "longest", "--latency", str(LATENCY_S))
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        serve_in_process(*script) as llm,
        SCENARIOS[name](Path(folder)) as victim,
    ):
        init_store(victim.url)
        database = open_store(victim.url)
        fill(database, n_prompts=n_judgments // (2 * PAIRS_A_PROMPT))
        spec = RunSpec(
            "poems", "openai/soaked", api_base=llm.api_base, max_concurrency=CONCURRENCY, timeout_s=PATIENCE_S
        )
        run_id = start_run(database, spec)
        victim.start()
        for number in range(n_kills):
            llm.let(n_judgments // (n_kills + 1))
            if number % 4:  # every fourth is killed on the way up, wherever it is by then
                _wait_for_request(llm)
            time.sleep(rng.uniform(0, 2.0))
            victim.kill(rng)
            victim.start()
        llm.let(None)
        _wait_for_end(database, run_id)
        soaked = _count(database, run_id, name, n_kills, victim, llm.stats(), time.monotonic() - started)
        database.close()
    return soaked


def _wait_for_request(llm: Running) -> None:
    deadline, seen = time.monotonic() + PATIENCE_S, llm.stats()["n_requests"]
    while llm.stats()["n_requests"] == seen:
        if time.monotonic() > deadline:
            raise TimeoutError("nobody asks")
        time.sleep(0.05)


def _wait_for_end(database: Database, run_id: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while get_run(database, run_id).state not in ("done", "stopped"):
        if time.monotonic() > deadline:
            print(f"gave up waiting: {get_run(database, run_id).sentence}", file=sys.stderr)
            break
        time.sleep(0.5)


def _count(
    database: Database,
    run_id: int,
    name: str,
    n_kills: int,
    victim: Victim,
    seen: dict[str, int],
    seconds: float,
) -> Soaked:
    with database.read() as session:
        states = dict(
            session.execute(
                select(JudgmentRow.state, func.count())
                .where(JudgmentRow.run_id == run_id)
                .group_by(JudgmentRow.state)
            ).all()
        )
        n_matches = session.scalar(select(func.count()).select_from(MatchRow)) or 0
        n_calls = session.scalar(select(func.count()).select_from(CallRow)) or 0
    status = get_run(database, run_id)
    n_scored = states.pop("scored", 0)
    most = n_kills * CONCURRENCY * victim.n_processes
    is_passed = (
        status.state == "done"
        and n_scored == status.n_planned == status.n_scored == n_calls == 2 * n_matches
        and not states
        and seen["n_distinct"] == n_scored
        and seen["n_repeated"] <= most
    )
    return Soaked(
        name, n_kills, status.n_planned, n_scored, sum(states.values()), n_matches, n_calls,
        seen["n_requests"], seen["n_distinct"], seen["n_repeated"], seen["n_dropped_by_client"],
        most, round(seconds, 1), is_passed,
    )  # fmt: skip


def _store(soaked: Soaked) -> None:
    RESULTS.mkdir(exist_ok=True)
    figures = asdict(soaked) | {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, 2 cores, Python {platform.python_version()}",
        "concurrency": CONCURRENCY,
        "latency_s": LATENCY_S,
    }
    (RESULTS / f"{soaked.scenario}.json").write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
