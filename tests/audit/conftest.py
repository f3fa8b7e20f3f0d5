from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest

from arena.store import open_store
from db import Database
from tests.arena.filling import fill


@pytest.fixture
def store(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    database = open_store(f"sqlite:///{copyfile(sqlite_template, tmp_path / 'evenhand.db')}")
    yield database
    database.close()


@pytest.fixture
def either_store(store_url: str) -> Iterator[Database]:
    """On SQLite, then on PostgreSQL."""
    database = open_store(store_url)
    yield database
    database.close()


@pytest.fixture
def many_poems(store: Database) -> Database:
    """Two contestants, 24 prompts, no judgment yet."""
    fill(store, contestants=("alder", "birch"), n_prompts=24)
    return store
