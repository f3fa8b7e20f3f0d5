"""Bringing a database to a newer schema, on both databases."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from db import Database, DatabaseUnreachableError, SchemaError, check_schema, open_database, upgrade
from db import migrate as migrating
from db.tables import Base
from tests.db.test_schema import add_pair

HEAD = migrating._head()


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    opened = open_database(store_url)
    upgrade(opened)
    yield opened
    opened.close()


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations, to add to."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrating.MIGRATIONS, folder)
    monkeypatch.setattr(migrating, "MIGRATIONS", folder)
    return folder / "versions"


def add_migration(folder: Path, body: str) -> None:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    (folder / "9000_next.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = '9000'\ndown_revision = {HEAD!r}\nbranch_labels = depends_on = None\n"
        f"def upgrade():\n{lines}\n"
    )


REBUILD_DATASET = """\
with op.batch_alter_table("dataset", recreate="auto") as batch:
    batch.alter_column("description", type_=sa.Text(), nullable=True)
"""


def count(database: Database, table: str) -> int:
    with database.read() as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def test_rebuilding_a_table_keeps_what_refers_to_it(database: Database, migrations: Path) -> None:
    add_pair(database)
    add_migration(migrations, REBUILD_DATASET)
    assert upgrade(database)
    assert count(database, "dataset") == 1
    assert count(database, "prompt") == 1
    assert count(database, "response") == 2


def test_foreign_keys_hold_again_after_an_upgrade(database: Database, migrations: Path) -> None:
    add_pair(database)
    add_migration(migrations, REBUILD_DATASET)
    upgrade(database)
    with database.write() as session:
        session.execute(text("DELETE FROM dataset"))
    assert count(database, "prompt") == 0


def test_an_upgrade_that_fails_halfway_changes_nothing(database: Database, migrations: Path) -> None:
    add_pair(database)
    add_migration(migrations, "op.drop_table('vote')\nop.execute('DELETE FROM call')\nraise ValueError('x')")
    with pytest.raises(ValueError, match="x"):
        upgrade(database)
    assert "vote" in inspect(database.reader).get_table_names()
    with database.read() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == HEAD


@pytest.mark.on_sqlite
def test_an_upgrade_that_leaves_orphans_is_taken_back(database: Database, migrations: Path) -> None:
    add_pair(database)
    add_migration(migrations, "op.execute('DELETE FROM dataset')")
    with pytest.raises(SchemaError, match="Nothing was changed"):
        upgrade(database)
    assert count(database, "dataset") == 1


def test_two_who_create_the_same_database_at_once_make_one(empty_url: str) -> None:
    made: list[bool] = []
    together = threading.Barrier(2)

    def create() -> None:
        database = open_database(empty_url)
        together.wait()
        made.append(upgrade(database))
        check_schema(database)
        database.close()

    threads = [threading.Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False, True]


@pytest.mark.on_postgres
def test_every_text_sorts_by_its_bytes(database: Database) -> None:
    query = text(
        "SELECT table_name, column_name, collation_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND data_type IN ('character varying', 'text')"
    )
    with database.read() as session:
        columns = [row for row in session.execute(query) if row.table_name in Base.metadata.tables]
    assert len(columns) > 40
    assert {row.collation_name for row in columns} == {"C"}


@pytest.mark.on_postgres
def test_a_user_who_may_not_create_tables_is_told_so(empty_url: str) -> None:
    database = open_database(empty_url)
    with database.writer.begin() as connection:
        connection.execute(text("DROP SCHEMA public"))
    with pytest.raises(DatabaseUnreachableError, match="schema"):
        upgrade(database)
    database.close()


def test_a_database_opens_while_somebody_else_writes(database: Database) -> None:
    with database.write() as session:
        session.execute(text("INSERT INTO setting VALUES ('half', 'done')"))
        second = open_database(database.url)
        assert not upgrade(second)
        second.close()
