from collections.abc import Iterator
from pathlib import Path

import pytest

from db import Database
from tests.arena.filling import fill, new_store


@pytest.fixture
def poems(tmp_path: Path) -> Iterator[Database]:
    """Three contestants, six prompts, no judgment yet."""
    database = new_store(tmp_path)
    fill(database)
    yield database
    database.close()
