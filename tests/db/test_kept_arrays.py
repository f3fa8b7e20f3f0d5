"""Copies of matches in the database: whatever happens to a row shows, though the copy is read first."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, func, insert, select, update

import db.keeping
import db.match_arrays
import db.packed_matches
from db import Database, datasets
from db.keeping import keep_arrays
from db.tables import DatasetRow, KeptArraysRow, MatchRow, MatchTallyRow, PromptRow
from tests.db.test_match_arrays import assert_true, database, ids, read, values_of
from tests.db.test_schema import add_pair, match_row

__all__ = ["database", "ids"]


@pytest.fixture(autouse=True)
def every_dataset_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db.keeping, "MIN_ROWS", 1)


def forget() -> None:
    """Read as a process does that has read nothing yet."""
    db.match_arrays._shelves.clear()


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
        assert keep_arrays(database) in (0, 1)
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
    assert keep_arrays(database) == 1
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
    assert [keep_arrays(database), keep_arrays(database)] == [1, 0]
    with database.write() as session:
        session.add_all([match_row(ids, repetition=n) for n in range(10, 13)])
    assert [keep_arrays(database), keep_arrays(database)] == [1, 0]
    with database.write() as session:
        session.execute(update(MatchRow).values(verdict_ab="b"))
    assert [keep_arrays(database), keep_arrays(database)] == [1, 0]


def test_a_broken_copy_and_one_of_another_version_are_passed_over(
    database: Database, ids: dict[str, int]
) -> None:
    for damage in ({"content": b"PK not a block"}, {"n_rows": 2}, {"version": 0}, {"content": b""}):
        assert keep_arrays(database) == 1
        with database.write() as session:
            session.execute(update(KeptArraysRow).values(**damage))
        forget()
        assert len(assert_true(database)) == 3
        with database.write() as session:
            session.execute(delete(KeptArraysRow))


def test_a_small_dataset_and_a_removed_one_have_no_copy(
    database: Database, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db.keeping, "MIN_ROWS", 4)
    assert keep_arrays(database) == 0
    monkeypatch.setattr(db.keeping, "MIN_ROWS", 3)
    assert keep_arrays(database) == 1
    assert n_blocks(database) == 1
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
