from collections.abc import Iterator

import pytest

from arena.store import open_store
from db import Database
from tests.arena.filling import fill


@pytest.fixture
def poems(store_url: str) -> Iterator[Database]:
    """Three contestants, six prompts, no judgment yet."""
    database = open_store(store_url)
    fill(database)
    yield database
    database.close()
