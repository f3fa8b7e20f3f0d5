"""A run is no page's business: it goes on without one, can be paused from one, and is found again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from arena.run import RunSpec, get_run, start_run
from arena.store import open_store
from tests.browser.chromium import TIMEOUT_MS, expect_text, open_address, press
from tests.browser.serving import ServedApp
from tests.fake_llm.running import serve
from tests.fake_llm.scripts import NAMED
from tests.ui.filling import fill

pytestmark = pytest.mark.browser

SOME = re.compile(r"^[1-9]\d* of 360 judgments$")


def test_a_run_goes_on_without_a_page_and_obeys_the_next_one(
    app: ServedApp, chromium: Browser, page: Page, tmp_path: Path
) -> None:
    database = open_store(app.database_url)
    fill(database, n_prompts=60)
    with serve(NAMED["longest"], latency_s=0.4) as llm:
        spec = RunSpec("poems", "hosted_vllm/slow", api_base=llm.api_base, max_concurrency=2)
        run_id = start_run(database, spec)
        address = f"{app.url}/runs?run={run_id}"

        other = chromium.new_page()
        open_address(other, address)
        expect(other.get_by_text(SOME)).to_be_visible(timeout=TIMEOUT_MS)
        other.close()
        seen = get_run(database, run_id).n_done

        open_address(page, address)
        expect(page.get_by_text(SOME)).not_to_contain_text(f"{seen} of", timeout=TIMEOUT_MS)
        assert get_run(database, run_id).n_done > seen

        press(page, "Pause")
        expect_text(page, "is paused")
        expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=TIMEOUT_MS)
        page.reload()
        expect_text(page, "is paused")
        press(page, "Resume")
        expect_text(page, "is running")
        press(page, "Cancel")
        expect_text(page, "was cancelled")
    status = get_run(database, run_id)
    assert 0 < status.n_done < status.n_planned
    assert status.n_unscored == 0
    database.close()
