"""A vote counts once, about the right pair, and can be taken back by one step."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sqlalchemy import select

from arena.errors import NotFoundError, UsageError
from arena.vote import (
    AlreadyVotedError,
    Ballot,
    BallotGoneError,
    NothingToUndoError,
    TooSoonError,
    VoteError,
    VoterNameError,
    add_reasons,
    bring_back_skipped,
    cast_vote,
    get_progress,
    next_pair,
    sign_in,
    skip_pair,
    undo_step,
)
from db import Database, tables
from tests.ui.filling import Filled, fill
from tests.ui.filling import vote as import_votes
from tests.vote.stepping import Voter, count_rows, later


@pytest.fixture
def filled(store: Database) -> Filled:
    return fill(store)


def votes_of(database: Database) -> list[tables.VoteRow]:
    with database.read() as session:
        return list(session.scalars(select(tables.VoteRow)))


def matches_of(database: Database) -> list[tables.MatchRow]:
    with database.read() as session:
        return list(session.scalars(select(tables.MatchRow).order_by(tables.MatchRow.id)))


def pair_of(filled: Filled, ballot: Ballot) -> tuple[int, int, int]:
    """Read prompt and contestants, as indices, out of the texts that `fill` writes."""
    first, second = (turns[0].split() for turns in (ballot.turns_a, ballot.turns_b))
    return int(first[3].rstrip(".")), int(first[1]), int(second[1])


def test_a_vote_is_a_judgment_a_match_of_one_order_and_a_vote(store: Database, filled: Filled) -> None:
    Voter(store).vote("tie")
    rows = count_rows(store)
    assert (rows["judgment"], rows["match"], rows["vote"], rows["ballot"]) == (1, 1, 1, 0)
    assert matches_of(store)[0].n_orders == 1


def test_a_verdict_is_stored_about_the_pair_whatever_the_sides(store: Database, filled: Filled) -> None:
    voter = Voter(store)
    orders = Counter[str]()
    for _ in range(12):
        ballot = voter.next()
        prompt, left, right = pair_of(filled, ballot)
        voter.vote("A", ballot)
        match = matches_of(store)[-1]
        order = "ab" if left < right else "ba"
        orders[order] += 1
        assert match.prompt_id == filled.prompt_ids[prompt]
        assert (match.verdict_ab, match.verdict_ba) == (("a", None) if order == "ab" else (None, "b"))
        assert match.response_a_id == filled.response_ids[prompt, min(left, right)]
    assert set(orders) == {"ab", "ba"}


def test_a_token_votes_once(store: Database, filled: Filled) -> None:
    voter = Voter(store)
    ballot = voter.next()
    voter.vote("A", ballot)
    with pytest.raises(AlreadyVotedError, match="counted once"):
        voter.vote("B", ballot)
    assert count_rows(store)["vote"] == 1


def test_a_double_click_in_ten_tabs_counts_once(store: Database, filled: Filled) -> None:
    ballot = Voter(store).next()

    def press(_: int) -> bool:
        try:
            cast_vote(store, ballot.token, "A", now=later())
        except VoteError:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(press, range(10))) == 1
    assert count_rows(store)["vote"] == 1


def test_a_second_tab_and_a_refresh_show_the_pair_that_stands_open(store: Database, filled: Filled) -> None:
    first = Voter(store, seed=1).next()
    again = Voter(store, seed=2).next()
    assert first == again
    assert count_rows(store)["ballot"] == 1


def test_ten_tabs_opened_at_once_share_one_ballot(store: Database, filled: Filled) -> None:
    sign_in(store, "Ada")
    with ThreadPoolExecutor(10) as pool:
        ballots = list(pool.map(lambda seed: Voter(store, seed=seed).next(), range(10)))
    assert len(set(ballots)) == 1


def test_twenty_voters_at_once_lose_no_vote(store: Database, filled: Filled) -> None:
    def take_part(number: int) -> None:
        voter = Voter(store, name=f"voter {number}", seed=number)
        voter.vote("A")
        voter.vote("B")

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(take_part, range(20)))
    rows = count_rows(store)
    assert (rows["vote"], rows["match"], rows["judgment"], rows["ballot"]) == (40, 40, 40, 0)


def test_nobody_votes_or_skips_before_they_can_have_read(store: Database, filled: Filled) -> None:
    voter = Voter(store)
    ballot = voter.next()
    with pytest.raises(TooSoonError):
        cast_vote(store, ballot.token, "A", now=voter.after(0.9, ballot))
    with pytest.raises(TooSoonError):
        skip_pair(store, ballot.token, now=voter.after(0.9, ballot))
    cast_vote(store, ballot.token, "A", now=voter.after(1.1, ballot))


def test_every_pair_comes_once_and_then_none(store: Database, filled: Filled) -> None:
    voter = Voter(store)
    seen = Counter[tuple[int, int, int]]()
    for _ in range(36):
        ballot = voter.next()
        prompt, left, right = pair_of(filled, ballot)
        seen[prompt, min(left, right), max(left, right)] += 1
        voter.vote("tie", ballot)
    assert len(seen) == 36
    assert next_pair(store, "poems", "Ada", voter.rng) is None
    assert get_progress(store, "poems", "Ada").n_goal == 36


def test_the_stored_probability_is_one_over_the_pairs_that_were_left(store: Database, filled: Filled) -> None:
    voter = Voter(store)
    for _ in range(3):
        voter.vote()
    voter.skip()
    voter.vote()
    assert [vote.pick_probability for vote in votes_of(store)] == [1 / 36, 1 / 35, 1 / 34, 1 / 32]
    assert {vote.pick_rule for vote in votes_of(store)} == {"uniform"}


def test_pairs_of_prompts_with_many_responses_are_no_rarer(store: Database) -> None:
    """One prompt with six pairs and one with a single pair: each of the seven comes a seventh of the time."""
    fill(store, dataset="small", contestants=("alder", "birch"), n_prompts=1)
    with store.write() as session:
        row = tables.PromptRow(
            dataset_id=1, key="wide", messages=[{"role": "user", "content": "Wide."}], text_hash="wide"
        )
        session.add(row)
        session.flush()
        for index in range(4):
            person = tables.ContestantRow(name=f"tree {index}")
            session.add(person)
            session.flush()
            session.add(
                tables.ResponseRow(
                    prompt_id=row.id, contestant_id=person.id, turns=[f"wide {index}"],
                    text_hash=str(index), source="test",
                )
            )  # fmt: skip
    n_narrow = 0
    for number in range(140):
        ballot = Voter(store, dataset="small", name=f"voter {number}", seed=number).next()
        n_narrow += ballot.turns_a[0].startswith("Answer")
    # Binomial(140, 1/7): mean 20, standard deviation 4.1; picking a prompt first would give 70.
    assert 4 <= n_narrow <= 36


def test_samples_meet_their_own_index_only(store: Database, filled: Filled) -> None:
    with store.write() as session:
        session.add(
            tables.ResponseRow(
                prompt_id=filled.prompt_ids[0], contestant_id=filled.contestant_ids[0], sample_index=1,
                turns=["alone"], text_hash="alone", source="test",
            )
        )  # fmt: skip
    assert get_progress(store, "poems", "Ada").n_pairs == 36


def test_responses_without_text_or_that_failed_are_not_shown(store: Database, filled: Filled) -> None:
    with store.write() as session:
        gone = session.get_one(tables.ResponseRow, filled.response_ids[0, 0])
        gone.turns = gone.text_hash = None
        failed = session.get_one(tables.ResponseRow, filled.response_ids[1, 1])
        failed.state, failed.reason = "failed", "timeout"
        mute = session.get_one(tables.PromptRow, filled.prompt_ids[2])
        mute.messages = mute.text_hash = None
    assert get_progress(store, "poems", "Ada").n_pairs == 9 * 3 + 1 + 1


def test_what_was_imported_as_this_persons_vote_is_not_asked_again(store: Database, filled: Filled) -> None:
    import_votes(store, filled, lambda prompt: "a", voter="Ada")
    assert get_progress(store, "poems", "ada").n_votes == 12
    voter = Voter(store)
    for _ in range(24):
        voter.vote("tie")
    assert next_pair(store, "poems", "Ada", voter.rng) is None


def test_a_vote_that_an_import_brought_meanwhile_is_not_doubled(store: Database, filled: Filled) -> None:
    voter = Voter(store)
    ballot = voter.next()
    with store.write() as session:
        stored = session.scalars(select(tables.BallotRow)).one()
        a, b = sorted((stored.response_first_id, stored.response_second_id))
        session.add(
            tables.MatchRow(
                dataset_id=1, prompt_id=stored.prompt_id, judge_id=stored.judge_id, n_orders=1,
                contestant_a_id=1, contestant_b_id=2, response_a_id=a, response_b_id=b, verdict_ab="tie",
                state="scored",
            )
        )  # fmt: skip
    with pytest.raises(AlreadyVotedError):
        voter.vote("A", ballot)


def test_a_skipped_pair_is_set_aside_until_it_is_brought_back(store: Database) -> None:
    fill(store, n_prompts=1)
    voter = Voter(store)
    for _ in range(3):
        voter.skip()
    assert next_pair(store, "poems", "Ada", voter.rng) is None
    assert get_progress(store, "poems", "Ada").n_skipped == 3
    assert bring_back_skipped(store, "poems", "Ada") == 3
    voter.vote()
    assert count_rows(store)["vote"] == 1


def test_undo_takes_back_the_vote_and_shows_the_same_pair_again(store: Database, filled: Filled) -> None:
    voter = Voter(store)
    voter.vote()
    before = count_rows(store)
    ballot = voter.next()
    voter.vote("A", ballot)
    voter.next()
    again = voter.undo()
    assert (again.turns_a, again.turns_b, again.is_reopened) == (ballot.turns_a, ballot.turns_b, True)
    assert count_rows(store) == {**before, "ballot": 1}
    voter.vote("B", again)
    assert votes_of(store)[-1].pick_probability == 1 / 35


def test_undo_takes_back_a_skip_when_that_was_the_last_step(store: Database, filled: Filled) -> None:
    voter = Voter(store)
    voter.vote()
    ballot = next_pair(store, "poems", "Ada", voter.rng)
    assert ballot is not None
    # The pair came up after the vote: the vote was cast twelve seconds ahead of the clock.
    with store.write() as session:
        session.scalars(select(tables.BallotRow)).one().shown_at = later(20)
    skip_pair(store, ballot.token, now=later(40))
    assert voter.undo().turns_a == ballot.turns_a
    assert count_rows(store)["vote"] == 1


def test_a_held_undo_key_takes_back_one_step_only(store: Database, filled: Filled) -> None:
    voter = Voter(store)
    voter.vote()
    voter.vote()
    voter.undo()
    with pytest.raises(NothingToUndoError, match="decide on this pair first"):
        voter.undo()
    assert count_rows(store)["vote"] == 1


def test_the_token_of_a_vote_that_was_taken_back_is_worth_nothing(store: Database, filled: Filled) -> None:
    voter = Voter(store)
    ballot = voter.next()
    voter.vote("A", ballot)
    voter.undo()
    with pytest.raises(BallotGoneError):
        voter.vote("A", ballot)


def test_there_is_nothing_to_undo_at_first(store: Database, filled: Filled) -> None:
    with pytest.raises(NothingToUndoError):
        undo_step(store, "poems", "Nobody")
    sign_in(store, "Ada")
    with pytest.raises(NothingToUndoError):
        undo_step(store, "poems", "Ada")


def test_imported_votes_cannot_be_taken_back(store: Database, filled: Filled) -> None:
    import_votes(store, filled, lambda prompt: "a", voter="Ada")
    with pytest.raises(NothingToUndoError):
        undo_step(store, "poems", "Ada")


def test_reasons_come_after_the_choice_and_replace_earlier_ones(store: Database, filled: Filled) -> None:
    cast = Voter(store).vote()
    add_reasons(store, cast.token, ["style", "correct"], "  shorter  ")
    add_reasons(store, cast.token, ["clear", "correct"])
    (vote,) = votes_of(store)
    assert (vote.reasons, vote.comment) == (["correct", "clear"], None)


def test_reasons_without_a_vote_are_refused(store: Database, filled: Filled) -> None:
    ballot = Voter(store).next()
    with pytest.raises(BallotGoneError):
        add_reasons(store, ballot.token, ["clear"])


@pytest.mark.parametrize(("reasons", "comment"), [(["funny"], ""), ([], "x" * 2001)])
def test_a_reason_that_is_not_on_the_menu_is_refused(
    store: Database, filled: Filled, reasons: list[str], comment: str
) -> None:
    cast = Voter(store).vote()
    with pytest.raises(UsageError):
        add_reasons(store, cast.token, reasons, comment)


def test_a_verdict_that_was_not_offered_is_refused(store: Database, filled: Filled) -> None:
    ballot = Voter(store).next()
    with pytest.raises(UsageError, match="no verdict"):
        cast_vote(store, ballot.token, "C", now=later())  # type: ignore[arg-type]
    assert count_rows(store)["vote"] == 0


def test_an_unknown_data_set_is_refused_by_name(store: Database, filled: Filled) -> None:
    with pytest.raises(NotFoundError, match="'prose'"):
        next_pair(store, "prose", "Ada", np.random.default_rng())


def test_the_same_name_is_the_same_person(store: Database, filled: Filled) -> None:
    assert sign_in(store, "  Ada   Lovelace ") == "Ada Lovelace"
    assert sign_in(store, "ada lovelace") == "Ada Lovelace"
    assert sign_in(store, "ADA LOVELACE") == "Ada Lovelace"
    assert count_rows(store)["judge"] == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\u202eb", "a\x00b"])
def test_a_name_that_cannot_stand_for_a_person_is_refused(store: Database, name: str) -> None:
    with pytest.raises(VoterNameError):
        sign_in(store, name)
    assert count_rows(store)["judge"] == 0


def test_time_taken_and_time_left_follow_the_voter(store: Database, filled: Filled) -> None:
    voter = Voter(store)
    assert get_progress(store, "poems", "Ada").seconds_left == 25 * 20
    for _ in range(4):
        voter.vote()
    progress = get_progress(store, "poems", "Ada")
    assert (progress.n_votes, progress.n_goal, progress.n_pairs) == (4, 20, 36)
    assert progress.seconds_left == pytest.approx(16 * 12)
    assert votes_of(store)[0].time_taken_s == pytest.approx(12)


def test_nothing_that_a_page_gets_names_a_contestant_or_an_id(store: Database, filled: Filled) -> None:
    fields = {"token", "messages", "turns_a", "turns_b", "kind", "is_reopened"}
    assert set(Ballot.__dataclass_fields__) == fields
    shown = repr(Voter(store).next())
    for name in ("alder", "birch", "cedar"):
        assert name not in shown
