"""One, two and four workers on PostgreSQL: python -m benchmarks.runs.scaling --write

Each count of workers judges 30 s worth of pairs at concurrency 16 each, against the fake server with 500 ms
latency; a smaller run before it makes sure that every worker is there and has LiteLLM imported. The rate is
judgments over the time from the first call to the last stored judgment. CPU is that of the workers, the
database server and the fake server together, in cores: the machine has two for all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from arena.run import RunSpec, RunStatus, get_run, start_run
from arena.store import init_store, open_store
from db import Database, workers
from tests.arena.filling import fill
from tests.fake_llm import Running, serve_in_process
from tests.postgres import serve_postgres

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).parent / "results" / "scaling.json"
CONCURRENCY = 16
LATENCY_S = 0.5
SECONDS = 30
CONTESTANTS = ("alder", "birch", "cedar")
JUDGMENTS_A_PROMPT = 6
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Scaled:
    """`of_linear` is the rate over that of one worker times the workers."""

    n_workers: int
    n_judgments: int
    per_s: float
    of_ideal: float
    of_linear: float
    cores_used: float
    cores_used_by_others: float
    n_repeated: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    arguments = parser.parse_args()
    scaled: list[Scaled] = []
    for n in arguments.workers:
        one = scaled[0].per_s / scaled[0].n_workers if scaled else None
        scaled.append(measure(n, arguments.seconds, one))
        print(json.dumps(asdict(scaled[-1])), flush=True)
    if arguments.write:
        figures = {
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{platform.machine()}, 2 cores, Python {platform.python_version()}",
            "concurrency_each": CONCURRENCY,
            "latency_s": LATENCY_S,
            "load_before": [round(load, 1) for load in os.getloadavg()],
            "measured": [asdict(one) for one in scaled],
        }
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(figures, indent=1) + "\n")


def measure(n_workers: int, seconds: int, one_per_s: float | None) -> Scaled:
    ideal = n_workers * CONCURRENCY / LATENCY_S
    n_prompts = round(seconds * ideal / JUDGMENTS_A_PROMPT)
    script = ("--script", "longest", "--latency", str(LATENCY_S))
    with serve_postgres() as server, serve_in_process(*script) as llm, ExitStack() as stack:
        url = server.create_database()
        init_store(url)
        database = open_store(url)
        fill(database, contestants=CONTESTANTS, n_prompts=n_prompts)
        processes = [stack.enter_context(_worker(url)) for _ in range(n_workers)]
        _wait(lambda: _count_alive(database) == n_workers)
        _run(database, llm, f"{max(1, min(60, 40 * n_workers * 64 // n_prompts))}%", seed=1)
        llm.reset()
        watched = [*processes, server.pid, *_children(server.pid), *_find_fakes()]
        before, all_before = _cpu_s(watched), _all_cpu_s()
        status, elapsed_s = _run(database, llm, "all", seed=2)
        used, all_used = _cpu_s(watched) - before, _all_cpu_s() - all_before
        seen = llm.stats()
        assert status.state == "done", status.sentence
        database.close()
    n = seen["n_distinct"]
    per_s = n / elapsed_s
    linear = n_workers * (one_per_s or per_s / n_workers)
    return Scaled(
        n_workers, n, round(per_s, 2), round(per_s / ideal, 4), round(per_s / linear, 4),
        round(used / elapsed_s, 2), round(max(0.0, all_used - used) / elapsed_s, 2), seen["n_repeated"],
    )  # fmt: skip


def _run(database: Database, llm: Running, pairs: str, seed: int) -> tuple[RunStatus, float]:
    """Return how the run stands, and the seconds from its first call to its last stored judgment."""
    judge = "openai/bench-judge"
    spec = RunSpec("poems", judge, pairs=pairs, seed=seed, api_base=llm.api_base, max_concurrency=CONCURRENCY)
    before = llm.stats()["n_requests"]
    run_id = start_run(database, spec)
    _wait(lambda: llm.stats()["n_requests"] > before, every_s=0.01)
    started = time.monotonic()
    _wait(lambda: (status := get_run(database, run_id)).n_done == status.n_planned, every_s=0.1)
    elapsed_s = time.monotonic() - started
    _wait(lambda: get_run(database, run_id).state in ("done", "stopped"))
    return get_run(database, run_id), elapsed_s


def _wait(is_so: Callable[[], bool], every_s: float = 0.1) -> None:
    deadline = time.monotonic() + 300
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not happen")
        time.sleep(every_s)


@contextmanager
def _worker(url: str) -> Iterator[int]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": url}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "arena", "worker"], env=environment, cwd=ROOT, stdout=log, stderr=log
        )
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(20)


def _count_alive(database: Database) -> int:
    with database.read() as session:
        return len(workers.list_alive(session, 12))


def _children(pid: int | None) -> list[int]:
    """Return the processes below one, by what the kernel says of each."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    below = [child for child, parent in parents.items() if parent == pid]
    return below + [grandchild for child in below for grandchild in _children(child)]


def _find_fakes() -> list[int]:
    return [pid for pid in _children(os.getpid()) if "tests.fake_llm" in _command(pid)]


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def _cpu_s(pids: list[int | None]) -> float:
    total = 0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def _all_cpu_s() -> float:
    user, nice, system = Path("/proc/stat").read_text().split()[1:4]
    return (int(user) + int(nice) + int(system)) / TICKS


if __name__ == "__main__":
    main()
