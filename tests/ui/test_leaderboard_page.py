"""The leaderboard and the contestant page: sections, lenses, links, words for what was asked in vain."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from arena.board.records import BoardQuery
from arena.exact import score_dataset
from arena.leaderboard import get_board
from arena.match_lists import MatchFilter, list_matches
from arena.receipt import make_receipt, verify_receipt
from db import Database
from tests.arena.filling import import_rows
from tests.ui.filling import fill, judge, leader, mixed, vote
from tests.ui.opening import markup_of, open_page, table_of, text_of
from ui.board_address import board_to_query, scored_matches
from ui.components.board_exports import board_json
from ui.components.board_sections import SECTIONS
from ui.navigation import CONTESTANT, LEADERBOARD


def drawn(prompt: int, a: int, b: int) -> tuple[str | None, str | None]:
    chance = np.random.default_rng([prompt, a, b]).random()
    return ("a", "a") if chance < 0.5 + 0.02 * (b - a) else ("b", "b")


@pytest.fixture
def poems(store: Database) -> Database:
    filled = fill(store, n_prompts=30)
    judge(store, filled, mixed)
    vote(store, filled, lambda p: "a" if p % 3 else "b")
    return store


def infos(app: AppTest) -> str:
    return " ".join(one.value.replace("\\", "") for one in app.info)


def test_every_section_opens_by_its_address(poems: Database) -> None:
    for view in SECTIONS:
        app = open_page(LEADERBOARD, dataset="poems", view=view)
        assert not app.exception, view
        assert not app.error
        assert not app.info
        assert app.pills(key="view").value == view


def test_every_section_has_words_for_thin_data(store: Database) -> None:
    judge(store, fill(store, n_prompts=2, contestants=("alder", "birch")), leader(0, 1))
    for view in SECTIONS:
        app = open_page(LEADERBOARD, dataset="poems", view=view)
        assert not app.exception, view
        assert not app.error


IN_VAIN: dict[str, dict[str, str]] = {
    "There is no lens 'wish' here": {"lens": "wish"},
    "There is no judge 'nobody' here": {"judges": "nobody"},
    "There is no tag 'none' here": {"tag": "none"},
    "There is no method 'magic' here": {"method": "magic"},
    "There is no section 'wall' here": {"view": "wall"},
    "There is no voter 'even-judge' here": {"lens": "human", "judges": "even-judge"},
}


def test_what_the_address_asks_in_vain_is_said(poems: Database) -> None:
    for words, asked in IN_VAIN.items():
        app = open_page(LEADERBOARD, state=None, dataset="poems", **asked)
        assert not app.exception
        assert words in infos(app)


def test_settings_that_a_lens_does_not_use_are_said(store: Database) -> None:
    judge(store, fill(store), mixed)
    app = open_page(LEADERBOARD, dataset="poems", lens="calibrated", control="length")
    assert not app.exception
    assert "control in the address has no effect" in infos(app)


def test_a_vote_rule_stands_in_the_address_and_on_the_board(poems: Database) -> None:
    app = open_page(LEADERBOARD, dataset="poems", lens="human", seconds="30")
    assert not app.exception
    assert app.number_input(key="seconds").value == 30


def test_a_board_of_many_contestants_opens(store: Database) -> None:
    names = [f"contestant-{i:02d}" for i in range(30)]
    judge(store, fill(store, contestants=names, n_prompts=2), drawn)
    app = open_page(LEADERBOARD, dataset="poems")
    assert not app.exception
    table = table_of(app)
    assert table.count("<tr>") == 31


def test_of_many_contestants_the_first_meet_until_all_are_asked_for(
    poems: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.components.board_cells.MAX_AT_ONCE", 2)
    monkeypatch.setattr("ui.components.board_cells.FIRST_SHOWN", 2)
    app = open_page(LEADERBOARD, dataset="poems")
    assert "Among the first 2: 1 pair." in text_of(app)
    app.toggle(key="all_cells").set_value(True).run()
    assert "Among the first" not in text_of(app)
    assert "3 pairs." in text_of(app)
    assert "3 pairs." in text_of(open_page(LEADERBOARD, dataset="poems", all_cells="true"))


def test_a_board_without_matches_leads_to_judge_runs(store: Database) -> None:
    fill(store)
    app = open_page(LEADERBOARD, dataset="poems")
    assert "Judge the responses" in [link.value for link in app.page_link]
    app = open_page(LEADERBOARD, dataset="poems", lens="human")
    assert "Vote blind" in [link.value for link in app.page_link]


def test_one_contestant_alone_is_sent_for_more_responses(store: Database) -> None:
    fill(store, contestants=("alder",))
    app = open_page(LEADERBOARD, dataset="poems")
    assert "Get responses" in [link.value for link in app.page_link]


def test_a_cell_counts_the_matches_that_it_opens(poems: Database) -> None:
    for lens in ("judge", "human"):
        query = BoardQuery(dataset="poems", lens=lens)
        board = get_board(poems, query)
        for cell in board.cells:
            asked = scored_matches(query, board.judges, cell.row, cell.column)
            wanted = MatchFilter(
                dataset="poems",
                judges=tuple(asked.get("judge", ())),
                kind="people" if asked.get("kind") else None,
                contestants=(cell.row, cell.column),
                outcome="scored",
            )
            assert list_matches(poems, wanted).n_total == cell.n_matches


def test_the_address_of_a_board_leaves_out_what_is_as_usual() -> None:
    assert board_to_query(BoardQuery(dataset="poems")) == {"dataset": "poems"}
    query = BoardQuery(dataset="poems", lens="human", tags=("short",), votes="majority", min_agreement=0.6)
    assert board_to_query(query) == {
        "dataset": "poems", "lens": "human", "tag": "short", "votes": "majority", "agreement": "60",
    }  # fmt: skip


def test_names_lead_to_the_contestant_within_the_same_board(poems: Database) -> None:
    app = open_page(LEADERBOARD, dataset="poems", lens="human", tag="short")
    table = table_of(app)
    link = table.split('href="./contestant?')[1].split('"')[0].replace("&amp;", "&")
    assert parse_qs(link) | {"name": ["?"]} == {
        "name": ["?"], "dataset": ["poems"], "lens": ["human"], "tag": ["short"],
    }  # fmt: skip


def test_the_receipt_of_the_page_verifies(poems: Database) -> None:
    board = get_board(poems, BoardQuery(dataset="poems"))
    receipt = json.loads(json.dumps(make_receipt(board)))
    assert verify_receipt(poems, receipt).is_same
    record = json.loads(board_json(board))
    assert record["sentence"] == board.sentence
    assert [row["contestant"] for row in record["standings"]] == [r.contestant for r in board.standings]


def test_what_decides_first_place_stands_under_a_clear_first_of_the_same_fit(store: Database) -> None:
    judge(store, fill(store, n_prompts=60), mixed)
    said = text_of(open_page(LEADERBOARD, dataset="poems"))
    assert "alder leads" in said
    assert 0 < said.find("decide first place") < said.find("Rank")
    assert "decide first place" not in text_of(open_page(LEADERBOARD, dataset="poems", control="position"))


def test_what_is_controlled_for_stands_below_with_its_interval(poems: Database) -> None:
    app = open_page(LEADERBOARD, dataset="poems", control="position")
    table = next(one.proto.body for one in app.get("html") if ">Estimate<" in one.proto.body)
    assert re.search(r'scope="row">position</th><td class="eh-num">.?0\.\d{3}</td>', table)
    assert app.subheader[-1].value == "What else moves the verdicts"


def test_of_an_unsettled_first_place_nothing_is_said_to_decide_it(poems: Database) -> None:
    said = text_of(open_page(LEADERBOARD, dataset="poems"))
    assert "not distinguished" in said
    assert "decide first place" not in said


def test_exact_metrics_are_columns_of_the_board(store: Database) -> None:
    rows = [
        {"id": f"q{n}", "prompt": f"{n}?", "reference": str(n), "model": name, "response": answer}
        for n in range(8)
        for name, answer in (("oak", f"It is {n}."), ("elm", "It is 99."))
    ]
    import_rows(store, "sums", rows)
    verdicts = [
        {
            "judge": "j",
            "prompt": f"q{n}",
            "shown_first": "oak",
            "shown_second": "elm",
            "verdict": "A" if n else "B",
        }
        for n in range(8)
    ]
    import_rows(store, "sums", verdicts)
    score_dataset(store, "sums", ["number"])
    app = open_page(LEADERBOARD, dataset="sums")
    table = table_of(app)
    assert "right number" in table
    assert "100\N{NO-BREAK SPACE}%" in table


@pytest.mark.parametrize("lens", ["judge", "human", "calibrated"])
def test_a_contestant_is_shown_under_every_lens(poems: Database, lens: str) -> None:
    app = open_page(CONTESTANT, dataset="poems", name="birch", lens=lens)
    assert not app.exception
    assert not app.error
    assert app.title[0].value == "birch"
    said = text_of(app)
    for word in ("birch wins", "Opponents", "By tag", "Worst prompts", "Settings", "alder"):
        assert word in said


def test_a_contestants_links_open_matches_and_opponents(poems: Database) -> None:
    app = open_page(CONTESTANT, dataset="poems", name="birch")
    markup = " ".join(str(one.value) for one in app.html)
    assert "./contestant?name=alder" in markup
    assert "./match?match=" in markup
    assert "outcome=scored" in markup


def test_a_contestant_without_matches_is_sent_to_a_judge(store: Database) -> None:
    fill(store)
    app = open_page(CONTESTANT, dataset="poems", name="birch")
    assert not app.exception
    assert "Judge the responses" in [link.value for link in app.page_link]
    assert "Settings" in text_of(app)


def test_an_unknown_contestant_is_said_and_another_shown(poems: Database) -> None:
    app = open_page(CONTESTANT, dataset="poems", name="oak")
    assert not app.exception
    assert "There is no contestant 'oak' here" in infos(app)
    assert app.title[0].value == "alder"


def test_without_data_a_contestant_page_offers_the_import(store: Database) -> None:
    app = open_page(CONTESTANT)
    assert not app.exception
    assert "There is no data yet" in text_of(app)


def test_a_hostile_name_stays_text_on_both_pages(store: Database) -> None:
    name = "<img src=x onerror=alert(1)>"
    judge(store, fill(store, contestants=[name, ":red[b]", "c"], n_prompts=10), mixed)
    for page, asked in ((CONTESTANT, {"name": name}), (LEADERBOARD, {"view": "First place"})):
        app = open_page(page, state=None, dataset="poems", **asked)
        assert not app.exception
        assert not any("<img" in markup for markup in markup_of(app))


@pytest.mark.parametrize(("lens", "counted", "won"), [
    ("judge", "which do not rank", "by the judge"),
    ("human", "all matches of all judges", "by people"),
    ("calibrated", "which correct it", "uncorrected"),
])  # fmt: skip
def test_each_lens_says_what_its_columns_count(poems: Database, lens: str, counted: str, won: str) -> None:
    tables = markup_of(open_page(LEADERBOARD, dataset="poems", lens=lens, view="Intervals"))
    head = next(one for one in tables if "AI / people" in one).partition("</thead>")[0]
    assert counted in head
    assert won in head
