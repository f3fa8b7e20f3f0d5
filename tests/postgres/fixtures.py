"""Databases for tests, of both kinds.

`store_url` has this version's schema, `poems_url` three contestants and six prompts besides, `demo_url` the
demo, and `empty_url` nothing at all; a test that takes one runs on SQLite and on PostgreSQL, unless it is
marked `on_sqlite` or `on_postgres`. The server starts when the first test needs it, once a worker of
pytest-xdist. Every test gets a database of its own, a copy of one that was made once: ten times faster than
migrating each.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db import Database, open_database, upgrade
from tests.postgres.server import PostgresServer, serve_postgres

KINDS = ("sqlite", "postgresql")
URLS = ("store_url", "poems_url", "demo_url", "empty_url")
Fill = Callable[[Database], object]
Template = Callable[[str, Fill], str]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "on_sqlite: of both databases, SQLite only")
    config.addinivalue_line("markers", "on_postgres: of both databases, PostgreSQL only")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    wanted = {"sqlite": "on_sqlite", "postgresql": "on_postgres"}
    only = [kind for kind in KINDS if metafunc.definition.get_closest_marker(wanted[kind])]
    names = [name for name in URLS if name in metafunc.fixturenames]
    if names:
        kinds = only or KINDS
        metafunc.parametrize(names, [(kind,) * len(names) for kind in kinds], ids=kinds, indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with serve_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """What gives the URL of a database of that kind, upgraded and filled when it is first asked for."""
    made: dict[tuple[str, Fill], str] = {}

    def make(kind: str, fill_it: Fill) -> str:
        if kind == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('template') / 'evenhand.db'}"
        else:
            url = request.getfixturevalue("postgres").create_database()
        database = open_database(url)
        upgrade(database)
        fill_it(database)
        database.close()
        return url

    def get(kind: str, fill_it: Fill) -> str:
        if (kind, fill_it) not in made:
            made[kind, fill_it] = make(kind, fill_it)
        return made[kind, fill_it]

    return get


def leave_empty(_: Database) -> None:
    """Fill nothing in."""


@pytest.fixture(scope="session")
def sqlite_template(template: Template) -> Path:
    """A file with this version's schema, to be copied."""
    return Path(template("sqlite", leave_empty).removeprefix("sqlite:///"))


def _copy(request: pytest.FixtureRequest, fill_it: Fill) -> Iterator[str]:
    source = request.getfixturevalue("template")(request.param, fill_it)
    if request.param == "sqlite":
        name = str(request.fixturename).removesuffix("_url")
        path = request.getfixturevalue("tmp_path") / f"{name}.db"
        shutil.copyfile(source.removeprefix("sqlite:///"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create_database(source)
    yield url
    server.drop_database(url)


@pytest.fixture
def store_url(request: pytest.FixtureRequest) -> Iterator[str]:
    yield from _copy(request, leave_empty)


@pytest.fixture
def poems_url(request: pytest.FixtureRequest) -> Iterator[str]:
    from tests.arena.filling import fill

    yield from _copy(request, fill)


@pytest.fixture
def demo_url(request: pytest.FixtureRequest) -> Iterator[str]:
    from arena.demo.load import load_demo_data

    yield from _copy(request, load_demo_data)


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'folder' / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url
    server.drop_database(url)
