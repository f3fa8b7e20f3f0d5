"""A run is no page's business: it goes on without one and after a killed server, and obeys each page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from arena.run import RunSpec, get_run, list_runs, start_run
from arena.store import open_store
from tests.browser.chromium import TIMEOUT_MS, expect_text, open_address, press, type_choice
from tests.browser.serving import ServedApp, serve_app
from tests.fake_llm.running import serve
from tests.fake_llm.scripts import NAMED
from tests.ui.filling import fill
from tests.waiting import wait_until

pytestmark = pytest.mark.browser

N_PROMPTS = 60
CONCURRENCY = 16
"""Of a run unless said otherwise."""
SOME = re.compile(rf"^[1-9]\d* of {6 * N_PROMPTS} judgments$")


def test_a_run_goes_on_without_a_page_and_through_a_killed_server(chromium: Browser, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'evenhand.db'}"
    database = open_store(url)
    fill(database, n_prompts=N_PROMPTS)
    # A third of the answers come; the rest are held until everything has been looked at.
    with serve(NAMED["longest"], n_free=2 * N_PROMPTS) as llm:
        with serve_app(tmp_path, database_url=url) as app:
            start_from_a_page(chromium, app.url, llm.api_base)
            (status,) = list_runs(database)
            look_at_it_after_a_refresh_and_in_another_tab(chromium, f"{app.url}/runs?run={status.id}")
            assert get_run(database, status.id).state == "running"
            wait_until(lambda: llm.stats()["n_in_flight"] == CONCURRENCY, llm.stats)
            app.kill()
        wait_until(lambda: llm.stats()["n_in_flight"] == 0, llm.stats)  # its runner has noticed
        seen = get_run(database, status.id).n_done
        assert 0 < seen < status.n_planned
        llm.let(None)
        with serve_app(tmp_path, database_url=url):
            wait_until(lambda: get_run(database, status.id).state == "done")
        stats = llm.stats()
    status = get_run(database, status.id)
    assert (status.n_scored, status.n_unscored) == (6 * N_PROMPTS, 0)
    assert stats["n_distinct"] == status.n_planned
    assert stats["n_repeated"] <= 2 * CONCURRENCY, "only what was held at the pause and the kill, asked again"
    database.close()


def start_from_a_page(chromium: Browser, app: str, api_base: str) -> None:
    page = chromium.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    open_address(page, f"{app}/runs")
    type_choice(page, "Judge", "hosted_vllm/slow")
    page.get_by_role("textbox", name="API base").fill(api_base)
    page.get_by_role("textbox", name="API base").press("Enter")
    expect_text(page, f"= {6 * N_PROMPTS} calls")
    press(page, "Start")
    expect(page.get_by_text(SOME)).to_be_visible(timeout=TIMEOUT_MS)
    page.reload()
    expect(page.get_by_text(SOME)).to_be_visible(timeout=TIMEOUT_MS)
    page.close()


def look_at_it_after_a_refresh_and_in_another_tab(chromium: Browser, address: str) -> None:
    """Pause it there and let it go on."""
    page = chromium.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    open_address(page, address)
    press(page, "Pause")
    expect_text(page, "is paused")
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=TIMEOUT_MS)
    page.reload()
    expect_text(page, "is paused")
    press(page, "Resume")
    expect_text(page, "is running")
    page.close()


def test_a_run_is_cancelled_from_a_page(app: ServedApp, page: Page) -> None:
    database = open_store(app.database_url)
    fill(database, n_prompts=N_PROMPTS)
    with serve(NAMED["longest"], n_free=10) as llm:
        spec = RunSpec("poems", "hosted_vllm/slow", api_base=llm.api_base, max_concurrency=2)
        run_id = start_run(database, spec)
        open_address(page, f"{app.url}/runs?run={run_id}")
        expect(page.get_by_text(SOME)).to_be_visible(timeout=TIMEOUT_MS)
        press(page, "Cancel")
        expect_text(page, "was cancelled")
    status = get_run(database, run_id)
    assert 0 < status.n_done < status.n_planned
    assert status.n_unscored == 0
    database.close()
