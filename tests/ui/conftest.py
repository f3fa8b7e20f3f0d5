from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from arena.store import open_store
from db import Database


@pytest.fixture
def store(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty database, which the pages find through `$DATABASE_URL`."""
    path = tmp_path / "evenhand.db"
    shutil.copyfile(sqlite_template, path)
    url = f"sqlite:///{path}"
    monkeypatch.setenv("DATABASE_URL", url)
    database = open_store(url)
    yield database
    database.close()
    st.cache_resource.clear()
    st.cache_data.clear()
