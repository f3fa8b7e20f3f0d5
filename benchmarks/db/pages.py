"""How long people wait at a million matches: what the pages ask for, in a fresh process.

    python -m benchmarks.db.million /tmp/million.db
    python -m benchmarks.db.pages sqlite:////tmp/million.db [--copies] [--out FILE]

With `--copies` the columns are copied first, as the app's runner does (`db.keeping`); without, a database
that no app has served is read from its rows. Twenty votes are written to it. Each figure is wall time in
seconds of the call behind a page, without what Streamlit adds, and beside it the processor time of all
threads, which a busy machine blurs less. `empty_page_rerun` is what Streamlit takes for a page of one title.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from arena.checklist import get_checklist
from arena.errors import ArenaError
from arena.leaderboard import BoardQuery, get_board
from arena.match_lists import MatchFilter, list_matches
from arena.store import open_store
from arena.vote import cast_vote, next_pair, sign_in
from benchmarks.db.million import DATASET
from db import Database, utc_now
from db.keeping import keep_arrays

N_VOTES = 20
LATER = timedelta(seconds=5)
"""Beyond the least time that a voter must look."""
SWITCHES: dict[str, dict[str, Any]] = {
    "flips as ties": {"flips": "tie"},
    "flips dropped": {"flips": "drop"},
    "both bad dropped": {"both_bad": "drop"},
    "tag": {"tags": ("math",)},
    "human lens": {"lens": "human"},
    "calibrated lens": {"lens": "calibrated"},
    "vote rule": {"lens": "human", "min_agreement": 0.6},
    "win rate": {"method": "win-rate"},
    "elo": {"method": "elo"},
    "davidson": {"ties": "davidson"},
    "control for position": {"control": ("position",)},
    "control for length": {"control": ("length",)},
    "probabilities": {"outcomes": "probability"},
}


def clock(work: Callable[[], object]) -> list[float]:
    """Return seconds of wall time and of processor time."""
    start, start_cpu = time.perf_counter(), time.process_time()
    work()
    return [round(time.perf_counter() - start, 3), round(time.process_time() - start_cpu, 3)]


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure_boards(database: Database) -> dict[str, Any]:
    """Time the first board of the process, then every switch for the first time and again."""
    first = clock(lambda: get_board(database, BoardQuery(DATASET)))
    peak = peak_mb()
    again = clock(lambda: get_board(database, BoardQuery(DATASET)))
    switches = {}
    for name, changed in SWITCHES.items():
        rank = partial(get_board, database, BoardQuery(DATASET, **changed))
        switches[name] = [clock(rank), clock(rank)]
    return {"board_first": first, "peak_mb_after_first": peak, "board_again": again,
            "switch_first_and_again": switches}  # fmt: skip


def measure_voting(database: Database) -> dict[str, Any]:
    """Time each vote with the pair that follows it, and the board and checklist after the last."""
    voter = sign_in(database, "voter 1")
    rng = np.random.default_rng(3)
    ballot = next_pair(database, DATASET, voter, rng)
    waits = []
    for _ in range(N_VOTES):
        assert ballot is not None

        def vote() -> None:
            nonlocal ballot
            assert ballot is not None
            cast_vote(database, ballot.token, "A", now=utc_now() + LATER)
            ballot = next_pair(database, DATASET, voter, rng)

        waits.append(clock(vote))
    return {
        "vote_to_next_median": [round(statistics.median(part), 3) for part in zip(*waits, strict=True)],
        "vote_to_next_most": max(waits),
        "board_after_votes": clock(lambda: get_board(database, BoardQuery(DATASET, lens="human"))),
        "home_after_votes": clock(lambda: get_checklist(database, DATASET)),
    }


def measure_empty_page() -> list[float]:
    app = AppTest.from_string("import streamlit as st\nst.title('Empty')").run()
    times = [clock(app.run) for _ in range(20)]
    return [round(statistics.median(part), 3) for part in zip(*times, strict=True)]


def _write_copies(url: str) -> None:
    """Write them in a process of their own, as the app's runner does, so that nothing is kept in this one."""
    process = multiprocessing.get_context("spawn").Process(target=_keep, args=(url,))
    process.start()
    process.join()


def _keep(url: str) -> None:
    keep_arrays(open_store(url))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--copies", action="store_true", help="write copies of the long columns first")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    if arguments.copies:
        _write_copies(arguments.url)
    result: dict[str, Any] = {"cores": os.cpu_count(), "empty_page_rerun": measure_empty_page()}
    database = open_store(arguments.url)
    result["database"] = "sqlite" if database.is_sqlite else "postgresql"
    result |= measure_boards(database)
    result["home_first"] = clock(lambda: get_checklist(database, DATASET))
    result["home_again"] = clock(lambda: get_checklist(database, DATASET))
    for name, page in (("match_page_first", 1), ("match_page_last", 10**6), ("match_page_again", 1)):
        result[name] = clock(partial(list_matches, database, MatchFilter(DATASET), page))
    try:
        result |= measure_voting(database)
    except ArenaError as error:
        result["voting"] = str(error)
    result["peak_mb"] = peak_mb()
    result["load_average"] = [round(value, 1) for value in os.getloadavg()]
    text = json.dumps(result, indent=2)
    print(text)
    if arguments.out is not None:
        arguments.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
