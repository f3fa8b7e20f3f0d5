"""What stands behind a board: prediction, history, fragility, cycles, levels; and one contestant whole."""

from __future__ import annotations

import numpy as np
import pytest

from arena.board.records import BoardQuery
from arena.board_charts.cycles import get_cycles
from arena.board_charts.fragility import get_fragility
from arena.board_charts.levels import get_level_ranks
from arena.board_charts.over_time import get_history
from arena.board_charts.predictions import get_predictions
from arena.board_charts.rows import load_rows
from arena.contestant import get_contestant_report
from arena.errors import NotFoundError, UsageError
from arena.leaderboard import get_board
from db import Database
from tests.arena.filling import import_rows
from tests.ui.filling import fill, judge, mixed, vote

POEMS = BoardQuery(dataset="poems")


def circle(prompt: int, a: int, b: int) -> tuple[str | None, str | None]:
    """The first beats the second, the second the third, the third the first, on five prompts of six."""
    won = "a" if (a, b) != (0, 2) else "b"
    lost = "b" if won == "a" else "a"
    return (lost, lost) if (prompt + 2 * a + 3 * b) % 6 == 0 else (won, won)


def drawn(prompt: int, a: int, b: int) -> tuple[str | None, str | None]:
    """The earlier one wins with odds that grow with the distance, each pair and prompt on its own."""
    chance = np.random.default_rng([prompt, a, b]).random()
    won = "a" if chance < 0.5 + 0.15 * (b - a) else "b"
    return won, won


def test_a_flipped_match_is_one_row_of_half_a_point(store: Database) -> None:
    judge(store, fill(store, n_prompts=10), lambda p, a, b: ("a", "b") if p == 0 else ("a", "a"))
    rows = load_rows(store, POEMS)
    assert len(rows.matches) == 30
    assert (rows.matches.outcome == 0.5).sum() == 3
    assert len(load_rows(store, BoardQuery(dataset="poems", flips="drop")).matches) == 27


def test_levels_have_no_matches_to_check(store: Database) -> None:
    fill(store)
    with pytest.raises(UsageError, match="Mean levels have no matches"):
        load_rows(store, BoardQuery(dataset="poems", method="mean-level"))


def test_the_fewest_matches_that_decide_first_place_are_named(store: Database) -> None:
    judge(store, fill(store, n_prompts=30), mixed)
    report = get_fragility(store, POEMS)
    first = get_board(store, POEMS).standings[0].contestant
    assert report.first == first
    assert report.sentence.startswith(f"{len(report.match_ids)} of {report.n_matches} matches decide first")
    assert set(report.match_ids) <= set(load_rows(store, POEMS).match_id.tolist())
    assert f"{report.rival} would come before {first}" in report.sentence


def test_a_circle_is_told_from_a_line(store: Database) -> None:
    judge(store, fill(store, n_prompts=60), circle, name="round-judge")
    report = get_cycles(store, POEMS)
    assert report.cyclic_share is not None
    assert report.cyclic_share > 0.9
    assert "one rating does not say everything" in report.sentence
    assert [edge.winner for edge in report.cycles[0].edges] in (
        ["alder", "birch", "cedar"], ["birch", "cedar", "alder"], ["cedar", "alder", "birch"],
    )  # fmt: skip
    assert report.cycles[0].is_clear


def test_a_line_is_not_called_a_circle(store: Database) -> None:
    judge(store, fill(store, n_prompts=40), drawn)
    assert "no sign that one line is not enough" in get_cycles(store, POEMS).sentence


def test_every_method_is_checked_on_prompts_it_has_not_seen(store: Database) -> None:
    judge(store, fill(store, n_prompts=40), mixed)
    report = get_predictions(store, POEMS)
    assert {method.method for method in report.methods} == {"bradley-terry", "elo", "win-rate"}
    assert report.n_prompts == 40
    for method in report.methods:
        assert sum(one.n for one in method.bins) == pytest.approx(report.n_matches)


def test_too_few_prompts_to_hold_any_out_is_a_sentence(store: Database) -> None:
    judge(store, fill(store, n_prompts=3), mixed)
    report = get_predictions(store, POEMS)
    assert report.methods == ()
    assert "at least 5 prompts with scored matches, not 3" in report.sentence


def test_the_last_point_of_the_history_is_the_board(store: Database) -> None:
    filled = fill(store, n_prompts=30)
    judge(store, filled, mixed)
    vote(store, filled, lambda p: "a" if p % 3 else "b")
    for lens in ("judge", "human"):
        query = BoardQuery(dataset="poems", lens=lens)
        board, history = get_board(store, query), get_history(store, query)
        now = {row.contestant: row.rating for row in history.rows if row.n_matches == board.n_scored}
        assert now == {row.contestant: row.rating for row in board.standings if row.rating is not None}
        assert all(row.moment is not None for row in history.rows)


def test_without_matches_every_check_is_a_sentence(store: Database) -> None:
    fill(store)
    for check in (get_fragility, get_cycles, get_predictions, get_history, get_level_ranks):
        assert check(store, POEMS).sentence.endswith(".")


def test_levels_that_turn_the_order_round_are_said(store: Database) -> None:
    judge(store, fill(store, n_prompts=30), mixed)
    rows = [
        {"judge": "grader", "prompt": str(p), "model": name, "criterion": "quality", "score": level + p % 2}
        for p in range(30)
        for level, name in enumerate(("alder", "birch", "cedar"))
    ]
    import_rows(store, "poems", rows)
    report = get_level_ranks(store, POEMS)
    assert report.level_judges == ("grader",)
    assert [row.level_rank for row in report.rows] == [3, 2, 1]
    assert report.tau == -1
    assert "the largest move is alder's, from 1 to 3" in report.sentence


def test_a_contestant_is_seen_from_its_own_side(store: Database) -> None:
    judge(store, fill(store, n_prompts=30), mixed)
    board = get_board(store, POEMS)
    for standing in board.standings:
        report = get_contestant_report(store, POEMS, standing.contestant)
        assert report.overall is not None
        assert report.overall.n == standing.n_matches
        assert report.overall.win_share == pytest.approx(standing.win_rate)
        assert sum(one.n for one in report.opponents) == report.overall.n
        assert {tag.name for tag in report.tags} == {"short", "long"}
        assert sum(tag.n for tag in report.tags) == report.overall.n
        assert all(one.win_share < 0.5 and one.match_ids for one in report.worst)


def test_a_contestant_in_one_tag_has_only_that_tags_matches(store: Database) -> None:
    judge(store, fill(store, n_prompts=30), mixed)
    report = get_contestant_report(store, BoardQuery(dataset="poems", tags=("short",)), "birch")
    assert report.overall is not None
    assert report.overall.n_prompts == 15
    assert [tag.name for tag in report.tags] == ["short"]


def test_a_contestant_without_matches_says_so(store: Database) -> None:
    fill(store)
    report = get_contestant_report(store, POEMS, "birch")
    assert report.overall is None
    assert report.sentence == "birch has no scored match here yet."
    assert report.figures.n_responses == 12


def test_an_unknown_contestant_is_refused_with_those_there_are(store: Database) -> None:
    fill(store)
    with pytest.raises(NotFoundError, match="No contestant is called"):
        get_contestant_report(store, POEMS, "oak")


def test_a_contestant_of_another_data_set_is_refused(store: Database) -> None:
    fill(store)
    fill(store, dataset="other", contestants=("dogwood",))
    with pytest.raises(NotFoundError, match="dogwood has no response in data set 'poems'"):
        get_contestant_report(store, POEMS, "dogwood")
