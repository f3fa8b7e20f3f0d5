from collections.abc import Iterator

import pytest

from arena.store import open_store
from db import Database


@pytest.fixture
def poems(poems_url: str) -> Iterator[Database]:
    """Three contestants, six prompts, no judgment yet."""
    database = open_store(poems_url)
    yield database
    database.close()
