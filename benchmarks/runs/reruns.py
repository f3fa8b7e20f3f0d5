"""How long a page takes to run again, idle and during a run: python -m benchmarks.runs.reruns --write

The app is served as people serve it, with its own runner. A browser asks the leaderboard to run again, over
and over: first while nothing happens, then while a run at concurrency 32 goes on against the fake server with
500 ms latency. Timed in the page, from the key to the moment when the script has ended.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from arena.run import RunSpec, control_run, get_run, start_run
from arena.run.runner import run_waiting
from arena.store import open_store
from tests.arena.filling import fill
from tests.browser.chromium import launch, open_address
from tests.browser.serving import serve_app
from tests.fake_llm import serve_in_process

RESULTS = Path(__file__).parent / "results" / "reruns.json"
WATCH = """() => {
    const app = document.querySelector("[data-testid=stApp]");
    let started = null, ran = false;
    window.took = null;
    document.addEventListener("keydown", () => {
        started = performance.now(); ran = false; window.took = null;
    }, true);
    new MutationObserver(() => {
        const state = app.getAttribute("data-test-script-state");
        if (state !== "notRunning") ran = true;
        else if (ran && started !== null) { window.took = performance.now() - started; started = null; }
    }).observe(app, {attributes: true, attributeFilter: ["data-test-script-state"]});
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reruns", type=int, default=60)
    parser.add_argument("--page", default="leaderboard")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    arguments = parser.parse_args()
    latency = ("--script", "longest", "--latency", "0.5")
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        serve_in_process(*latency) as llm,
    ):
        database = open_store(f"sqlite:///{folder}/evenhand.db")
        fill(database, n_prompts=1500)
        start_run(database, RunSpec("poems", "builtin/longest", pairs="20%"))
        run_waiting(database, lambda: True)
        with serve_app(Path(folder)) as app, sync_playwright() as playwright, launch(playwright) as browser:
            page = browser.new_page()
            open_address(page, f"{app.url}/{arguments.page}")
            page.evaluate(WATCH)
            _rerun(page, 5)
            idle = _rerun(page, arguments.reruns)
            spec = RunSpec("poems", "openai/bench", api_base=llm.api_base, max_concurrency=32)
            run_id = start_run(database, spec)
            while get_run(database, run_id).n_done < 100:
                time.sleep(0.1)
            before, started = get_run(database, run_id).n_done, time.monotonic()
            busy = _rerun(page, arguments.reruns)
            done = get_run(database, run_id)
            rate = (done.n_done - before) / (time.monotonic() - started)
            control_run(database, run_id, "cancel")
        database.close()
    figures = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, 2 cores, Python {platform.python_version()}",
        "load_before": [round(load, 1) for load in os.getloadavg()],
        "page": arguments.page,
        "n_reruns": arguments.reruns,
        "idle_p50_ms": round(statistics.median(idle), 1),
        "during_a_run_p50_ms": round(statistics.median(busy), 1),
        "ratio": round(statistics.median(busy) / statistics.median(idle), 3),
        "idle_p95_ms": round(statistics.quantiles(idle, n=20)[-1], 1),
        "during_a_run_p95_ms": round(statistics.quantiles(busy, n=20)[-1], 1),
        "judgments_per_s_meanwhile": round(rate, 1),
    }
    print(json.dumps(figures, indent=1))
    if arguments.write:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(figures, indent=1) + "\n")


def _rerun(page: Page, n: int) -> list[float]:
    """Return milliseconds each; a person's pause lies between them."""
    times = []
    for _ in range(n):
        page.keyboard.press("r")
        page.wait_for_function("window.took !== null", timeout=30_000, polling=5)
        times.append(float(page.evaluate("window.took")))
        time.sleep(0.2)
    return times


if __name__ == "__main__":
    main()
