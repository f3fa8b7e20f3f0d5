from collections.abc import Iterator
from pathlib import Path

import pytest

from arena.store import open_store
from db import Database
from tests.arena.filling import fill, new_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = new_store(tmp_path)
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
