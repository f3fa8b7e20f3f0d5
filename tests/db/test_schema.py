from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from db import (
    Database,
    DatabaseUnreachableError,
    DatabaseUrlError,
    SchemaError,
    check_schema,
    open_database,
    upgrade,
    utc_now,
)
from db.tables import (
    Base,
    ContestantRow,
    DatasetRow,
    JudgeRow,
    JudgmentRow,
    MatchRow,
    PromptRow,
    ResponseRow,
)


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    opened = open_database(store_url)
    upgrade(opened)
    yield opened
    opened.close()


def test_an_empty_database_is_made_whole(empty_url: str) -> None:
    database = open_database(empty_url)
    assert upgrade(database)
    check_schema(database)
    database.close()


def test_migrations_make_exactly_the_tables(database: Database) -> None:
    with database.reader.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    assert not upgrade(database)
    check_schema(database)


def test_an_empty_database_is_refused_with_what_to_do(empty_url: str) -> None:
    database = open_database(empty_url)
    if database.path is not None:
        database.path.parent.mkdir(parents=True)
    with pytest.raises(SchemaError, match="python -m arena init"):
        check_schema(database)
    database.close()


def test_a_database_from_the_future_is_refused(database: Database) -> None:
    with database.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="newer Evenhand"):
        upgrade(database)
    with pytest.raises(SchemaError, match="newer Evenhand"):
        check_schema(database)


@pytest.mark.parametrize("url", ["mysql://localhost/x", "evenhand.db", "", "postgres//nobody"])
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(DatabaseUrlError, match="sqlite:///FILE"):
        open_database(url)


def test_a_password_is_never_shown() -> None:
    with pytest.raises(DatabaseUrlError) as caught:
        open_database("mysql://user:hunter2@localhost/x")
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("This is a text, and long enough to be told from a database header." * 20)
    database = open_database(f"sqlite:///{path}")
    with pytest.raises(DatabaseUnreachableError, match="not a database"), database.read() as session:
        session.execute(text("SELECT 1 FROM dataset"))
    database.close()


def test_a_failed_write_changes_nothing(database: Database) -> None:
    def fail_halfway() -> None:
        with database.write() as session:
            session.add(DatasetRow(name="half"))
            session.flush()
            session.add(MatchRow(n_orders=9))

    with pytest.raises(IntegrityError):
        fail_halfway()
    with database.read() as session:
        assert session.query(DatasetRow).count() == 0


def add_pair(database: Database) -> dict[str, int]:
    """Store a prompt, two contestants with a response each, and a judge; return the ids."""
    with database.write() as session:
        dataset = DatasetRow(name="d")
        low, high = ContestantRow(name="low"), ContestantRow(name="high")
        judge = JudgeRow(kind="recorded", name="j", version="1", mode="pairwise")
        session.add_all([dataset, low, high, judge])
        session.flush()
        prompt = PromptRow(dataset_id=dataset.id, key="1")
        session.add(prompt)
        session.flush()
        a = ResponseRow(prompt_id=prompt.id, contestant_id=low.id, source="test")
        b = ResponseRow(prompt_id=prompt.id, contestant_id=high.id, source="test")
        session.add_all([a, b])
        session.flush()
        return {
            "dataset_id": dataset.id,
            "prompt_id": prompt.id,
            "contestant_a_id": low.id,
            "contestant_b_id": high.id,
            "response_a_id": a.id,
            "response_b_id": b.id,
            "judge_id": judge.id,
        }


def match_row(ids: dict[str, int], **columns: object) -> MatchRow:
    values = {"n_orders": 2, "verdict_ab": "a", "verdict_ba": "a", "state": "scored", **columns}
    return MatchRow(**{**ids, **values})


@pytest.mark.parametrize(
    "columns",
    [
        {"contestant_a_id": 2, "contestant_b_id": 1},
        {"verdict_ab": "A"},
        {"verdict_ba": None},
        {"n_orders": 1},
        {"n_orders": 3},
        {"state": "unscored"},
        {"state": "unscored", "reason": "felt wrong"},
        {"state": "lost", "reason": "empty"},
        {"prompt_id": 77},
    ],
)
def test_the_tables_refuse_a_match_that_cannot_be(database: Database, columns: dict[str, object]) -> None:
    ids = add_pair(database)
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(match_row(ids, **columns))


def test_the_same_match_is_stored_once(database: Database) -> None:
    ids = add_pair(database)
    with database.write() as session:
        session.add(match_row(ids))
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(match_row(ids))


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "scored"},
        {"state": "unscored"},
        {"state": "unscored", "reason": "empty", "verdict": "tie"},
        {"state": "planned", "verdict": "a"},
        {"state": "scored", "verdict": "b", "shown_order": None},
        {"state": "scored", "verdict": "b", "shown_order": "first"},
    ],
)
def test_the_tables_refuse_a_failure_that_looks_like_a_verdict(
    database: Database, columns: dict[str, object]
) -> None:
    ids = add_pair(database)
    values = {"shown_order": "ab", "created_at": utc_now(), **columns}
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(
            JudgmentRow(
                judge_id=ids["judge_id"],
                prompt_id=ids["prompt_id"],
                response_first_id=ids["response_a_id"],
                response_second_id=ids["response_b_id"],
                **values,
            )
        )


def test_times_come_back_aware(database: Database) -> None:
    add_pair(database)
    with database.read() as session:
        created = session.query(DatasetRow).one().created_at
    assert created.tzinfo is not None
    assert abs((utc_now() - created).total_seconds()) < 1800, "and in their zone"
