from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from arena.store import open_store
from db import Database


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = open_store(f"sqlite:///{tmp_path / 'evenhand.db'}")
    yield database
    database.close()
