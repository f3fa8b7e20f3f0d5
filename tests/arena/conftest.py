from collections.abc import Iterator

import pytest

from arena.store import open_store
from db import Database
from tests.arena.filling import fill


@pytest.fixture
def store(store_url: str) -> Iterator[Database]:
    database = open_store(store_url)
    yield database
    database.close()


@pytest.fixture
def poems(store: Database) -> Database:
    """Three contestants, six prompts, no judgment yet."""
    fill(store)
    return store
