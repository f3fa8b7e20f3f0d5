from collections.abc import Iterator

import pytest

from arena.store import open_store
from db import Database


@pytest.fixture
def store(store_url: str) -> Iterator[Database]:
    database = open_store(store_url)
    yield database
    database.close()


@pytest.fixture
def poems(poems_url: str) -> Iterator[Database]:
    """Three contestants, six prompts, no judgment yet."""
    database = open_store(poems_url)
    yield database
    database.close()
