"""A person imports a file, lets a judge compare, reads the board, takes it along and opens one match."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import (
    TIMEOUT_MS,
    drop_files,
    expect_text,
    follow,
    open_address,
    press,
    type_choice,
)
from tests.browser.serving import ServedApp
from tests.fake_llm.running import serve
from tests.fake_llm.scripts import NAMED

pytestmark = pytest.mark.browser

N_PROMPTS = 6
CONTESTANTS = ("short", "middle", "long")


def write_csv(path: Path) -> None:
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["prompt", "category", "model", "response"])
        for number in range(N_PROMPTS):
            for length, name in enumerate(CONTESTANTS, start=1):
                answer = f"The answer to {number}. " + "It goes on. " * length * 3
                writer.writerow([f"What is {number} and why?", "maths", name, answer])


def test_from_a_file_to_one_match_through_a_judge(app: ServedApp, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    write_csv(file)
    with serve(NAMED["longest"]) as llm:
        open_address(page, f"{app.url}/leaderboard")
        expect_text(page, "There is no data yet")
        page.get_by_role("link", name="Import a file").click()
        drop_files(page, file)
        expect_text(page, "Would import 6 new prompts")
        press(page, "Import")
        expect_text(page, "Imported 6 new prompts")

        page.get_by_test_id("stMain").get_by_role("link", name="Judge the responses").click()
        type_choice(page, "Judge", "hosted_vllm/fake-judge")
        page.get_by_role("textbox", name="API base").fill(llm.api_base)
        page.get_by_role("textbox", name="API base").press("Enter")
        expect_text(page, "18 pairs over 6 prompts \u00d7 2 orders = 36 calls")
        press(page, "Start")
        expect_text(page, "36 of 36 judgments")
        expect_text(page, "is done")
        assert llm.stats()["n_requests"] >= 36

    address = page.url
    page.reload()
    expect_text(page, "36 of 36 judgments")
    assert page.url == address

    follow(page, "Leaderboard")
    expect(page.locator("table.eh-table tbody tr").first).to_contain_text("long", timeout=TIMEOUT_MS)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Export CSV").click()
    with coming.value.path().open(newline="") as exported:
        rows = list(csv.DictReader(exported))
    assert [row["contestant"] for row in rows] == list(reversed(CONTESTANTS))
    page.locator("table.eh-table tbody tr").filter(has_text="long").get_by_title("Open these matches").click()
    expect(page.get_by_role("heading", name="Matches", level=1)).to_be_visible(timeout=TIMEOUT_MS)
    expect_text(page, "12 matches, newest first")
    page.locator("table.eh-matches tbody tr a").first.click()
    expect_text(page, "consistent in both orders")
    expect_text(page, "A shown first")
    expect_text(page, "B shown first")
    expect(page.get_by_text("It goes on.").first).to_be_visible()
