"""The runner's process keeps copies of long columns while it is idle, and does without where it cannot."""

import logging
import threading

import pytest

import arena.run.copies as copies
import db.keeping
from db import Database, DatabaseUnreachableError
from db.tables import KeptArraysRow
from tests.arena.filling import both_orders, record


class Stop(threading.Event):
    """Set after the first look."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        return len(self.waits) > 1


def test_copies_are_written_after_a_while_and_then_seldom(
    poems: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db.keeping, "MIN_ROWS", 1)
    record(poems, both_orders("p1", "alder", "birch", "A"))
    stop = Stop()
    copies.keep_copies(poems, stop)
    assert stop.waits == [copies.FIRST_AFTER_S, copies.EVERY_S]
    with poems.read() as session:
        assert {row.subject for row in session.query(KeptArraysRow)} >= {"matches", "facts", "style"}


def test_a_database_that_cannot_be_written_is_left_alone(
    store: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(database: Database) -> int:
        raise DatabaseUnreachableError(database.url, "attempt to write a readonly database")

    monkeypatch.setattr(copies, "keep_arrays", refuse)
    with caplog.at_level(logging.WARNING):
        copies.keep_copies(store, Stop())
    assert "no copies were written" in caplog.text
