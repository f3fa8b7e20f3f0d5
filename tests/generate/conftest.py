from collections.abc import Iterator
from pathlib import Path

import pytest

from db import Database
from tests.arena.filling import new_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = new_store(tmp_path)
    yield database
    database.close()
