"""Databases for tests, of both kinds.

`store_url` has this version's schema and `empty_url` nothing at all; a test that takes one runs on SQLite
and on PostgreSQL, unless it is marked `on_sqlite` or `on_postgres`. The server starts when the first test
needs it, once a worker of pytest-xdist; every test gets a database of its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import open_database, upgrade
from tests.postgres.server import PostgresServer, serve_postgres

KINDS = ("sqlite", "postgresql")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "on_sqlite: of both databases, SQLite only")
    config.addinivalue_line("markers", "on_postgres: of both databases, PostgreSQL only")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    wanted = {"sqlite": "on_sqlite", "postgresql": "on_postgres"}
    only = [kind for kind in KINDS if metafunc.definition.get_closest_marker(wanted[kind])]
    for name in ("store_url", "empty_url"):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, only or KINDS, indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with serve_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> Iterator[str]:
    """A database with this version's schema, to be copied: ten times faster than migrating each."""
    url = postgres.create_database()
    database = open_database(url)
    upgrade(database)
    database.close()
    yield url
    postgres.drop_database(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with this version's schema, to be copied: five times faster than migrating each."""
    path = tmp_path_factory.mktemp("template") / "evenhand.db"
    database = open_database(f"sqlite:///{path}")
    upgrade(database)
    database.close()
    return path


@pytest.fixture
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        path = tmp_path / "evenhand.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create_database(request.getfixturevalue("postgres_template"))
    yield url
    server.drop_database(url)


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'folder' / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url
    server.drop_database(url)
