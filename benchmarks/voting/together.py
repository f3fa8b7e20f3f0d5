"""Twenty people vote at once, each in a browser session: is a vote lost or doubled, how long do they wait?

    python -m benchmarks.voting.together [--file FILE] [--voters 20] [--votes 10] [--write NAME]

The app is served as people serve it. Each voter reads for some seconds, presses a key, sees the reasons, and
presses Enter for the next pair. `vote_s` is from the key to the reasons, when the vote is stored; `next_s`
from Enter to the next pair; each in seconds, as seen in the page. Browsers and server share the machine.
Without FILE the pairs are those of a small invented data set; FILE, as `benchmarks.db.million` makes it, is
copied first.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import statistics
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright
from sqlalchemy import select

from arena.store import open_store
from arena.vote import MIN_LOOK_S
from db import Database, tables
from tests.browser.chromium import FLAGS, SETTLED, TIMEOUT_MS
from tests.browser.serving import serve_app
from tests.ui.filling import fill

RESULTS = Path(__file__).parent / "results"
READING_S = (MIN_LOOK_S + 0.5, 4.0)
GLANCE_S = 0.3
"""At the reasons, before Enter."""
ASKED, VOTED = "Which response is better?", "Your vote:"
SHOWS = (
    "([shown, gone]) => { const t = document.body.innerText; return t.includes(shown) && !t.includes(gone) }"
)


@dataclass
class Waits:
    """Seconds that voters waited, how many votes each gave, and how long it took in all."""

    vote_s: list[float] = field(default_factory=list)
    next_s: list[float] = field(default_factory=list)
    given: Counter[str] = field(default_factory=Counter)
    took_s: float = 0.0


async def vote_on(page: Page, name: str, n_votes: int, waits: Waits) -> None:
    draw = random.Random(name)
    for _ in range(n_votes):
        await asyncio.sleep(draw.uniform(*READING_S))
        started = time.perf_counter()
        await page.keyboard.press(draw.choice("abtx"))
        await _until(page, VOTED, ASKED)
        waits.vote_s.append(time.perf_counter() - started)
        waits.given[name] += 1
        await page.wait_for_selector(SETTLED, timeout=2 * TIMEOUT_MS)
        await asyncio.sleep(GLANCE_S)
        started = time.perf_counter()
        await page.keyboard.press("Enter")
        await _until(page, ASKED, VOTED)
        waits.next_s.append(time.perf_counter() - started)


async def _until(page: Page, shown: str, gone: str) -> None:
    await page.wait_for_function(SHOWS, arg=[shown, gone], timeout=2 * TIMEOUT_MS, polling=25)


async def vote_together(address: str, names: list[str], n_votes: int) -> Waits:
    waits = Waits()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(FLAGS), headless=True
        )
        pages = {name: await _open(browser, f"{address}/vote?voter={name}") for name in names}
        started = time.perf_counter()
        await asyncio.gather(*(vote_on(page, name, n_votes, waits) for name, page in pages.items()))
        waits.took_s = time.perf_counter() - started
        await browser.close()
    return waits


async def _open(browser: Browser, address: str) -> Page:
    """Let a person come in; twenty come one after another, and then vote at once."""
    page = await (await browser.new_context()).new_page()
    await page.goto(address, timeout=4 * TIMEOUT_MS)
    await _until(page, ASKED, VOTED)
    return page


def count_stored(database: Database, names: list[str]) -> dict[str, Any]:
    """Count what the database holds of these voters: votes of each, and pairs that one voted on twice."""
    with database.read() as session:
        query = (
            select(tables.JudgeRow.name, tables.MatchRow.response_a_id, tables.MatchRow.response_b_id)
            .join(tables.MatchRow, tables.MatchRow.judge_id == tables.JudgeRow.id)
            .where(tables.JudgeRow.name.in_(names))
        )
        rows = [tuple(row) for row in session.execute(query)]
    return {"by_voter": Counter(str(row[0]) for row in rows), "n_twice": len(rows) - len(set(rows))}


def summarise(values: list[float]) -> dict[str, float]:
    return {
        "p50": round(statistics.median(values), 3),
        "p95": round(statistics.quantiles(values, n=20)[-1], 3),
        "most": round(max(values), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--voters", type=int, default=20)
    parser.add_argument("--votes", type=int, default=10)
    parser.add_argument("--write", help="name of the results' file")
    arguments = parser.parse_args()
    names = [f"person{number}" for number in range(1, arguments.voters + 1)]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "evenhand.db"
        if arguments.file is not None:
            shutil.copyfile(arguments.file, path)
        database = open_store(f"sqlite:///{path}")
        if arguments.file is None:
            fill(database, n_prompts=60)
        with serve_app(Path(folder), database_url=f"sqlite:///{path}") as app:
            waits = asyncio.run(vote_together(app.url, names, arguments.votes))
        stored = count_stored(database, names)
        database.close()
    figures = {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "load_average": [round(value, 1) for value in os.getloadavg()],
        "database": "small" if arguments.file is None else "a million matches",
        "n_voters": arguments.voters,
        "n_given": waits.given.total(),
        "n_stored": sum(stored["by_voter"].values()),
        "n_lost": sum((waits.given - stored["by_voter"]).values()),
        "n_doubled": sum((stored["by_voter"] - waits.given).values()) + stored["n_twice"],
        "vote_s": summarise(waits.vote_s),
        "next_s": summarise(waits.next_s),
        "votes_per_s": round(waits.given.total() / waits.took_s, 2),
    }
    print(json.dumps(figures, indent=1))
    if arguments.write:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{arguments.write}.json").write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
