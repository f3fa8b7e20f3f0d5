"""What holds whatever the page: errors are sentences, a database that cannot be used says so."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from db import Database
from tests.ui.opening import text_of
from ui.navigation import SECTIONS, START
from ui.shell import PAGE_SCRIPT


def open_start() -> AppTest:
    return AppTest.from_file(str(PAGE_SCRIPT), default_timeout=300).run()


def test_the_page_script_renders_the_start_page(store: Database) -> None:
    app = open_start()
    assert not app.exception
    assert app.title[0].value == START.title


def test_it_runs_from_any_folder(store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_start().title


def test_a_new_database_is_created_where_the_address_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'fresh.db'}")
    app = open_start()
    assert not app.exception
    assert (tmp_path / "fresh.db").exists()


def test_a_database_of_a_newer_version_is_refused_in_words(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite3.connect(tmp_path / "evenhand.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_future'")
    connection.close()
    app = open_start()
    assert not app.exception
    assert "written by a newer Evenhand" in app.error[0].value.replace("\\", "")


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://localhost/x",
        "postgresql://nobody:secret@127.0.0.1:1/none",
        "sqlite:////proc/none/x.db",
    ],
)
def test_a_database_that_cannot_be_reached_is_a_sentence_without_its_password(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    app = open_start()
    assert not app.exception
    assert app.error[0].value
    assert "secret" not in text_of(app)
    assert [button.label for button in app.button] == ["Try again"]


def test_every_page_has_an_address_an_icon_and_a_help_of_its_own() -> None:
    entries = [entry for section in SECTIONS.values() for entry in section]
    assert len({entry.path for entry in entries}) == len(entries)
    assert all(entry.help.endswith(".") and len(entry.help) < 200 for entry in entries)
