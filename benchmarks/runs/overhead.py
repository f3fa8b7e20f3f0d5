"""What a run costs beside a bare LiteLLM loop, in one process run: python -m benchmarks.runs.overhead

The same calls (same texts, concurrency, fake server in a process of its own, 500 ms latency) are made by a
loop that only awaits LiteLLM, and by a run that plans, reads, parses and stores them. The ideal rate is
concurrency / latency.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from arena.exchange import import_files
from arena.run import RunSpec, get_run, start_run
from arena.run.plan import draft_run
from arena.run.runner import work_off
from arena.run.subjects import load_subjects
from arena.store import open_store
from db import Database, judges, runs
from judge import CallRequest
from judge.litellm_client import LiteLLMClient
from judge.render import request_for
from tests.fake_llm import serve_in_process

RESULTS = Path(__file__).parent / "results" / "overhead.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--latency", type=float, default=0.5)
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    arguments = parser.parse_args()
    script = ("--script", "longest", "--latency", str(arguments.latency))
    with tempfile.TemporaryDirectory() as folder, serve_in_process(*script) as llm:
        database = open_store(f"sqlite:///{folder}/overhead.db")
        _fill(database, arguments.pairs)
        spec = RunSpec(
            "bench", "openai/bench-judge", api_base=llm.api_base, max_concurrency=arguments.concurrency
        )
        requests = _requests(database, spec)
        asyncio.run(_bare(requests[:1], 1))  # imports LiteLLM, which is nobody's rate
        bare_s, bare_cpu_s = _timed(lambda: asyncio.run(_bare(requests, arguments.concurrency)))
        run_id = start_run(database, spec)
        run_s, run_cpu_s = _timed(lambda: work_off(database, run_id, lambda: True))
        status = get_run(database, run_id)
        assert status.n_scored == len(requests), status.sentence
        database.close()
    n, ideal = len(requests), arguments.concurrency / arguments.latency
    figures = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "n_calls": n,
        "concurrency": arguments.concurrency,
        "latency_s": arguments.latency,
        "ideal_per_s": ideal,
        "bare_per_s": round(n / bare_s, 2),
        "run_per_s": round(n / run_s, 2),
        "run_over_bare": round(bare_s / run_s, 4),
        "run_over_ideal": round(n / run_s / ideal, 4),
        "bare_cpu_ms_per_call": round(1000 * bare_cpu_s / n, 2),
        "run_cpu_ms_per_call": round(1000 * run_cpu_s / n, 2),
    }
    print(json.dumps(figures, indent=2))
    if arguments.write:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(figures, indent=2) + "\n")


def _fill(database: Database, n_pairs: int) -> None:
    rows = [
        {"id": str(i), "prompt": f"Question {i}: " + "words of the question " * 20, "model": name,
         "response": f"{name} answers {i}: " + "words of the answer " * (60 + place)}
        for i in range(n_pairs)
        for place, name in enumerate(("alder", "birch"))
    ]  # fmt: skip
    import_files(database, [("rows.jsonl", "\n".join(map(json.dumps, rows)).encode())], "bench")


def _requests(database: Database, spec: RunSpec) -> list[CallRequest]:
    """Render what the run will send, with another key so that nothing is answered from the store."""
    draft = draft_run(database, spec)
    planned = draft.planned
    chunk = [
        runs.PlannedJudgment(
            0, int(planned.prompt_id[row]), int(planned.first[row]), int(planned.second[row]),
            "ba" if planned.is_reversed[row] else "ab", 0,
        )
        for row in range(len(planned))
    ]  # fmt: skip
    with database.write() as session:
        judges.get_fence_key(session)
    return [
        request_for(draft.judge, subject.texts, subject.shown_order, 0, b"another key, for the bare loop")
        for start in range(0, len(chunk), 500)
        for subject in load_subjects(database, chunk[start : start + 500])
    ]


async def _bare(requests: list[CallRequest], concurrency: int) -> None:
    client = LiteLLMClient()
    waiting = iter(requests)

    async def ask() -> None:
        for request in waiting:
            await client.complete(request)

    await asyncio.gather(*(ask() for _ in range(concurrency)))
    await client.aclose()


def _timed(work: object) -> tuple[float, float]:
    """Return wall and processor seconds of this process."""
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    work()  # type: ignore[operator]
    wall_s = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall_s, cpu_s


if __name__ == "__main__":
    main()
