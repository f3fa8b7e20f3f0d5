"""How long every page takes to open and to run again at a million matches, each in a process of its own.

    python -m benchmarks.db.million FILE
    python -m benchmarks.db.every_page FILE [--only judges] [--out benchmarks/db/results/every_page.json]

`first_s` is the page's first load in a fresh process that has opened another, empty database before, so that
imports are not counted; `again_s` is the median of reruns, as after a click. Wall time in seconds of the
page script, without what the browser adds; `first_cpu_s` and `again_cpu_s` are the processor time of all
threads, which a busy machine blurs less; `kb_sent` is what the first load sends to the browser. The committed
figures are of a database that the app has served: its runner has copied the long columns (`db.keeping`).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from ui.navigation import (
    CONTESTANT,
    HOME,
    IMPORT,
    JUDGES,
    LEADERBOARD,
    MATCH,
    MATCHES,
    MODELS,
    PAGES,
    RESPONSES,
    RUBRICS,
    RUNS,
    START,
    VOTE,
    PageEntry,
)
from ui.shell import PAGE_SCRIPT

RERUNS = 5
TIMEOUT_S = 240
JUDGE_TABS = (
    "Card", "Agreement", "Ranks", "Jury", "Drift", "Lab", "People", "Disagreements", "Next label",
)  # fmt: skip
RESPONSE_TABS = ("Coverage", "Prompts", "Generate", "Playground", "Checks", "Export")


@dataclass(frozen=True)
class Visit:
    """One address, and what its widgets hold before they are drawn."""

    entry: PageEntry
    query: Mapping[str, str] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)


VISITS: dict[str, Visit] = {
    "home": Visit(HOME),
    "leaderboard": Visit(LEADERBOARD),
    "vote": Visit(VOTE, state={"voter": "voter 1"}),
    "contestant": Visit(CONTESTANT, {"name": "contestant 1"}),
    "match": Visit(MATCH, {"match": "500000"}),
    "matches": Visit(MATCHES),
    "matches, last page": Visit(MATCHES, {"page": "20000"}),
    "matches, flips": Visit(MATCHES, {"outcome": "flip"}),
    "matches, tag": Visit(MATCHES, {"tag": "math"}),
    "matches, text": Visit(MATCHES, {"text": "zzzz"}),
    "matches, disagrees": Visit(MATCHES, {"people": "disagrees"}),
    "runs": Visit(RUNS),
    "runs, a judge chosen": Visit(RUNS, {"judge": "builtin/longest"}),
    "rubrics": Visit(RUBRICS),
    "models": Visit(MODELS),
    "import": Visit(IMPORT),
    "responses, holes only": Visit(RESPONSES, state={"holes": True}),
    "responses, Prompts by words": Visit(
        RESPONSES, {"view": "Prompts", "prompts_words": "zzzz"}
    ),
    "responses, one prompt": Visit(RESPONSES, {"prompt": "10000"}),
    **{f"responses, {tab}": Visit(RESPONSES, {"view": tab}) for tab in RESPONSE_TABS},
    **{f"judges, {tab}": Visit(JUDGES, {"view": tab}) for tab in JUDGE_TABS},
}  # fmt: skip


def visit(url: str, wanted: Visit, answer: Any) -> None:
    """Measure one address and put the figures on the queue."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/empty.db"
        app = AppTest.from_file(str(PAGE_SCRIPT), default_timeout=TIMEOUT_S).run()
        os.environ["DATABASE_URL"] = url
        if wanted.entry is not START:
            app.switch_page(str(PAGES / wanted.entry.file))
        for name, value in wanted.query.items():
            app.query_params[name] = value
        for name, value in wanted.state.items():
            app.session_state[name] = value
        first = _clock(app)
        sizes = sum(
            element.proto.ByteSize() for element in app.main if getattr(element, "proto", None) is not None
        )
        figures = {
            "first_s": first[0],
            "first_cpu_s": first[1],
            "kb_sent": round(sizes / 1024),
            "problems": [str(one.value)[:200] for one in (*app.exception, *app.error)],
        }
        again = [_clock(app) for _ in range(RERUNS)]
    answer.put(
        figures
        | {
            "again_s": statistics.median(one[0] for one in again),
            "again_cpu_s": statistics.median(one[1] for one in again),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
    )


def _clock(app: AppTest) -> tuple[float, float]:
    start, start_cpu = time.perf_counter(), time.process_time()
    app.run()
    return round(time.perf_counter() - start, 3), round(time.process_time() - start_cpu, 3)


def measure(url: str, wanted: Visit) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    process = context.Process(target=visit, args=(url, wanted, answer))
    process.start()
    process.join()
    return answer.get() if process.exitcode == 0 else {"problems": [f"ended with {process.exitcode}"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--only", default="", help="addresses whose name holds this")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    url = f"sqlite:///{arguments.file.resolve()}"
    pages = {}
    for name, wanted in VISITS.items():
        if arguments.only in name:
            pages[name] = measure(url, wanted)
            sys.stderr.write(f"{name}: {json.dumps(pages[name])}\n")
    figures = {
        "cores": os.cpu_count(),
        "load_average": [round(value, 1) for value in os.getloadavg()],
        "pages": pages,
    }
    if arguments.out is not None:
        arguments.out.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
