"""The next pair is picked by what the ranking needs, each with the chance that is stored with it."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from sqlalchemy import select

from arena.audit.voters import get_voters
from arena.vote import get_progress, next_pair
from arena.vote.desk import get_frame, renew_frame
from arena.vote.frame import AIMED, DOUBTFUL, GOLD, JUDGED, SHARES, UNIFORM, Frame, parts_for
from arena.vote.gold import get_gold, list_gold, set_gold
from arena.vote.pairs import PairSet, key_array, to_key
from arena.vote.picking import pick_pair
from db import Database, ballots, tables
from tests.ui.filling import Filled, fill, judge
from tests.ui.filling import vote as import_votes
from tests.vote.stepping import Voter

N_DRAWS = 1_200


@pytest.fixture
def filled(store: Database) -> Filled:
    """36 pairs, of which the judge decided 30, changed its mind on some, and people voted on 12."""
    filled = fill(store)
    judge(store, filled, lambda p, a, b: ("a", "b") if p % 4 == 1 else ("a", "a"))
    import_votes(store, filled, lambda prompt: "a" if prompt % 2 else "b", voter="Ben")
    with store.write() as session:
        gone = filled.prompt_ids[10:]
        for match in session.scalars(select(tables.MatchRow).where(tables.MatchRow.prompt_id.in_(gone))):
            if match.n_orders == 2:
                session.delete(match)
        session.flush()
        last = session.scalars(select(tables.MatchRow.id).where(tables.MatchRow.n_orders == 2)).all()[-1]
    set_gold(store, last, "a")
    return filled


def test_every_pair_comes_as_often_as_its_stored_chance_says(store: Database, filled: Filled) -> None:
    """Ada has voted on four pairs; 1,200 draws of the rest, each count within four standard errors."""
    frame = renew_frame(store, filled.dataset_id)
    rng = np.random.default_rng(1)
    done = {(filled.response_ids[p, 0], filled.response_ids[p, 1]) for p in range(4)}
    counts, chances, rules = Counter[tuple[int, int]](), {}, Counter[str]()
    with store.read() as session:
        for _ in range(N_DRAWS):
            pick = pick_pair(session, frame, done, rng)
            assert pick is not None
            counts[pick.pair] += 1
            rules[pick.rule] += 1
            chances[pick.pair] = pick.probability
    assert not done & set(counts)
    assert sum(chances.values()) == pytest.approx(1.0, abs=1e-9), "32 pairs are left, and all of them came"
    for pair, chance in chances.items():
        error = np.sqrt(N_DRAWS * chance * (1 - chance))
        assert abs(counts[pair] - N_DRAWS * chance) < 4.5 * error
    assert min(chances.values()) >= 0.2 / 32 - 1e-12
    expected = {UNIFORM: 0.2, JUDGED: 0.3, AIMED: 0.3, DOUBTFUL: 0.15, GOLD: 0.05}
    assert {rule: n / N_DRAWS for rule, n in rules.items()} == pytest.approx(expected, abs=0.045)


def test_a_fifth_of_the_draws_at_least_is_uniform_whatever_there_is(store: Database, filled: Filled) -> None:
    assert 1 - sum(SHARES.values()) >= 0.2 - 1e-12
    frame = renew_frame(store, filled.dataset_id)
    parts = parts_for(frame, key_array(()))
    assert {part.rule for part in parts} == set(SHARES)
    assert sum(part.weight for part in parts) == pytest.approx(0.8)
    alone = parts_for(Frame(frame.pool, frame.parts[:1]), key_array(()))
    assert [part.weight for part in alone] == [0.3], "the share of empty parts goes to the uniform draws"


def test_flips_that_nobody_voted_on_are_escalated(store: Database, filled: Filled) -> None:
    frame = renew_frame(store, filled.dataset_id)
    (doubtful,) = (part.pairs for part in frame.parts if part.rule == DOUBTFUL)
    flipped = {
        to_key((filled.response_ids[p, a], filled.response_ids[p, b]))
        for p in (1, 5, 9)
        for a, b in ((0, 2), (1, 2))  # Ben voted on the first two
    }
    assert set(doubtful.keys.tolist()) == flipped


def test_pairs_are_aimed_at_contestants_that_votes_do_not_tell_apart(store: Database, filled: Filled) -> None:
    frame = renew_frame(store, filled.dataset_id)
    aimed = [part for part in frame.parts if part.rule == AIMED]
    judged = next(part.pairs for part in frame.parts if part.rule == JUDGED)
    assert aimed
    assert all(judged.holds(part.pairs.keys).all() for part in aimed)


def test_the_first_pair_waits_for_no_ranking_and_stores_its_chance(store: Database, filled: Filled) -> None:
    with store.read() as session:
        assert get_frame(store, session, filled.dataset_id).parts == ()
    ballot = Voter(store).next()
    with store.read() as session:
        row = session.scalars(select(tables.BallotRow)).one()
    assert (row.token, row.pick_rule, row.pick_probability) == (ballot.token, UNIFORM, 1 / 36)


def test_without_a_judge_votes_are_aimed_among_all_pairs(store: Database) -> None:
    filled = fill(store)
    import_votes(store, filled, lambda prompt: "a" if prompt % 2 else "b", voter="Ben")
    frame = renew_frame(store, filled.dataset_id)
    assert {part.rule for part in frame.parts} == {AIMED}


def test_responses_that_cannot_be_read_are_never_drawn(store: Database, filled: Filled) -> None:
    with store.write() as session:
        for c in range(3):
            mute = session.get_one(tables.ResponseRow, filled.response_ids[0, c])
            mute.turns = mute.text_hash = None
    frame = renew_frame(store, filled.dataset_id)
    silent = {filled.response_ids[0, c] for c in range(3)}
    with store.read() as session:
        for _ in range(300):
            pick = pick_pair(session, frame, set(), np.random.default_rng())
            assert pick is not None
            assert not silent & set(pick.pair)


def test_gold_pairs_are_declared_by_a_match_and_taken_back(store: Database, filled: Filled) -> None:
    (gold,) = list_gold(store, "poems")
    assert (gold.contestant_a, gold.contestant_b, gold.verdict) == ("birch", "cedar", "a")
    with store.read() as session:
        match_id = session.scalars(select(tables.MatchRow.id)).all()[0]
    assert get_gold(store, match_id) is None
    set_gold(store, match_id, "tie")
    assert get_gold(store, match_id) == "tie"
    set_gold(store, match_id, None)
    assert len(list_gold(store, "poems")) == 1


def test_what_was_counted_of_a_large_data_set_is_remembered(
    store: Database, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arena.vote.desk.LARGE_GROUPS", 1)
    pool = renew_frame(store, filled.dataset_id).pool
    with store.read() as session:
        found = ballots.recall_groups(session, filled.dataset_id)
    assert found is not None
    assert found.last_response_id == 36
    assert found.groups.n_responses.tolist() == pool.n_responses.tolist() == [3] * 12


def test_a_pair_comes_again_swapped_and_no_board_has_it_twice(
    store: Database, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    voter = Voter(store)
    shown = defaultdict(list)
    for _ in range(20):
        ballot = voter.next()
        shown[ballot.turns_a, ballot.turns_b].append(ballot)
        voter.vote("A", ballot)
    monkeypatch.setattr("arena.vote.repeats.REPEAT_SHARE", 1.0)
    monkeypatch.setattr("arena.vote.repeats.N_NEWEST", 5)
    again = voter.next()
    assert (again.turns_b, again.turns_a) in shown
    voter.vote("B", again)
    with store.read() as session:
        (repeat,) = session.scalars(select(tables.VoteRow).where(tables.VoteRow.pick_rule == "repeat"))
        judgment = session.get_one(tables.JudgmentRow, repeat.judgment_id)
        own = select(tables.MatchRow).where(tables.MatchRow.judge_id == judgment.judge_id)
        n_matches = len(list(session.scalars(own)))
    assert (judgment.match_id, judgment.repetition, n_matches) == (None, 1, 20)
    card = next(card for card in get_voters(store, "poems") if card.voter == "Ada")
    assert (card.n_votes, card.n_repeated, card.self_agreement) == (20, 1, 1.0)
    assert get_progress(store, "poems", "Ada").n_votes == 21
    voter.undo()
    with store.read() as session:
        open_again = session.scalars(select(tables.BallotRow)).one()
    assert open_again.pick_rule == "repeat"


def test_a_set_draws_what_is_left_of_it() -> None:
    some = PairSet(np.arange(10, dtype=np.int64))
    rng = np.random.default_rng(1)
    done = np.arange(9, dtype=np.int64)
    assert {some.draw(done, rng) for _ in range(20)} == {9}
    assert some.n_without(np.array([1, 5, 77])) == 8


def test_nothing_is_left_when_all_is_done(store: Database) -> None:
    fill(store, n_prompts=1)
    voter = Voter(store)
    for _ in range(3):
        voter.vote()
    renew_frame(store, 1)
    assert next_pair(store, "poems", "Ada", voter.rng) is None
