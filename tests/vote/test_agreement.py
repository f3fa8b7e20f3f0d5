"""Agreement counts what was said on the same two responses, flips as neither."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from arena.agreement import get_agreement
from arena.audit import get_cards
from arena.audit.disagreements import get_disagreements
from arena.errors import NotFoundError
from arena.majority import AGREES, DISAGREES, compare
from arena.matches import MatchFilter, get_neighbours, list_matches
from db import Database, tables
from db.packed_matches import VERDICT_CODES, StoredMatches
from tests.ui.filling import fill, judge, mixed, vote


def test_two_people_who_say_the_same_agree_fully(store: Database) -> None:
    filled = fill(store)
    for name in ("Ada", "Ben"):
        vote(store, filled, lambda prompt: "a" if prompt % 2 else "b", voter=name)
    report = get_agreement(store, "poems")
    (pair,) = report.pairs_of_people
    assert (pair.first, pair.second) == ("Ada", "Ben")
    assert (pair.figure.share, pair.figure.kappa, pair.figure.n) == (1.0, 1.0, 12)
    assert (report.n_people, report.n_votes, report.judge) == (2, 24, None)


def test_kappa_is_zero_where_agreement_is_what_chance_gives(store: Database) -> None:
    filled = fill(store)
    vote(store, filled, lambda prompt: "a" if prompt % 2 else "b", voter="Ada")
    vote(store, filled, lambda prompt: "a" if prompt < 6 else "b", voter="Ben")
    (pair,) = get_agreement(store, "poems").pairs_of_people
    assert (pair.figure.share, pair.figure.kappa) == (0.5, 0.0)


def test_people_are_pooled_both_ways_round(store: Database) -> None:
    """Ada says a 9 times of 12, Ben 3 times: 6 agree. Pooled marginals are even, so chance is one half."""
    filled = fill(store)
    vote(store, filled, lambda prompt: "a" if prompt < 9 else "b", voter="Ada")
    vote(store, filled, lambda prompt: "a" if prompt < 3 else "b", voter="Ben")
    report = get_agreement(store, "poems")
    assert report.people.share == pytest.approx(0.5)
    assert report.people.kappa == pytest.approx(0.0)
    assert report.pairs_of_people[0].figure.kappa == pytest.approx(1 - 6 / 12 / (1 - 2 * 9 * 3 / 144))


def test_a_flip_a_tie_and_both_bad_are_neither(store: Database) -> None:
    filled = fill(store)
    said = [("a", "b"), ("tie", "tie"), ("both_bad", "both_bad"), ("both_bad", "tie"), ("a", "tie")]
    judge(store, filled, lambda prompt, a, b: said[prompt % len(said)])
    vote(store, filled, lambda prompt: "tie" if prompt % 2 else "both_bad")
    report = get_agreement(store, "poems")
    assert (report.judge, report.judge_each.share, report.judge_each.n) == ("even-judge", 1.0, 12)
    assert math.isnan(report.judge_each.kappa)
    assert "the same" in report.judge_each.note


def test_what_the_judge_did_not_score_is_not_compared(store: Database) -> None:
    filled = fill(store)
    judge(store, filled, lambda prompt, a, b: ("a", None) if prompt < 4 else ("a", "a"))
    vote(store, filled, lambda prompt: "a")
    assert get_agreement(store, "poems").judge_each.n == 8


def test_the_majority_counts_once_and_only_where_there_is_one(store: Database) -> None:
    filled = fill(store)
    judge(store, filled, lambda prompt, a, b: ("a", "a"))
    vote(store, filled, lambda prompt: "a", voter="Ada")
    vote(store, filled, lambda prompt: "a" if prompt < 5 else "b", voter="Ben")
    report = get_agreement(store, "poems")
    assert (report.judge_each.n, report.judge_majority.n) == (24, 5)
    assert report.judge_each.share == pytest.approx(17 / 24)
    assert report.judge_majority.share == 1.0


def test_the_first_of_several_judgments_counts(store: Database) -> None:
    filled = fill(store)
    judge(store, filled, lambda prompt, a, b: ("a", "a"), name="steady")
    vote(store, filled, lambda prompt: "a", voter="Ada")
    with store.write() as session:
        match = session.get_one(tables.MatchRow, 1)
        again = {column.key: getattr(match, column.key) for column in tables.MatchRow.__table__.columns}
        del again["id"]
        session.add(tables.MatchRow(**{**again, "repetition": 1, "verdict_ab": "b", "verdict_ba": "b"}))
    assert get_agreement(store, "poems").judge_each.share == 1.0


def test_without_votes_there_is_nothing_to_compare(store: Database) -> None:
    judge(store, fill(store), lambda prompt, a, b: ("a", "a"))
    report = get_agreement(store, "poems")
    assert (report.n_people, report.people.n, report.judge_each.n, report.judge_majority.n) == (0, 0, 0, 0)
    assert math.isnan(report.people.share)


def test_an_unknown_judge_is_refused_by_name(store: Database) -> None:
    fill(store)
    with pytest.raises(NotFoundError, match="'nobody'"):
        get_agreement(store, "poems", "nobody")


@pytest.mark.parametrize("few", [0.0, 1.0])
def test_home_the_list_of_matches_the_queue_and_the_card_count_the_same_disagreements(
    store: Database, monkeypatch: pytest.MonkeyPatch, few: float
) -> None:
    monkeypatch.setattr("db.agreement._FEW_VOTES", few)  # votes looked up, or chosen from all matches
    filled = fill(store, n_prompts=30)
    judge(store, filled, mixed)
    vote(store, filled, lambda prompt: ("a", "b", "tie")[prompt % 3], voter="Ada")
    vote(store, filled, lambda prompt: ("a", "a", "both_bad", "b")[prompt % 4], voter="Ben")
    vote(store, filled, lambda prompt: "b", voter="Cem")
    wanted = MatchFilter(dataset="poems", judges=("even-judge",), disagrees_with_people=True)
    listed = list_matches(store, wanted)
    queue = get_disagreements(store, "even-judge", "poems")
    majority = get_cards(store, "even-judge", "poems")[0].figure("people.majority")
    assert get_agreement(store, "poems").n_disagreements == listed.n_total == len(queue) > 3
    assert {row.id for row in listed.rows} == {one.match_id for one in queue}
    n_agreeing = list_matches(store, replace(wanted, disagrees_with_people=False)).n_total
    assert majority is not None
    assert majority.n == n_agreeing + len(queue) < 30, "votes are split on some"


def test_the_next_vote_shows_in_the_list_of_disagreements_at_once(store: Database) -> None:
    filled = fill(store)
    judge(store, filled, lambda prompt, a, b: ("a", "a"))
    wanted = MatchFilter(dataset="poems", disagrees_with_people=True)
    seen = []
    for voter, verdict in (("Ada", "b"), ("Ben", "a"), ("Cem", "a")):
        vote(store, filled, lambda prompt, verdict=verdict: verdict, voter=voter)  # type: ignore[misc]
        against = list_matches(store, wanted)
        on_side = list_matches(store, replace(wanted, disagrees_with_people=False))
        if against.rows:
            assert get_neighbours(store, wanted, against.rows[-1].id).position == against.n_total
        seen.append((against.n_total, on_side.n_total))
    assert seen == [(12, 0), (0, 0), (0, 12)]


@pytest.mark.parametrize(
    ("said", "votes", "stand"),
    [
        (("a", "a"), ("a", "b"), 0),
        (("a", "a"), ("b", "b", "a"), DISAGREES),
        (("a", "a"), ("b", "tie", "tie"), DISAGREES),
        (("a", "a"), ("a", "tie", "b", "a"), AGREES),
        (("a", "tie"), ("a", "a", "b"), DISAGREES),
        (("a", "b"), ("tie", "tie", "b"), AGREES),
        (("tie", "tie"), ("both_bad",), DISAGREES),
        (("a", "a"), (), 0),
        ((None, "a"), ("b",), 0),
    ],
)
def test_a_match_stands_with_or_against_the_most_frequent_vote(
    said: tuple[str | None, str | None], votes: tuple[str, ...], stand: int
) -> None:
    match = stored([said], n_orders=2)
    elsewhere = stored([("b", None)], n_orders=1, response_b=9)
    people = stored([(vote, None) for vote in votes], n_orders=1)
    assert compare(match, people).tolist() == [stand]
    assert compare(elsewhere, people).tolist() == [0]


def stored(
    verdicts: list[tuple[str | None, str | None]], *, n_orders: int, response_b: int = 2
) -> StoredMatches:
    """Make matches of response 1 with another."""
    n = len(verdicts)
    codes = np.array([[VERDICT_CODES.get(one or "", 0) for one in pair] for pair in verdicts]).reshape(n, 2)
    columns = {name: np.ones(n, dtype=np.int32) for name in StoredMatches.__dataclass_fields__}
    columns |= {"response_b": np.full(n, response_b), "n_orders": np.full(n, n_orders)}
    columns |= {"verdict_ab": codes[:, 0], "verdict_ba": codes[:, 1]}
    columns["reason"] = ((codes > 0).sum(axis=1) < n_orders).astype(np.int8)
    return StoredMatches(**columns)
