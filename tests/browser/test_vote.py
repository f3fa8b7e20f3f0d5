"""A voter at the keyboard: blind until the vote and after it, and every vote counts once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, WebSocket, expect
from sqlalchemy import delete, select

from arena.store import open_store
from arena.vote import MIN_LOOK_S
from db import Database, tables
from tests.browser.chromium import TIMEOUT_MS, expect_text, open_address, press, settle, wait_until
from tests.browser.serving import ServedApp, serve_app
from tests.ui.filling import Filled, fill
from tests.vote.stepping import count_rows
from ui.components.voter import REPEAT_S, TOO_LATE

pytestmark = pytest.mark.browser

NAMES = ("zorblax-one", "quillfeather-two", "mudlark-three")
FIRST_ID = 918_273_640
"""Ids so large that they can be looked for in everything that is sent."""


@dataclass
class Hall:
    """A served app whose one data set can be voted on, its database, and all its ids."""

    app: ServedApp
    database: Database
    filled: Filled

    @property
    def address(self) -> str:
        return f"{self.app.url}/vote?voter=Ada"

    def n(self, table: str) -> int:
        return count_rows(self.database)[table]

    def secrets(self) -> list[str]:
        with self.database.read() as session:
            ids = [*self.filled.contestant_ids, *self.filled.response_ids.values(), *self.filled.prompt_ids]
            tokens = [
                *session.scalars(select(tables.BallotRow.token)),
                *session.scalars(select(tables.VoteRow.token)),
            ]
        return [*NAMES, *map(str, ids), *(token for token in tokens if token)]


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder: Path = tmp_path_factory.mktemp("hall")
    url = f"sqlite:///{folder / 'evenhand.db'}"
    database = open_store(url)
    _start_ids_high(database)
    filled = fill(database, contestants=NAMES, n_prompts=30, text=_say_who)
    with database.write() as session:
        session.execute(delete(tables.DatasetRow).where(tables.DatasetRow.name == "first"))
        session.execute(delete(tables.ContestantRow).where(tables.ContestantRow.name == "first"))
    with serve_app(folder, database_url=url) as app:
        yield Hall(app, database, filled)
    database.close()


@pytest.fixture
def fresh(hall: Hall) -> Hall:
    """The hall before anybody came."""
    with hall.database.write() as session:
        for table in (tables.JudgmentRow, tables.MatchRow, tables.BallotRow, tables.JudgeRow):
            session.execute(delete(table))
    return hall


def _say_who(prompt: int, contestant: int) -> str:
    """Answer, and name oneself: the vote page hides it."""
    return f"As {NAMES[contestant]}, I answer. Answer {contestant} to {prompt}."


def _start_ids_high(database: Database) -> None:
    with database.write() as session:
        session.add(tables.DatasetRow(id=FIRST_ID, name="first"))
        session.add(tables.ContestantRow(id=FIRST_ID, name="first"))
        session.flush()
        session.add(tables.PromptRow(id=FIRST_ID, dataset_id=FIRST_ID, key="first"))
        session.flush()
        session.add(
            tables.ResponseRow(id=FIRST_ID, prompt_id=FIRST_ID, contestant_id=FIRST_ID, source="test")
        )


def look(page: Page) -> None:
    """Read for as long as the app asks for."""
    expect_text(page, "Which response is better?")
    page.wait_for_timeout(MIN_LOOK_S * 1000 + 150)


def choose(page: Page, key: str) -> None:
    look(page)
    page.keyboard.press(key)
    expect_text(page, "Your vote:")
    settle(page)


def go_on(page: Page) -> None:
    page.keyboard.press("Enter")
    expect_text(page, "Which response is better?")
    settle(page)


def given(page: Page, reason: str) -> Locator:
    """Return the reason's button once it is given."""
    return page.locator(f"[class*=st-key-reason_{reason}_]").get_by_test_id("stBaseButton-primary")


def panes(page: Page) -> str:
    return " | ".join(page.locator("[class*=st-key-pane_]").all_inner_texts())


def test_a_round_of_twenty_votes_by_keyboard_with_skip_and_undo(fresh: Hall, page: Page) -> None:
    open_address(page, f"{fresh.app.url}/vote")
    page.get_by_role("textbox", name="Your name as a voter").fill("Ada")
    page.keyboard.press("Enter")
    for number, key in enumerate("abtx" * 5, start=1):
        choose(page, key)
        if number < 20:
            expect_text(page, f"{number} of 20")
            go_on(page)
        if number == 3:
            before = panes(page)
            look(page)
            page.keyboard.press("s")
            expect_text(page, "1 pair set aside")
            wait_until(page, lambda: panes(page) != before)  # noqa: B023 - called at once
        if number == 5:
            page.keyboard.press("u")
            expect_text(page, "4 of 20")
            choose(page, "t")
            go_on(page)
            expect_text(page, "5 of 20")
    page.keyboard.press("Enter")
    expect_text(page, "20 votes, thank you. That is a round.")
    assert (fresh.n("vote"), fresh.n("match"), fresh.n("judgment")) == (20, 20, 20)
    with fresh.database.read() as session:
        verdicts = list(session.scalars(select(tables.JudgmentRow.verdict)))
    assert (verdicts.count("tie"), verdicts.count("both_bad")) == (6, 5)


def test_reasons_are_stored_with_the_vote_they_explain(fresh: Hall, page: Page) -> None:
    open_address(page, fresh.address)
    choose(page, "a")
    page.get_by_role("button", name="concise").click()
    page.get_by_role("textbox", name="Comment").fill("says it in a line")
    page.keyboard.press("Enter")
    expect_text(page, "Which response is better?")
    choose(page, "b")
    page.keyboard.press("1")
    expect(given(page, "correct")).to_be_visible(timeout=TIMEOUT_MS)
    page.get_by_role("button", name="style").click()
    expect(given(page, "style")).to_be_visible(timeout=TIMEOUT_MS)
    settle(page)
    go_on(page)  # Enter after a chip goes on, and does not take the chip back
    choose(page, "t")
    go_on(page)
    with fresh.database.read() as session:
        stored = [(vote.reasons, vote.comment) for vote in session.scalars(select(tables.VoteRow))]
    assert stored == [(["concise"], "says it in a line"), (["correct", "style"], None), ([], None)]


@pytest.mark.parametrize(("key", "votes", "aside"), [("a", 1, 0), ("s", 0, 1)])
def test_a_held_key_counts_once(fresh: Hall, page: Page, key: str, votes: int, aside: int) -> None:
    open_address(page, fresh.address)
    look(page)
    for _ in range(40):
        page.keyboard.down(key)
        page.wait_for_timeout(30)
    page.keyboard.up(key)
    expect_text(page, "Your vote:" if votes else "1 pair set aside")
    settle(page)
    assert (fresh.n("vote"), fresh.n("ballot") - (1 - votes)) == (votes, aside)


def test_a_key_of_the_choices_after_the_choice_is_answered(fresh: Hall, page: Page) -> None:
    open_address(page, fresh.address)
    choose(page, "a")
    page.wait_for_timeout(REPEAT_S * 1000)
    page.keyboard.press("b")
    expect_text(page, TOO_LATE)
    assert fresh.n("vote") == 1


def test_two_tabs_share_the_pair_and_its_one_vote(fresh: Hall, page: Page) -> None:
    open_address(page, fresh.address)
    other = page.context.new_page()
    open_address(other, fresh.address)
    expect_text(other, "Which response is better?")
    assert panes(page) == panes(other)
    choose(page, "a")
    other.keyboard.press("b")
    expect_text(other, "has your vote already")
    wait_until(other, lambda: panes(other) != panes(page))
    expect_text(other, "1 of 20")
    assert fresh.n("vote") == 1


def test_a_refresh_keeps_the_pair_and_the_count(fresh: Hall, page: Page) -> None:
    open_address(page, fresh.address)
    choose(page, "a")
    page.reload()
    expect_text(page, "1 of 20")
    expect_text(page, "Which response is better?")
    before = panes(page)
    page.reload()
    expect_text(page, "Which response is better?")
    settle(page)
    assert panes(page) == before
    expect_text(page, "1 of 20")
    assert (fresh.n("vote"), fresh.n("ballot")) == (1, 1)


def test_the_next_pair_begins_at_its_top(fresh: Hall, page: Page) -> None:
    with fresh.database.write() as session:
        for index, response in enumerate(session.scalars(select(tables.ResponseRow))):
            response.turns = ["\n\n".join(f"Answer {index}, line {n}" for n in range(80))]
    open_address(page, fresh.address)
    look(page)
    pane = page.locator("[class*=st-key-pane_a]")
    pane.hover()
    page.mouse.wheel(0, 900)
    expect(pane).not_to_have_js_property("scrollTop", 0)
    choose(page, "a")
    expect(pane).not_to_have_js_property("scrollTop", 0)
    go_on(page)
    expect(page.locator("[class*=st-key-pane_a]")).to_have_js_property("scrollTop", 0)


@dataclass
class Wire:
    """Everything that the browser is told and tells."""

    said: list[bytes] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("websocket", self._follow)
        page.on("request", lambda request: self.said.append(request.url.encode()))

    def _follow(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._keep)
        socket.on("framesent", self._keep)

    def _keep(self, payload: str | bytes) -> None:
        self.said.append(payload.encode() if isinstance(payload, str) else payload)


def varint(number: int) -> bytes:
    """Write a number as the app's messages would."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def test_nothing_that_reaches_the_browser_names_a_contestant_or_an_id(fresh: Hall, page: Page) -> None:
    wire = Wire()
    wire.listen(page)
    seen: list[str] = []

    def keep() -> None:
        settle(page)
        seen.append(page.content() + page.url)
        seen.append(page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])"))

    open_address(page, f"{fresh.app.url}/vote")
    page.get_by_role("textbox", name="Your name as a voter").fill("Ada")
    page.keyboard.press("Enter")
    secrets: set[str] = set()
    for step in ("a", "s", "u", "x"):
        expect_text(page, "Which response is better?")
        keep()
        secrets |= set(fresh.secrets())
        if step in ("s", "u"):
            look(page)
            page.keyboard.press(step)
            expect(page.get_by_text("1 pair set aside")).to_have_count(1 if step == "s" else 0)
            continue
        choose(page, step)
        keep()
        go_on(page)
    press(page, "What am I judging?")
    keep()
    secrets |= set(fresh.secrets())
    assert len(secrets) > 90
    assert len(wire.said) > 20
    assert any(b"Answer" in message for message in wire.said), "the wire must carry the texts"
    for secret in sorted(secrets):
        assert not any(secret in text for text in seen), secret
        assert not any(secret.encode() in message for message in wire.said), secret
    for number in {int(secret) for secret in secrets if secret.isdigit()}:
        assert not any(varint(number) in message for message in wire.said), number


def test_a_phone_shows_one_response_at_a_time(fresh: Hall, page: Page) -> None:
    assert page.context.browser is not None
    phone = page.context.browser.new_context(
        viewport={"width": 390, "height": 760}, has_touch=True, is_mobile=True,
        user_agent="Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
    )  # fmt: skip
    phone.set_default_timeout(TIMEOUT_MS)
    small = phone.new_page()
    open_address(small, fresh.address)
    first = small.locator("[class*=st-key-pane_]")
    expect(first).to_have_count(1, timeout=TIMEOUT_MS)
    text = first.inner_text()
    small.get_by_role("radio", name="B").or_(small.get_by_role("button", name="B", exact=True)).first.click()
    expect(small.locator("[class*=st-key-pane_]")).not_to_have_text(text)
    assert small.evaluate("document.documentElement.scrollWidth") <= 390
    phone.close()
