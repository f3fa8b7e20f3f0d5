"""Matches that are kept in the process: what another connection writes is there at the next reading."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import delete, func, insert, select, text, update

import db.match_arrays as kept
from db import Database, datasets, open_database, upgrade, utc_now
from db.match_arrays import MatchScope, load_matches
from db.packed_matches import StoredMatches
from db.response_arrays import count_changes, load_contestant_facts
from db.tables import (
    DatasetRow,
    JudgeRow,
    MatchRow,
    MatchTallyRow,
    PromptRow,
    PromptTagRow,
    ResponseRow,
)
from tests.db.test_schema import add_pair, match_row


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    opened = open_database(store_url)
    upgrade(opened)
    yield opened
    opened.close()


@pytest.fixture
def ids(database: Database) -> dict[str, int]:
    """One pair with three matches of one judge; another judge has none yet."""
    ids = add_pair(database)
    with database.write() as session:
        session.add(JudgeRow(kind="human", name="voter", version="1", mode="pairwise"))
        session.add_all([match_row(ids, repetition=n) for n in range(3)])
    return ids


def read(database: Database, *judges: int, tags: tuple[str, ...] = ()) -> StoredMatches:
    with database.read() as session:
        judges = judges or tuple(session.scalars(select(JudgeRow.id)))
        return load_matches(session, MatchScope(None, judges, tags))


def stored(database: Database) -> list[tuple[object, ...]]:
    """Read the same without anything kept."""
    columns = [getattr(MatchRow, name) for name in ("id", "judge_id", "repetition", "n_orders")]
    with database.read() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(MatchRow.id))]


def assert_true(database: Database) -> StoredMatches:
    found = read(database)
    columns = (found.match_id, found.judge_id, found.repetition, found.n_orders)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == stored(database)
    with database.read() as session:
        counted = {
            (row.dataset_id, row.judge_id): row.n_matches
            for row in session.scalars(select(MatchTallyRow))
            if row.n_matches
        }
        key = (MatchRow.dataset_id, MatchRow.judge_id)
        there = {
            (row[0], row[1]): row[2] for row in session.execute(select(*key, func.count()).group_by(*key))
        }
    assert counted == there
    return found


def test_new_changed_and_removed_matches_show_at_the_next_reading(
    database: Database, ids: dict[str, int]
) -> None:
    assert len(assert_true(database)) == 3
    with database.write() as session:
        session.add(match_row(ids, repetition=7, judge_id=2, n_orders=1, verdict_ba=None))
    assert assert_true(database).repetition.tolist() == [0, 1, 2, 7]
    with database.write() as session:
        session.execute(update(MatchRow).where(MatchRow.repetition == 1).values(verdict_ab="tie"))
    assert assert_true(database).verdict_ab.tolist()[:3] == [1, 3, 1]
    with database.write() as session:
        session.execute(delete(MatchRow).where(MatchRow.repetition == 7))
        # SQLite gives the number of the removed match to the next one.
        session.add(match_row(ids, repetition=8))
    assert assert_true(database).repetition.tolist() == [0, 1, 2, 8]
    with database.write() as session:
        session.execute(update(MatchRow).where(MatchRow.repetition == 8).values(judge_id=2))
    assert assert_true(database).judge_id.tolist() == [1, 1, 1, 2]
    with database.write() as session:
        session.execute(delete(PromptRow))
    assert len(assert_true(database)) == 0


def test_a_removed_dataset_leaves_nothing_and_a_new_one_starts_clean(
    database: Database, ids: dict[str, int]
) -> None:
    assert len(assert_true(database)) == 3
    with database.write() as session:
        datasets.remove_dataset(session, ids["dataset_id"])
        session.execute(delete(DatasetRow))
    assert len(assert_true(database)) == 0
    with database.write() as session:
        session.execute(text("DELETE FROM judge"))
        session.execute(text("DELETE FROM contestant"))
    again = add_pair(database)
    with database.write() as session:
        session.add(match_row(again, verdict_ab="tie", verdict_ba="tie"))
    assert assert_true(database).verdict_ab.tolist() == [3]


def values_of(row: MatchRow) -> dict[str, object]:
    found = {column.name: getattr(row, column.name) for column in MatchRow.__table__.columns}
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.on_sqlite
def test_a_row_that_is_there_already_is_not_counted_twice(database: Database, ids: dict[str, int]) -> None:
    with database.write() as session:
        for row in (match_row(ids), match_row(ids, judge_id=2), match_row(ids, judge_id=2, repetition=1)):
            session.execute(insert(MatchRow).prefix_with("OR IGNORE").values(values_of(row)))
    assert len(assert_true(database)) == 5


def test_what_is_not_committed_is_kept_by_nobody(database: Database, ids: dict[str, int]) -> None:
    assert len(read(database)) == 3
    with database.write() as session:
        session.add(match_row(ids, repetition=3))
        session.flush()
        assert len(load_matches(session, MatchScope(None, (1,)))) == 4
        session.rollback()
    assert len(assert_true(database)) == 3


def test_a_reader_that_began_earlier_sees_its_own_state(database: Database, ids: dict[str, int]) -> None:
    assert len(read(database)) == 3
    scope = MatchScope(ids["dataset_id"], (1,))
    with database.read() as early:
        early.scalar(select(func.count()).select_from(MatchRow))
        with database.write() as session:
            session.execute(delete(MatchRow).where(MatchRow.repetition == 2))
            session.add(match_row(ids, repetition=9))
        assert len(assert_true(database)) == 3
        assert load_matches(early, scope).repetition.tolist() == [0, 1, 2]
    assert assert_true(database).repetition.tolist() == [0, 1, 9]


@pytest.mark.on_postgres
def test_an_import_that_commits_lower_numbers_later_is_seen(database: Database, ids: dict[str, int]) -> None:
    with database.writer.connect() as slow, slow.begin():
        slow.execute(insert(MatchRow).values(values_of(match_row(ids, repetition=4))))
        with database.writer.connect() as quick, quick.begin():
            quick.execute(insert(MatchRow).values(values_of(match_row(ids, repetition=5, judge_id=2))))
        assert len(assert_true(database)) == 4
    assert len(assert_true(database)) == 5


def test_averages_of_responses_are_read_anew_when_one_comes_changes_or_goes(
    database: Database, ids: dict[str, int]
) -> None:
    def low() -> tuple[int, float | None]:
        with database.read() as session:
            facts = {fact.name: fact for fact in load_contestant_facts(session, ids["dataset_id"])}
        return (facts["low"].n_responses, facts["low"].mean_cost_usd) if "low" in facts else (0, None)

    assert low() == (1, None)
    with database.write() as session:
        session.execute(update(ResponseRow).values(cost_usd=0.5))
    assert low() == (1, 0.5)
    with database.write() as session:
        session.add(
            ResponseRow(
                prompt_id=ids["prompt_id"], contestant_id=ids["contestant_a_id"], sample_index=1,
                source="test", cost_usd=1.5,
            )
        )  # fmt: skip
    assert low() == (2, 1.0)
    with database.write() as session:
        session.execute(delete(PromptRow))
    assert low() == (0, None)


def test_averages_are_of_the_data_set_alone_wherever_its_prompts_lie(
    database: Database, ids: dict[str, int]
) -> None:
    """Between the first and the last prompt of one data set lies a prompt of another."""
    now = utc_now()
    with database.write() as session:
        session.execute(update(ResponseRow).values(cost_usd=1.0))
        session.add(DatasetRow(id=77, name="other"))
        session.flush()
        for prompt_id, dataset_id in ((1001, 77), (1002, ids["dataset_id"]), (1003, 77), (1004, 77)):
            session.execute(
                insert(PromptRow).values(
                    id=prompt_id,
                    dataset_id=dataset_id,
                    key=str(prompt_id),
                    text_hash=str(prompt_id),
                    messages=[],
                    created_at=now,
                )
            )
            session.add(
                ResponseRow(
                    prompt_id=prompt_id, contestant_id=ids["contestant_a_id"], sample_index=0, source="test",
                    cost_usd=float(prompt_id),
                )
            )  # fmt: skip
        session.commit()
    expected = {ids["dataset_id"]: (2, 501.5), 77: (3, 1002.0 + 2 / 3)}
    for dataset_id, (n, mean) in expected.items():
        with database.read() as session:
            fact = load_contestant_facts(session, dataset_id)[0]
        assert fact.n_responses == n
        assert fact.mean_cost_usd == pytest.approx(mean)
    with database.write() as session:
        session.execute(delete(PromptRow).where(PromptRow.id == 1002))
    with database.read() as session:
        assert load_contestant_facts(session, 77)[0].mean_cost_usd == pytest.approx(1002.0 + 2 / 3)
        assert load_contestant_facts(session, ids["dataset_id"])[0].n_responses == 1


@pytest.mark.on_postgres
def test_two_who_write_responses_at_once_do_not_wait_for_each_other(
    database: Database, ids: dict[str, int]
) -> None:
    change = update(ResponseRow).values(n_words=ResponseRow.n_words)
    with database.write() as session:
        session.execute(change)
    with database.read() as session:
        before = count_changes(session)
    with database.writer.connect() as slow, slow.begin():
        slow.execute(change.where(ResponseRow.id == ids["response_a_id"]))
        with database.writer.connect() as quick, quick.begin():
            quick.execute(change.where(ResponseRow.id == ids["response_b_id"]))
        with database.read() as session:
            assert count_changes(session) == before + 1
    with database.read() as session:
        assert count_changes(session) == before + 2


def test_a_tag_narrows_what_is_kept(database: Database, ids: dict[str, int]) -> None:
    assert len(read(database)) == 3
    with database.write() as session:
        session.add(PromptTagRow(prompt_id=ids["prompt_id"], tag="odd"))
    assert len(read(database, tags=("odd",))) == 3
    assert len(read(database, tags=("even",))) == 0


def test_more_than_the_most_is_read_but_not_kept(
    database: Database, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MAX_KEPT", 2)
    assert len(assert_true(database)) == 3
    assert not kept._shelves[database.reader].datasets


def test_threads_that_read_while_one_writes_see_whole_matches(
    database: Database, ids: dict[str, int]
) -> None:
    wrong: list[str] = []

    def keep_reading() -> None:
        for _ in range(15):
            found = read(database, 1)
            if found.repetition.tolist() != list(range(len(found))):
                wrong.append(str(found.repetition))

    threads = [threading.Thread(target=keep_reading) for _ in range(4)]
    for thread in threads:
        thread.start()
    for repetition in range(3, 20):
        with database.write() as session:
            session.add(match_row(ids, repetition=repetition))
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(assert_true(database)) == 20


def test_callers_cannot_change_what_is_kept(database: Database, ids: dict[str, int]) -> None:
    read(database, 1).verdict_ab[:] = 4
    np.testing.assert_array_equal(read(database, 1).verdict_ab, [1, 1, 1])
