"""Millions of judgments through planner and writer without a model: what a database takes, and for how long.

    python -m benchmarks.runs.writing sqlite:///FILE --judgments 10000000 --minutes 60 --write sqlite_10m

A run is planned as any run is. Then batches go the writer's way: what is planned is read, its calls are
looked up, and calls, judgments, matches and counters are stored; only texts, rendering and the call itself
are left out. Planning happens in a process of its own, so that each part's memory is its own. With --minutes
the writing stops early, and the results say how far it came.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import platform
import resource
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, insert, select, text

from arena.run import RunSpec, start_run
from arena.run.ending import leave_run
from arena.store import init_store, open_store
from db import Database, results, runs, utc_now
from db.results import FinishedJudgment, Progress, StoredCall
from db.runs import PlannedJudgment
from db.tables import ContestantRow, DatasetRow, PromptRow, ResponseRow

RESULTS = Path(__file__).parent / "results"
DATASET = "simulated"
N_CONTESTANTS = 10
A_PROMPT = N_CONTESTANTS * (N_CONTESTANTS - 1)
"""Judgments a prompt: every pair in both orders."""
FILL = 10_000
BATCH = 250
REPORT_EVERY = 250_000
ANSWER = "Both answer the question. The first gives its reasons and an example; the second only claims. [[A]]"


@dataclass(frozen=True)
class Point:
    """How it stood after `n` judgments; `per_s` since the point before."""

    n: int
    elapsed_s: float
    per_s: float
    read_share: float
    resident_mb: float
    database_mb: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--judgments", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--write", metavar="NAME", help="write results/NAME.json, anew at every point")
    arguments = parser.parse_args()
    init_store(arguments.url)
    database = open_store(arguments.url)
    n_prompts = -(-arguments.judgments // A_PROMPT)
    fill_s = _timed(lambda: _fill(database, n_prompts))
    filled_mb = _size_mb(database)
    planning = _plan_apart(arguments.url)
    figures = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, 2 shared cores, Python {platform.python_version()}",
        "database": database.writer.dialect.name,
        "n_prompts": n_prompts,
        "n_contestants": N_CONTESTANTS,
        "n_planned": planning["n_planned"],
        "filling_s": round(fill_s, 1),
        "filled_mb": round(filled_mb),
        "planning_s": planning["seconds"],
        "planning_peak_mb": planning["peak_mb"],
        "planned_mb": round(_size_mb(database)),
        "written": [],
    }
    for points, ending_s in _write(database, int(planning["run_id"]), arguments.minutes):
        figures |= {"written": [asdict(point) for point in points], "ending_s": ending_s}
        print(json.dumps(asdict(points[-1])), flush=True)
        if arguments.write:
            RESULTS.mkdir(exist_ok=True)
            (RESULTS / f"{arguments.write}.json").write_text(json.dumps(figures, indent=1) + "\n")
    database.close()


def _fill(database: Database, n_prompts: int) -> None:
    """Store prompts and responses with short texts: what counts here is the number of rows."""
    with database.write() as session:
        session.execute(insert(DatasetRow), [{"id": 1, "name": DATASET}])
        session.execute(
            insert(ContestantRow),
            [{"id": i + 1, "name": f"contestant-{i}", "model": f"m/{i}"} for i in range(N_CONTESTANTS)],
        )
    now = utc_now()
    for start in range(0, n_prompts, FILL // N_CONTESTANTS):
        numbers = range(start, min(n_prompts, start + FILL // N_CONTESTANTS))
        prompts = [
            {
                "id": i + 1, "dataset_id": 1, "key": str(i), "text_hash": _hash(f"prompt {i}"),
                "messages": [{"role": "user", "content": f"Question {i}?"}], "created_at": now,
            }
            for i in numbers
        ]  # fmt: skip
        responses = [
            {
                "prompt_id": i + 1, "contestant_id": c + 1, "turns": [f"Answer {c} to {i}."],
                "source": "bench", "text_hash": _hash(f"{c} {i}"), "created_at": now,
            }
            for i in numbers
            for c in range(N_CONTESTANTS)
        ]  # fmt: skip
        with database.write() as session:
            session.execute(insert(PromptRow), prompts)
            session.execute(insert(ResponseRow), responses)


def _plan_apart(url: str) -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_plan, args=(url, theirs))
    process.start()
    planned: dict[str, float] = ours.recv()
    process.join()
    return planned


def _plan(url: str, answer: object) -> None:
    database = open_store(url)
    started = time.perf_counter()
    run_id = start_run(database, RunSpec(DATASET, "openai/simulated"))
    seconds = time.perf_counter() - started
    with database.read() as session:
        n_planned = runs.get_run(session, run_id).n_planned
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer.send(  # type: ignore[attr-defined]
        {"run_id": run_id, "n_planned": n_planned, "seconds": round(seconds, 1), "peak_mb": round(peak_mb)}
    )
    database.close()


def _write(
    database: Database, run_id: int, minutes: float | None
) -> Iterator[tuple[list[Point], float | None]]:
    with database.write() as session:
        runs.set_run(session, run_id, state="running", started_at=utc_now())
    started = before = time.perf_counter()
    points: list[Point] = []
    n = n_before = after = 0
    read_s = 0.0
    while True:
        at = time.perf_counter()
        with database.read() as session:
            planned = runs.load_planned(session, run_id, after, BATCH)
            results.find_calls(session, [_key(one) for one in planned])
        read_s += time.perf_counter() - at
        if planned:
            with database.write() as session:
                calls = [_call(one) for one in planned]
                progress = Progress(len(calls), 0, 0, 0, 0.0001 * len(calls))
                results.save_results(session, run_id, calls, [_judged(one) for one in planned], progress)
            n, after = n + len(planned), planned[-1].id
        now = time.perf_counter()
        is_late = minutes is not None and now - started > 60 * minutes
        if n - n_before >= REPORT_EVERY or not planned or is_late:
            rate = (n - n_before) / (now - before)
            points.append(
                Point(n, round(now - started, 1), round(rate), round(read_s / (now - before), 3),
                      round(_resident_mb(), 1), round(_size_mb(database)))
            )  # fmt: skip
            yield points, None
            before, n_before, read_s = time.perf_counter(), n, 0.0
        if not planned or is_late:
            break
    ending_s = _timed(lambda: leave_run(database, run_id, "paused" if planned else "done", None))
    yield points, round(ending_s, 1)


def _key(planned: PlannedJudgment) -> str:
    return _hash(f"call {planned.id}")


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def _call(planned: PlannedJudgment) -> StoredCall:
    return StoredCall(
        key=_key(planned), model="openai/simulated", api_base=None, parameters=[["temperature", 0.0]],
        raw_text=ANSWER, finish_reason="stop", refusal=None, n_tokens_in=900, n_tokens_out=25,
        cost_usd=0.0001, latency_s=0.5, attempts=1, logprobs=None,
    )  # fmt: skip


def _judged(planned: PlannedJudgment) -> FinishedJudgment:
    verdict = "a" if planned.id % 3 else "b"
    return FinishedJudgment(
        id=planned.id, response_first_id=planned.response_first_id, state="scored", verdict=verdict,
        reason=None, detail=None, reasoning=ANSWER[:-6], raw_text=None, parse_path="tag", probability=None,
        call_keys=(_key(planned),), n_tokens_in=900, n_tokens_out=25, cost_usd=0.0001, latency_s=0.5,
        attempts=1, is_cached=False, grades=(),
    )  # fmt: skip


def _timed(work: object) -> float:
    started = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - started


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def _size_mb(database: Database) -> float:
    path = database.path
    if path is not None:
        files = [path, path.with_name(path.name + "-wal")]
        return sum(file.stat().st_size for file in files if file.exists()) / 2**20
    with database.read() as session:
        return float(session.scalar(select(func.pg_database_size(text("current_database()")))) or 0) / 2**20


if __name__ == "__main__":
    main()
