"""Time the list of matches, its filters and a match's neighbours on a database of a million matches.

    python -m benchmarks.db.million FILE
    python -m benchmarks.db.match_list FILE [--out benchmarks/db/results/match_list.json]

Each figure is what the page waits for, in milliseconds: the first use of a filter, with its count; then a
page for the first time, and the median of three. `cpu_ms` is the processor time of a first use, which a busy
machine blurs less.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from arena.match_lists import (
    MatchFilter,
    get_match_choices,
    get_neighbours,
    list_listed_datasets,
    list_matches,
)
from arena.matches import get_match
from arena.store import open_store
from db import Database

LAST = 10**9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/db/results/match_list.json"))
    arguments = parser.parse_args()
    database = open_store(f"sqlite:///{arguments.file.resolve()}")
    measured = measure(database)
    machine = {"machine": platform.machine(), "cpus": os.cpu_count(), "python": platform.python_version()}
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps({**machine, "load": os.getloadavg()[0], **measured}, indent=2) + "\n")


def measure(database: Database) -> dict[str, Any]:
    name = list_listed_datasets(database)[0].name
    choices = get_match_choices(database, name)
    filters = {
        "none": MatchFilter(dataset=name),
        "judge": MatchFilter(dataset=name, judges=choices.judges[:1]),
        "contestant": MatchFilter(dataset=name, contestants=choices.contestants[:1]),
        "two contestants": MatchFilter(dataset=name, contestants=choices.contestants[:2]),
        "tag": MatchFilter(dataset=name, tags=choices.tags[:1]),
        "by AI": MatchFilter(dataset=name, kind="ai"),
        "by people": MatchFilter(dataset=name, kind="people"),
        "decided": MatchFilter(dataset=name, outcome="decided"),
        "flip": MatchFilter(dataset=name, outcome="flip"),
        "both bad": MatchFilter(dataset=name, outcome="both_bad"),
        "unscored": MatchFilter(dataset=name, outcome="unscored"),
        "reason": MatchFilter(dataset=name, reason="truncated"),
        "disagrees with people": MatchFilter(dataset=name, disagrees_with_people=True),
        "agrees with people": MatchFilter(dataset=name, disagrees_with_people=False),
        "text in many": MatchFilter(dataset=name, text="a"),
        "text in none": MatchFilter(dataset=name, text="zzzz"),
        "text and flip": MatchFilter(dataset=name, text="a", outcome="flip"),
        "text in none, of people": MatchFilter(dataset=name, text="zzzz", kind="people"),
        "tag, AI, decided": MatchFilter(dataset=name, tags=choices.tags[:1], kind="ai", outcome="decided"),
        "two tags, flip": MatchFilter(dataset=name, tags=choices.tags[:2], outcome="flip"),
        "tag, disagrees": MatchFilter(dataset=name, tags=choices.tags[:1], disagrees_with_people=True),
        "text, disagrees": MatchFilter(dataset=name, text="a", disagrees_with_people=True),
    }
    lists, neighbours = {}, {}
    for label, wanted in filters.items():
        start, start_cpu = time.perf_counter(), time.process_time()
        first = list_matches(database, wanted)
        first_use = {
            "first_use_ms": round(1000 * (time.perf_counter() - start), 1),
            "cpu_ms": round(1000 * (time.process_time() - start_cpu), 1),
        }
        middle = first.n_pages // 2
        lists[label] = {
            "n_total": first.n_total,
            **first_use,
            "page 1": _time(partial(list_matches, database, wanted)),
            f"page {middle}": _time(partial(list_matches, database, wanted, middle)),
            "last page": _time(partial(list_matches, database, wanted, LAST)),
        }
        rows = list_matches(database, wanted, middle).rows
        if rows:
            neighbours[label] = _time(partial(get_neighbours, database, wanted, rows[0].id))
    return {
        "choices": _time(partial(get_match_choices, database, name)),
        "one match": _time(partial(get_match, database, 1)),
        "lists": lists,
        "neighbours": neighbours,
    }


def _time(do: Callable[[], object]) -> dict[str, float]:
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        do()
        taken.append(1000 * (time.perf_counter() - started))
    return {"first_ms": round(taken[0], 1), "median_ms": round(statistics.median(taken), 1)}


if __name__ == "__main__":
    main()
