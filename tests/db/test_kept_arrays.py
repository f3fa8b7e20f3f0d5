"""Copies of matches in the database: whatever happens to a row shows, though the copy is read first."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

import db.keeping
import db.match_arrays
import db.packed_matches
import db.prompt_costs
import db.response_arrays
from db import Database, datasets
from db.keeping import keep_arrays
from db.outcome_arrays import load_expected_outcomes
from db.prompt_costs import load_prompt_costs
from db.response_arrays import load_contestant_facts, load_style_arrays
from db.response_counts import load_response_sizes
from db.tables import (
    DatasetRow,
    JudgmentRow,
    KeptArraysRow,
    MatchRow,
    MatchTallyRow,
    PromptRow,
    ResponseRow,
)
from tests.db.test_match_arrays import assert_true, database, ids, read, values_of
from tests.db.test_schema import add_pair, match_row

__all__ = ["database", "ids"]


@pytest.fixture(autouse=True)
def every_dataset_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db.keeping, "MIN_ROWS", 1)


def forget() -> None:
    """Read as a process does that has read nothing yet."""
    db.match_arrays._shelves.clear()
    db.response_arrays._shelves.clear()
    db.prompt_costs._kept.clear()


def style_of(database: Database) -> list[int]:
    with database.read() as session:
        return [int(n) for n in load_style_arrays(session, 1).n_chars]


def costs_of(database: Database) -> list[float | None]:
    with database.read() as session:
        return [fact.mean_cost_usd for fact in load_contestant_facts(session, 1)]


def sizes_of(database: Database) -> tuple[int, tuple[int, ...]]:
    with database.read() as session:
        sizes = load_response_sizes(session, 1)
    return sizes.n_responses, sizes.contestant_ids


def outcomes_of(database: Database) -> dict[tuple[int, bool], float]:
    with database.read() as session:
        found = load_expected_outcomes(session, 1, [1])
    return {
        (int(match_id), bool(is_ab)): float(outcome)
        for one in found
        for match_id, is_ab, outcome in zip(one.match_id, one.is_ab, one.outcome, strict=True)
    }


def spent_of(database: Database, ids: dict[str, int]) -> list[tuple[int, int, float]]:
    with database.read() as session:
        costs = load_prompt_costs(session, ids["dataset_id"], ids["judge_id"])
    columns = (costs.n_matches, costs.n_judgments, costs.cost_usd)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def n_blocks(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(KeptArraysRow)) or 0


def test_whatever_happens_to_a_match_shows_behind_its_copy(database: Database, ids: dict[str, int]) -> None:
    def add(**columns: object) -> Callable[[], object]:
        return lambda: insert(MatchRow).values(values_of(match_row(ids, **columns)))

    steps: list[Callable[[], object]] = [
        add(repetition=3),
        add(repetition=0, judge_id=2, n_orders=1, verdict_ba=None),
        lambda: update(MatchRow).where(MatchRow.repetition == 1).values(verdict_ab="tie"),
        lambda: (
            update(MatchRow)
            .where(MatchRow.repetition == 2)
            .values(state="unscored", reason="empty", verdict_ba=None)
        ),
        lambda: delete(MatchRow).where(MatchRow.repetition == 3),
        add(repetition=8),  # SQLite gives it the number of the removed one
        lambda: update(MatchRow).where(MatchRow.repetition == 8).values(judge_id=2),
        lambda: update(MatchRow).where(MatchRow.repetition == 0).values(n_orders=1, verdict_ba=None),
        lambda: delete(MatchRow).where(MatchRow.judge_id == 2),
        lambda: delete(PromptRow),
    ]
    for step in steps:
        keep_arrays(database)
        forget()
        before = [column.tolist() for column in assert_true(database).columns()]
        with database.write() as session:
            session.execute(step())  # type: ignore[call-overload]
        forget()
        after = [column.tolist() for column in assert_true(database).columns()]
        assert after != before
        kept_verdicts = read(database).verdict_ab.tolist(), read(database).reason.tolist()
        with database.write() as session:
            session.execute(delete(KeptArraysRow))
        forget()
        assert (read(database).verdict_ab.tolist(), read(database).reason.tolist()) == kept_verdicts


def test_a_copy_is_read_and_only_what_is_newer_beside_it(
    database: Database, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_arrays(database)
    with database.write() as session:
        session.add(match_row(ids, repetition=5, judge_id=2, n_orders=1, verdict_ab=None, verdict_ba="b"))
    asked: list[int] = []
    read_rows = db.packed_matches.read_matches

    def spy(session, where):  # type: ignore[no-untyped-def]
        found = read_rows(session, where)
        asked.append(len(found))
        return found

    monkeypatch.setattr(db.match_arrays, "read_matches", spy)
    forget()
    found = assert_true(database)
    assert (found.repetition.tolist(), found.verdict_ba.tolist()) == ([0, 1, 2, 5], [1, 1, 1, 2])
    assert asked == [1]


def test_copies_are_written_anew_when_a_share_is_missing(database: Database, ids: dict[str, int]) -> None:
    assert [keep_arrays(database), keep_arrays(database)] == [3, 0]  # matches, costs, what is of responses
    with database.write() as session:
        session.add_all([match_row(ids, repetition=n) for n in range(10, 13)])
    assert [keep_arrays(database), keep_arrays(database)] == [2, 0]
    with database.write() as session:
        session.execute(update(MatchRow).values(verdict_ab="b"))
    assert [keep_arrays(database), keep_arrays(database)] == [2, 0]


def test_a_broken_copy_and_one_of_another_version_are_passed_over(
    database: Database, ids: dict[str, int]
) -> None:
    for damage in ({"content": b"PK not a block"}, {"n_rows": 2}, {"version": 0}, {"content": b""}):
        assert keep_arrays(database) == 3
        with database.write() as session:
            session.execute(update(KeptArraysRow).values(**damage))
        forget()
        assert len(assert_true(database)) == 3
        assert style_of(database) == [-1, -1]
        assert spent_of(database, ids) == [(3, 0, 0.0)]
        with database.write() as session:
            session.execute(delete(KeptArraysRow))


def test_a_changed_response_and_a_changed_probability_show_behind_their_copies(
    database: Database, ids: dict[str, int]
) -> None:
    def judge(match_id: int, shown_order: str, outcome: float | None) -> JudgmentRow:
        first, second = ids["response_a_id"], ids["response_b_id"]
        return JudgmentRow(
            judge_id=1, prompt_id=ids["prompt_id"], match_id=match_id, shown_order=shown_order,
            response_first_id=first if shown_order == "ab" else second,
            response_second_id=second if shown_order == "ab" else first,
            repetition=match_id, state="scored", verdict="a", expected_outcome=outcome,
        )  # fmt: skip

    def write(*statements: Any, added: tuple[JudgmentRow, ...] = ()) -> None:
        keep_arrays(database)
        forget()
        with database.write() as session:
            session.add_all(added)
            for statement in statements:
                session.execute(statement)

    expected: dict[tuple[int, bool], float] = {(1, True): 0.25, (1, False): 0.75}
    write(added=(judge(1, "ab", 0.25), judge(1, "ba", 0.75), judge(2, "ab", None)))
    assert outcomes_of(database) == expected
    keep_arrays(database)
    assert n_blocks(database) == 6
    assert outcomes_of(database) == expected
    write(added=(judge(3, "ba", 0.5),))
    assert outcomes_of(database) == expected | {(3, False): 0.5}
    write(update(JudgmentRow).where(JudgmentRow.match_id == 2).values(expected_outcome=1.0))
    assert outcomes_of(database) == expected | {(3, False): 0.5, (2, True): 1.0}
    write(delete(MatchRow).where(MatchRow.id == 3))
    assert outcomes_of(database) == expected | {(2, True): 1.0}
    write(delete(JudgmentRow).where(JudgmentRow.match_id == 2))
    assert outcomes_of(database) == expected
    assert costs_of(database) == [None, None]
    change = update(ResponseRow).where(ResponseRow.id == ids["response_b_id"])
    write(change.values(n_chars=7, cost_usd=0.1))
    for _ in range(2):
        assert style_of(database) == [-1, 7]
        assert costs_of(database) == [None, 0.1]
        assert sizes_of(database) == (2, (1, 2))
        keep_arrays(database)
        forget()


@pytest.mark.parametrize("is_copied", [True, False])
def test_what_newer_changed_and_removed_matches_cost_shows(
    database: Database, ids: dict[str, int], is_copied: bool
) -> None:
    responses = (ids["response_a_id"], ids["response_b_id"])

    def judge(match_id: int | None, repetition: int, *costs: float | None) -> list[JudgmentRow]:
        return [
            JudgmentRow(
                judge_id=1, prompt_id=ids["prompt_id"], match_id=match_id, shown_order=shown_order,
                response_first_id=responses[place], response_second_id=responses[1 - place],
                repetition=repetition, state="scored", verdict="a", cost_usd=cost,
            )
            for place, (shown_order, cost) in enumerate(zip(("ab", "ba"), costs, strict=False))
        ]  # fmt: skip

    def look() -> list[tuple[int, int, float]]:
        found = spent_of(database, ids)
        if is_copied:
            keep_arrays(database)
            forget()
            assert spent_of(database, ids) == found
        return found

    with database.write() as session:
        session.add_all([*judge(1, 0, 0.5, None), *judge(2, 1, 0.25), *judge(None, 7, 4.0)])
    assert look() == [(3, 3, 0.75)], "a judgment without a match is not counted"
    for match_id in (4, 9):
        with database.write() as session:
            session.add(match_row(ids, repetition=match_id, id=match_id))
            session.flush()
            session.add_all(judge(match_id, match_id, 1.0, 2.0))
    assert look() == [(5, 7, 6.75)]
    with database.write() as session:
        session.execute(update(JudgmentRow).where(JudgmentRow.match_id == 2).values(cost_usd=8.0))
        session.execute(update(MatchRow).where(MatchRow.id == 2).values(verdict_ab="tie"))
    assert look() == [(5, 7, 14.5)]
    with database.write() as session:
        session.execute(delete(MatchRow).where(MatchRow.id == 1))
    assert look() == [(4, 5, 14.0)]


def test_a_small_dataset_and_a_removed_one_have_no_copy(
    database: Database, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db.keeping, "MIN_ROWS", 4)
    assert keep_arrays(database) == 0
    monkeypatch.setattr(db.keeping, "MIN_ROWS", 3)
    assert keep_arrays(database) == 3
    assert n_blocks(database) == 5  # matches, costs; averages, styles and counts of responses
    with database.write() as session:
        datasets.remove_dataset(session, ids["dataset_id"])
        session.execute(delete(DatasetRow))
    assert n_blocks(database) == 0
    again = add_pair(database)
    with database.write() as session:
        session.execute(delete(MatchTallyRow).where(MatchTallyRow.n_matches == 0))
        session.add(match_row(again, verdict_ab="b", verdict_ba="b"))
    forget()
    assert assert_true(database).verdict_ab.tolist() == [2]
