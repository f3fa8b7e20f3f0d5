"""A database moved between SQLite and PostgreSQL is the same database."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

import db.move as moving
from arena.cli.main import main
from arena.errors import UsageError
from arena.leaderboard import BoardQuery, get_board
from arena.move import move_store
from arena.run.runner import RUNNER_LOCK
from arena.store import open_store
from db import Database, SchemaError, check_schema, judges, open_database
from db.tables import Base, ContestantRow, DatasetRow
from tests.postgres import PostgresServer

Target = Callable[[str], str]


@pytest.fixture
def target(tmp_path: Path, postgres: PostgresServer) -> Target:
    """The address of a new, empty database of a kind."""

    def make(kind: str) -> str:
        return postgres.create_database() if kind == "postgresql" else f"sqlite:///{tmp_path / 'target.db'}"

    return make


def other(database: Database) -> str:
    return "postgresql" if database.is_sqlite else "sqlite"


@pytest.fixture
def demo(demo_url: str) -> Any:
    database = open_store(demo_url)
    with database.write() as session:
        judges.get_fence_key(session)
    yield database
    database.close()


def rows_of(database: Database) -> dict[str, list[dict[str, Any]]]:
    with database.read() as session:
        return {
            table.name: [
                dict(row._mapping) for row in session.execute(select(table).order_by(*table.primary_key))
            ]
            for table in Base.metadata.sorted_tables
        }


def test_every_row_arrives_as_it_was_and_comes_back_so(demo: Database, target: Target) -> None:
    there = target(other(demo))
    moved = move_store(demo.url, there)
    assert sum(table.n_rows for table in moved) > 3000
    copied = open_store(there)
    assert rows_of(copied) == rows_of(demo)
    first, second = (
        [
            (s.contestant, s.rating, s.low, s.high, s.rank_low, s.rank_high, s.n_matches)
            for s in board.standings
        ]
        for board in (get_board(database, BoardQuery("demo")) for database in (demo, copied))
    )
    assert first == second
    back = target("sqlite" if demo.is_sqlite else "postgresql").replace("target.db", "back.db")
    move_store(there, back)
    returned = open_store(back)
    assert rows_of(returned) == rows_of(demo)
    copied.close()
    returned.close()


def test_new_rows_are_numbered_after_the_moved_ones(demo: Database, target: Target) -> None:
    there = target(other(demo))
    move_store(demo.url, there)
    copied = open_store(there)
    with copied.write() as session:
        before = max(session.scalars(select(ContestantRow.id)))
        row = ContestantRow(name="newcomer")
        session.add(row)
        session.flush()
        assert row.id > before
    copied.close()


def test_the_fence_key_moves_along(demo: Database, target: Target) -> None:
    there = target(other(demo))
    move_store(demo.url, there)
    copied = open_store(there)
    with demo.write() as first, copied.write() as second:
        assert judges.get_fence_key(first) == judges.get_fence_key(second)
    copied.close()


def test_an_interrupted_move_leaves_the_target_empty(
    demo: Database, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = target(other(demo))
    done = []

    def interrupt(moved: moving.MovedTable) -> None:
        done.append(moved)
        if moved.table == "judgment":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move_store(demo.url, there, interrupt)
    assert sum(moved.n_rows for moved in done) > 1000
    left = open_database(there)
    with pytest.raises(SchemaError, match="is empty"):
        check_schema(left)
    left.close()
    assert move_store(demo.url, there)


def test_a_target_that_holds_anything_is_refused_and_kept(demo: Database, target: Target) -> None:
    there = target(other(demo))
    filled = open_database(there)
    moving_from = open_database(demo.url)
    from db import upgrade

    upgrade(filled)
    with filled.write() as session:
        session.add(DatasetRow(name="mine"))
    with pytest.raises(UsageError, match="not empty: 'dataset' has 1 rows"):
        move_store(demo.url, there)
    with filled.read() as session:
        assert list(session.scalars(select(DatasetRow.name))) == ["mine"]
    filled.close()
    moving_from.close()


def test_a_target_that_was_only_created_is_filled(demo: Database, target: Target) -> None:
    there = target(other(demo))
    assert main(["init", "--db", there]) == 0
    assert move_store(demo.url, there)


def test_a_database_is_not_moved_onto_itself(demo: Database) -> None:
    with pytest.raises(UsageError, match="the same database"):
        move_store(demo.url, demo.url)


@pytest.mark.on_sqlite
def test_a_database_at_work_is_not_moved(demo: Database, target: Target) -> None:
    there = target("postgresql")
    with RUNNER_LOCK.hold(demo) as is_ours:
        assert is_ours
        with pytest.raises(UsageError, match="Stop it first"):
            move_store(demo.url, there)


def test_a_source_of_another_version_is_refused(demo: Database, target: Target) -> None:
    with demo.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert main(["move", "--from", demo.url, "--to", target(other(demo))]) == 1


@pytest.mark.on_sqlite
def test_characters_that_cannot_be_kept_are_shown_and_counted(
    demo: Database, target: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    with demo.write() as session:
        session.execute(text("UPDATE dataset SET description = 'a' || char(0) || 'b'"))
    there = target("postgresql")
    assert main(["move", "--from", demo.url, "--to", there, "--format", "json"]) == 0
    assert "1 texts held characters" in capsys.readouterr().err
    copied = open_store(there)
    with copied.read() as session:
        assert session.scalar(select(DatasetRow.description)) == "a␀b"
    copied.close()
