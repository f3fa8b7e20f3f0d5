"""Pictures of every page, light, dark and on a phone: `python -m tests.browser.screenshots [FOLDER]`.

The data is the demo; with the shared data folder beside the repository, the pages of real input too. Look at
every picture after a change of looks.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from arena.demo.load import load_demo_data
from arena.exchange import LAND, import_files
from arena.matches import MatchFilter, list_matches
from arena.run import RunSpec, get_run, start_run
from arena.store import open_store
from db import Database
from tests.browser.chromium import launch, open_address, press
from tests.browser.serving import ROOT, serve_app
from tests.fake_llm.running import serve
from tests.fake_llm.scripts import NAMED
from tests.shared_data import SHARED_DATA

DESK = (1280, 860)
PHONE = (390, 844)
RUN_TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Shot:
    """One picture; `name` is the file's, before the mode."""

    name: str
    address: str
    mode: Literal["light", "dark"] = "light"
    size: tuple[int, int] = DESK


def main() -> None:
    """Fill a database, serve the app, take the pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, serve(NAMED["longest"], latency_s=0.5) as llm:
        url = f"sqlite:///{Path(scratch) / 'evenhand.db'}"
        database = open_store(url)
        with (
            serve_app(Path(scratch), database_url=url) as app,
            sync_playwright() as playwright,
            launch(playwright) as browser,
        ):
            for shot in _shots(EMPTY):
                _take(browser, app.url, shot, folder)
            for shot in _shots(_fill(database) | _judge_real_input(database)):
                _take(browser, app.url, shot, folder)
            # Last, so that no other picture is of a database that is being judged.
            for shot in _shots(_start_slow_run(database, llm.api_base)):
                _take(browser, app.url, shot, folder)
        database.close()


def _fill(database: Database) -> dict[str, str]:
    """Return the addresses of the pages worth a picture, by name."""
    load_demo_data(database)
    flipped = list_matches(database, MatchFilter(dataset="demo", outcome="flip")).rows[0].id
    return {
        "home": "/?dataset=demo",
        "vote": "/vote?dataset=demo",
        "leaderboard": "/leaderboard?dataset=demo",
        "over-time": "/leaderboard?dataset=demo&view=Over+time",
        "contestant": "/contestant?name=harbor-2&dataset=demo",
        "matches": "/matches?dataset=demo&outcome=flip",
        "match": f"/match?match={flipped}&dataset=demo&outcome=flip",
        "match-diff": f"/match?match={flipped}&show=diff&dataset=demo&outcome=flip",
        "runs": "/runs?dataset=demo",
        "judges": "/judges?dataset=demo",
        "agreement": "/judges?dataset=demo&view=Agreement",
        "jury": "/judges?dataset=demo&view=Jury",
        "disagreements": "/judges?dataset=demo&view=Disagreements",
        "rubrics": "/rubrics?dataset=demo",
        "responses": "/responses?dataset=demo",
        "prompts": "/responses?dataset=demo&view=Prompts",
        "generate": "/responses?dataset=demo&view=Generate",
        "playground": "/responses?dataset=demo&view=Playground",
        "models": "/models",
        "import": "/import",
    }


EMPTY = {"home-empty": "/", "leaderboard-empty": "/leaderboard", "vote-empty": "/vote", "runs-empty": "/runs"}
"""What a newcomer sees before there is anything."""


def _judge_real_input(database: Database) -> dict[str, str]:
    """Import published responses and compare them, where the shared data is there."""
    if not SHARED_DATA.is_dir():
        return {}
    import_files(database, sorted((SHARED_DATA / "vicuna80").glob("*.jsonl")), "vicuna80", mode=LAND)
    ended = start_run(database, RunSpec("vicuna80", "builtin/longest"))
    _wait(lambda: get_run(database, ended).state == "done")
    return {"vicuna80": "/leaderboard?dataset=vicuna80&judges=builtin/longest"}


def _start_slow_run(database: Database, api_base: str) -> dict[str, str]:
    """Start a run that is under way for as long as its pictures take."""
    spec = RunSpec("demo", "hosted_vllm/a-local-model", repeats=3, api_base=api_base, max_concurrency=8)
    started = start_run(database, spec)
    _wait(lambda: get_run(database, started).n_done > 300)
    return {"run": f"/runs?run={started}"}


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + RUN_TIMEOUT_S
    while not until():
        if time.monotonic() > deadline:
            raise TimeoutError("The run did not get on.")
        time.sleep(0.2)


def _shots(pages: dict[str, str]) -> list[Shot]:
    desk = [Shot(name, address, mode) for name, address in pages.items() for mode in ("light", "dark")]
    phone = [Shot(f"{name}-phone", address, size=PHONE) for name, address in pages.items()]
    return [*desk, *phone]


def _take(browser: Browser, url: str, shot: Shot, folder: Path) -> None:
    width, height = shot.size
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=shot.mode)
    page = context.new_page()
    open_address(page, url + shot.address)
    if shot.name in ("vote", "vote-phone"):
        page.get_by_role("textbox").first.fill("Ada")
        press(page, "Start voting")
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    page.wait_for_timeout(900)  # for what is drawn in
    _grow(page, width, height)
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(
        folder / f"{shot.name}-{shot.mode}.png", optimize=True
    )
    context.close()


def _grow(page: Page, width: int, height: int) -> None:
    """Make the window as high as the page, up to two screens."""
    full = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": int(min(max(full, 420), 2 * height))})
    page.wait_for_timeout(500)


if __name__ == "__main__":
    main()
