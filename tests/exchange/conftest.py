from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from arena.exchange import ImportReport, Kind
from db import Database, open_database

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"

Query = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    opened = open_database(store_url)
    yield opened
    opened.close()


@pytest.fixture
def query(database: Database) -> Query:
    """Rows as SQLite gives them: JSON as text, truths as numbers."""

    def plain(value: Any) -> Any:
        if isinstance(value, (list, dict)):
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return int(value) if isinstance(value, bool) else value

    def run(statement: str) -> list[tuple[Any, ...]]:
        with database.read() as session:
            return [tuple(map(plain, row)) for row in session.execute(text(statement))]

    return run


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the shared data are not here")
    return SHARED


@pytest.fixture
def counted() -> Callable[[ImportReport], dict[str, tuple[int, int, int]]]:
    """(new, duplicate, completed) by kind."""

    def count(report: ImportReport) -> dict[str, tuple[int, int, int]]:
        return {
            kind.value: (counts.n_new, counts.n_duplicate, counts.n_completed)
            for kind, counts in report.totals.items()
            if kind is not Kind.CONTESTANTS
        }

    return count
