"""Which data sets can be voted on, without counting what is in them."""

from __future__ import annotations

from arena.store import in_words
from db import Database
from db.datasets import list_dataset_names


def list_dataset_choices(database: Database) -> list[str]:
    """Return the names of all data sets, in the order in which they came."""
    with in_words(), database.read() as session:
        return [dataset.name for dataset in list_dataset_names(session)]
