from __future__ import annotations

from collections.abc import Iterator

import pytest

from arena.store import open_store
from db import Database


@pytest.fixture
def store(store_url: str) -> Iterator[Database]:
    database = open_store(store_url)
    yield database
    database.close()


@pytest.fixture(autouse=True)
def no_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no pair come again by chance; what tests that sets its own share."""
    monkeypatch.setattr("arena.vote.repeats.REPEAT_SHARE", 0.0)
