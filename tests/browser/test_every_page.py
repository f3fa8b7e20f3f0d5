"""What holds on every page, with hostile data: nothing leaves, nothing runs, nothing overflows."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Error, Page, ViewportSize, expect

from tests.browser.chromium import TIMEOUT_MS, expect_text, follow, open_address, settle, wait_until
from tests.browser.hostile import DATASET
from tests.browser.serving import ROOT, ServedApp
from ui.navigation import LEADERBOARD, SECTIONS, href

pytestmark = pytest.mark.browser

WHERE = f"dataset={quote(DATASET)}"
BOARD = f"{href(LEADERBOARD).removeprefix('.')}?{WHERE}"
FITTING_MS = 60_000
PHONE: ViewportSize = {"width": 390, "height": 844}
MAIN = "document.querySelector('[data-testid=stMain]')"
OUR_MARKUP = ":is([data-testid=stHtml], [data-testid=stBidiComponentRegular])"
ADDRESSES = [
    *(f"{href(entry).removeprefix('.')}?{WHERE}" for section in SECTIONS.values() for entry in section),
    f"/match?match=5&{WHERE}",
    f"/match?match=5&show=diff&{WHERE}",
    f"{BOARD}&view=Intervals",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_leaves_runs_or_overflows(full_app: ServedApp, page: Page, address: str) -> None:
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or ""))
    open_address(page, full_app.url + address)
    assert page.get_by_test_id("stException").count() == 0
    assert page.locator(f"{OUR_MARKUP} :is(script, img, iframe, svg)").count() == 0
    expect(page.locator("[data-testid=stHtml] style")).to_have_count(1)
    assert page.evaluate("window.reached") is None
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(400)  # what comes in late must fit as well
    wider = f"[...{MAIN}.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
    try:
        page.wait_for_function(f"{MAIN}.scrollWidth - {MAIN}.clientWidth <= 1", timeout=FITTING_MS)
    except Error:
        pytest.fail(str(page.evaluate(f"{wider}.slice(0, 5).map(e => e.outerHTML.slice(0, 200))")))
    assert hosts <= {"localhost", ""}


def test_an_address_restores_what_was_chosen(full_app: ServedApp, page: Page) -> None:
    open_address(page, f"{full_app.url}{BOARD}&lens=human&tag=short&flips=tie")
    expect(page.get_by_role("radio", name="human")).to_be_checked()
    expect(page.get_by_role("combobox", name="Tag")).to_have_value("short")
    page.reload()
    settle(page)
    expect(page.get_by_role("radio", name="human")).to_be_checked()


def test_a_choice_goes_into_the_address_and_back_takes_it_out(full_app: ServedApp, page: Page) -> None:
    open_address(page, full_app.url + BOARD)
    page.get_by_role("radio", name="human").click()
    page.wait_for_url("**lens=human**", timeout=TIMEOUT_MS)
    settle(page)
    page.locator("table.eh-table tbody tr a").first.click()
    expect(page.get_by_role("heading", name="Opponents")).to_be_visible(timeout=TIMEOUT_MS)
    page.go_back()
    expect(page.get_by_role("heading", name="Leaderboard", level=1)).to_be_visible(timeout=TIMEOUT_MS)
    expect(page.get_by_role("radio", name="human")).to_be_checked(timeout=TIMEOUT_MS)


def test_back_takes_back_a_choice_and_leaves_only_then(full_app: ServedApp, page: Page) -> None:
    open_address(page, full_app.url)
    open_address(page, full_app.url + BOARD.split("?")[0])  # nothing was chosen yet
    page.get_by_role("radio", name="human").click()
    page.wait_for_url("**lens=human**", timeout=TIMEOUT_MS)
    settle(page)
    page.go_back()
    expect(page.get_by_role("radio", name="judge", exact=True)).to_be_checked(timeout=TIMEOUT_MS)
    page.go_forward()
    expect(page.get_by_role("radio", name="human")).to_be_checked(timeout=TIMEOUT_MS)
    page.go_back()
    expect(page.get_by_role("radio", name="judge", exact=True)).to_be_checked(timeout=TIMEOUT_MS)
    page.go_back()
    expect(page.get_by_role("heading", name="Home", level=1)).to_be_visible(timeout=TIMEOUT_MS)


def test_back_through_the_sidebar_finds_the_board_as_it_was(full_app: ServedApp, page: Page) -> None:
    open_address(page, f"{full_app.url}{BOARD}&lens=human&view=Intervals")
    follow(page, "Matches")
    page.go_back()
    expect(page.get_by_role("heading", name="Leaderboard", level=1)).to_be_visible(timeout=TIMEOUT_MS)
    expect(page.get_by_role("radio", name="human")).to_be_checked(timeout=TIMEOUT_MS)
    page.wait_for_url("**view=Intervals**", timeout=TIMEOUT_MS)


def test_a_cell_of_the_heatmap_opens_its_matches(full_app: ServedApp, page: Page) -> None:
    open_address(page, full_app.url + BOARD)
    cells = page.locator(".eh-heat a")
    expect(cells).to_have_count(6)
    cells.first.focus()
    expect(page.locator(".eh-heat-tip")).to_contain_text("Chance that the row wins")
    page.keyboard.press("ArrowDown")  # beside the diagonal, which has no cell
    page.keyboard.press("ArrowDown")
    expect(page.locator(".eh-heat a:focus")).to_have_attribute("aria-label", re.compile(" against .*: won "))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Matches", level=1)).to_be_visible(timeout=TIMEOUT_MS)
    wait_until(page, lambda: page.url.count("contestant=") == 2)


def test_of_markup_that_is_no_table_of_ours_nothing_is_drawn(page: Page) -> None:
    draw = """async ([script, markup]) => {
        const module = await import("data:text/javascript," + encodeURIComponent(script));
        const parentElement = document.createElement("div");
        try { module.default({ data: { markup }, parentElement }); } catch (error) { return error.message; }
        return parentElement.innerHTML;
    }"""
    script = (ROOT / "ui" / "assets" / "markup.js").read_text(encoding="utf-8")
    plain = '<div class="eh-scroll"><a href="./matches?a=b" title="&lt;img&gt;">1</a></div>'
    assert page.evaluate(draw, [script, plain]) == plain
    for evil in (
        "<img src=x>",
        "<td onclick='x()'>1</td>",
        "<a href='javascript:x()'>1</a>",
        "<a href='//remote.example'>1</a>",
        "<i style='background:url(//remote.example)'></i>",
        "<script>x()</script>",
        "<div><template><img></template></div>",
    ):
        assert "no table of ours" in page.evaluate(draw, [script, evil]), evil


def test_previous_and_next_walk_the_list(full_app: ServedApp, page: Page) -> None:
    open_address(page, f"{full_app.url}/matches?{WHERE}&outcome=flip")
    page.locator("table.eh-matches tbody tr a").first.click()
    expect_text(page, "1 of ")
    page.get_by_role("link", name="Next").click()
    expect_text(page, "2 of ")
    page.get_by_role("link", name="Previous").click()
    expect_text(page, "1 of ")
    assert "outcome=flip" in page.url


def test_a_formula_is_set_and_a_dangerous_one_stays_source(full_app: ServedApp, page: Page) -> None:
    open_address(page, f"{full_app.url}/match?match=5&{WHERE}")
    expect(page.locator(".katex").first).to_be_visible(timeout=TIMEOUT_MS)
    expect(page.locator(".eh-formula").first).to_contain_text("href")
