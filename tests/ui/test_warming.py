"""What the server reads before anybody comes: the board that the leaderboard begins with."""

import logging

import pytest

from arena.leaderboard import BoardQuery, get_board
from db import Database
from tests.arena.filling import both_orders, fill, record
from ui import warming


def test_the_newest_dataset_of_ones_own_is_read_beforehand(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    fill(store, dataset="newer")
    record(store, both_orders("p1", "alder", "birch", "A"), dataset="newer")
    read: list[BoardQuery] = []
    monkeypatch.setattr("ui.state.get_board", lambda database, query: read.append(query))
    beside: list[BoardQuery] = []
    monkeypatch.setattr("arena.board.evidence.load_evidence", lambda _, query: beside.append(query))
    warming.read_first_board()
    assert read == [BoardQuery("newer")]
    assert {query.dataset for query in beside} == {"newer"}
    assert get_board(store, BoardQuery("newer")).n_scored == 1


def test_an_empty_database_and_one_that_is_not_there_are_no_error(
    store: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    warming.read_first_board()
    monkeypatch.setenv("DATABASE_URL", "sqlite:////proc/none/x.db")
    with caplog.at_level(logging.WARNING):
        warming._read()
    assert "nothing was read beforehand" in caplog.text


def test_what_the_pages_import_can_be_imported_without_a_page() -> None:
    warming.import_pages()
