from collections.abc import Iterator
from pathlib import Path

import pytest

from db import Database
from tests.arena.filling import fill, new_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = new_store(tmp_path)
    yield database
    database.close()


@pytest.fixture
def many_poems(store: Database) -> Database:
    """Two contestants, 24 prompts, no judgment yet."""
    fill(store, contestants=("alder", "birch"), n_prompts=24)
    return store
