"""Columns of integers read as arrays, on both databases."""

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import case, insert, null, select

from db import Database, open_database, upgrade
from db.arrays import read_integers
from db.boards import MatchScope, load_match_arrays
from db.tables import DatasetRow, MatchRow, SettingRow
from tests.db.test_schema import add_pair, match_row


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    opened = open_database(store_url)
    upgrade(opened)
    yield opened
    opened.close()


def test_numbers_arrive_as_they_are(database: Database) -> None:
    with database.write() as session:
        rows = [{"key": str(i), "value": "x" * i} for i in range(300)]
        session.execute(insert(SettingRow), rows)
    code = case((SettingRow.value == "xxx", -(2**40)), else_=0)
    query = select(SettingRow.key, code).where(SettingRow.key.in_(["3", "40", "299"]))
    with database.read() as session:
        from sqlalchemy import Integer, cast

        numbered = query.with_only_columns(cast(SettingRow.key, Integer).label("key"), code)
        keys, codes = read_integers(session, numbered.order_by("key"))
    np.testing.assert_array_equal(keys, [3, 40, 299])
    np.testing.assert_array_equal(codes, [-(2**40), 0, 0])
    assert keys.dtype == codes.dtype == np.int64
    assert keys.flags.writeable


def test_no_rows_are_empty_arrays(database: Database) -> None:
    with database.read() as session:
        (ids,) = read_integers(session, select(DatasetRow.id))
        assert ids.shape == (0,)
        arrays = load_match_arrays(session, MatchScope(dataset_id=None, judge_ids=()))
    assert len(arrays) == 0


def test_a_missing_number_is_refused_and_not_read_as_another(database: Database) -> None:
    add_pair(database)
    with database.read() as session, pytest.raises((TypeError, ValueError)):
        read_integers(session, select(DatasetRow.id, null()))


def test_matches_come_as_codes_in_the_order_in_which_they_were_stored(database: Database) -> None:
    ids = add_pair(database)
    said = [("a", "a"), ("a", "b"), ("tie", "both_bad")]
    with database.write() as session:
        for repetition, (ab, ba) in enumerate(said):
            session.add(match_row(ids, verdict_ab=ab, verdict_ba=ba, repetition=repetition))
        session.add(match_row(ids, verdict_ab=None, state="unscored", reason="empty", repetition=len(said)))
    with database.read() as session:
        arrays = load_match_arrays(session, MatchScope(ids["dataset_id"], (ids["judge_id"],)))
        stored = list(session.scalars(select(MatchRow.id).where(MatchRow.state == "scored")))
    np.testing.assert_array_equal(arrays.match_id, sorted(stored))
    np.testing.assert_array_equal(arrays.verdict_ab, [1, 1, 3])
    np.testing.assert_array_equal(arrays.verdict_ba, [1, 2, 4])
    np.testing.assert_array_equal(arrays.n_orders, [2, 2, 2])
