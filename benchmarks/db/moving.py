"""Move a million matches from SQLite to PostgreSQL and back, and read their board arrays on both.

    python -m benchmarks.db.moving [--matches 1000000] [--out benchmarks/db/results/moving.json]

The server is the tests' own (no fsync), on the same machine; memory is this process's peak.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert, select

from arena.move import move_store
from arena.store import open_store
from db import Database, utc_now
from db.boards import MatchScope, load_match_arrays
from db.tables import (
    ContestantRow,
    DatasetRow,
    JudgeRow,
    JudgmentRow,
    MatchRow,
    PromptRow,
    ResponseRow,
)
from tests.postgres import serve_postgres

N_CONTESTANTS = 20
BATCH = 20_000


def fill(database: Database, n_matches: int) -> None:
    """Write matches of 20 contestants with two judgments each, 190 pairs a prompt."""
    now = utc_now()
    pairs = [(a, b) for a in range(1, N_CONTESTANTS + 1) for b in range(a + 1, N_CONTESTANTS + 1)]
    n_prompts = -(-n_matches // len(pairs))
    rng = np.random.default_rng(1)
    with database.write() as session:
        session.add(DatasetRow(name="d"))
        session.add(JudgeRow(kind="recorded", name="j", version="1", mode="pairwise"))
        session.add_all([ContestantRow(name=f"c{i}") for i in range(1, N_CONTESTANTS + 1)])
        session.flush()
        for first in range(1, n_prompts + 1, 500):
            last = min(first + 500, n_prompts + 1)
            session.execute(
                insert(PromptRow), [{"id": p, "dataset_id": 1, "key": f"p{p}"} for p in range(first, last)]
            )
            session.execute(
                insert(ResponseRow),
                [
                    {"id": (p - 1) * N_CONTESTANTS + c, "prompt_id": p, "contestant_id": c, "source": "bench",
                     "turns": [f"Response {c} to prompt {p}. " * 10], "text_hash": f"{p}-{c}", "n_chars": 300}
                    for p in range(first, last)
                    for c in range(1, N_CONTESTANTS + 1)
                ],
            )  # fmt: skip
    words = np.array(["a", "b", "tie"])
    for start in range(0, n_matches, BATCH):
        matches, judgments = [], []
        for number in range(start, min(start + BATCH, n_matches)):
            prompt, (a, b) = number // len(pairs) + 1, pairs[number % len(pairs)]
            ab, ba = (str(word) for word in words[rng.integers(0, 3, 2)])
            ids = [(prompt - 1) * N_CONTESTANTS + contestant for contestant in (a, b)]
            matches.append(
                {"id": number + 1, "dataset_id": 1, "prompt_id": prompt, "contestant_a_id": a,
                 "contestant_b_id": b, "response_a_id": ids[0], "response_b_id": ids[1], "judge_id": 1,
                 "n_orders": 2, "verdict_ab": ab, "verdict_ba": ba, "state": "scored", "created_at": now}
            )  # fmt: skip
            for shown, verdict, (first_id, second_id) in (("ab", ab, ids), ("ba", ba, ids[::-1])):
                judgments.append(
                    {"judge_id": 1, "prompt_id": prompt, "response_first_id": first_id, "state": "scored",
                     "response_second_id": second_id, "shown_order": shown, "match_id": number + 1,
                     "verdict": verdict, "reasoning": "The first answers the question. " * 3,
                     "created_at": now, "finished_at": now}
                )  # fmt: skip
        with database.write() as session:
            session.execute(insert(MatchRow), matches)
            session.execute(insert(JudgmentRow), judgments)


def read(url: str) -> tuple[float, int]:
    """Return the seconds that loading every match's arrays took, the best of three, and their number."""
    database = open_store(url)
    best, n = np.inf, 0
    for _ in range(3):
        with database.read() as session:
            session.scalar(select(DatasetRow.id))
            start = time.perf_counter()
            n = len(load_match_arrays(session, MatchScope(1, (1,))))
            best = min(best, time.perf_counter() - start)
    database.close()
    return best, n


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def move(source: str, target: str) -> dict[str, Any]:
    before, start = peak_mb(), time.perf_counter()
    n_rows = sum(table.n_rows for table in move_store(source, target))
    seconds = time.perf_counter() - start
    return {"n_rows": n_rows, "seconds": round(seconds, 1), "rows_per_s": round(n_rows / seconds),
            "peak_mb_before": before, "peak_mb_after": peak_mb()}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matches", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serve_postgres() as server:
        first, back = (f"sqlite:///{folder}/{name}.db" for name in ("first", "back"))
        database = open_store(first)
        fill(database, arguments.matches)
        database.close()
        there = server.create_database()
        result: dict[str, Any] = {"n_matches": arguments.matches}
        result["sqlite_to_postgresql"] = move(first, there)
        print(result, flush=True)
        result["postgresql_to_sqlite"] = move(there, back)
        print(result, flush=True)
        for name, url in (("sqlite", first), ("postgresql", there)):
            seconds, n = read(url)
            assert n == arguments.matches
            result[f"arrays_{name}_s"] = round(seconds, 2)
        result["peak_mb"] = peak_mb()
    text = json.dumps(result, indent=2)
    print(text)
    if arguments.out is not None:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
