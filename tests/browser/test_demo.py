"""From a first start to one judgment of the demo and a vote of one's own, and back to an empty database."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from arena.store import open_store
from arena.vote import MIN_LOOK_S
from tests.browser.chromium import TIMEOUT_MS, expect_text, follow, open_address, press, settle
from tests.browser.serving import ServedApp
from tests.vote.stepping import count_rows

pytestmark = pytest.mark.browser


def test_a_newcomer_reads_a_judgment_and_votes_in_a_few_presses(app: ServedApp, page: Page) -> None:
    open_address(page, app.url)
    press(page, "Load the demo")
    page.get_by_role("link", name="Open the example").click()
    expect(page.get_by_role("heading", name="Leaderboard", level=1)).to_be_visible(timeout=TIMEOUT_MS)
    expect_text(page, "Invented demo data")
    rows = page.locator("table.eh-table tbody tr")
    expect(rows.first).to_contain_text("harbor-2", timeout=TIMEOUT_MS)
    rows.first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="harbor-2", level=1)).to_be_visible(timeout=TIMEOUT_MS)
    rows.first.get_by_role("link").last.click()
    expect(page.get_by_role("heading", name="Matches", level=1)).to_be_visible(timeout=TIMEOUT_MS)
    page.locator("table.eh-matches tbody tr a").first.click()
    expect(page.get_by_role("heading", name=" against ", level=1)).to_be_visible(timeout=TIMEOUT_MS)
    expect_text(page, "A shown first")
    follow(page, "Vote")
    vote_once(page)


def vote_once(page: Page) -> None:
    page.get_by_role("textbox", name="Your name as a voter").fill("Ada")
    page.keyboard.press("Enter")
    expect_text(page, "Which response is better?")
    page.wait_for_timeout(MIN_LOOK_S * 1000 + 150)
    page.keyboard.press("t")
    expect_text(page, "1 of 20")


def test_removing_the_demo_leaves_nothing_behind(app: ServedApp, page: Page) -> None:
    database = open_store(app.database_url)
    before = count_rows(database)
    open_address(page, app.url)
    press(page, "Load the demo")
    expect_text(page, "40 prompts")
    expect_text(page, "Top of the board")
    assert count_rows(database)["response"] == 200
    press(page, "Remove the demo")
    expect_text(page, "There is no data yet")
    assert count_rows(database) == before
    database.close()


def test_removing_names_what_of_ones_own_goes_too(app: ServedApp, page: Page) -> None:
    database = open_store(app.database_url)
    before = count_rows(database)
    open_address(page, app.url)
    press(page, "Load the demo")
    page.get_by_role("link", name="Start voting").click()
    vote_once(page)
    follow(page, "Home")
    expect_text(page, "241 human votes")
    press(page, "Remove the demo")
    expect_text(page, "What was done on it goes too: 1 vote")
    press(page, "Remove all of it")
    expect_text(page, "There is no data yet")
    settle(page)
    assert count_rows(database) == before
    database.close()
