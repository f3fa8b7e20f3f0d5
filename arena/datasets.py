"""Data sets as pages and commands see them: what is there, and removing one."""

from __future__ import annotations

from arena.errors import NotFoundError
from arena.store import in_words
from db import Database, datasets, match_choices
from db.datasets import ContestantSummary, DatasetSummary, TagCount

__all__ = [
    "ContestantSummary",
    "DatasetSummary",
    "TagCount",
    "get_dataset",
    "list_contestant_names",
    "list_contestants",
    "list_dataset_names",
    "list_datasets",
    "list_tags",
    "remove_dataset",
]


def list_datasets(database: Database) -> list[DatasetSummary]:
    """Return all, in the order in which they came."""
    with in_words(), database.read() as session:
        return datasets.list_datasets(session)


def list_dataset_names(database: Database) -> list[str]:
    """Return the names without counting anything, in the order in which they came."""
    with in_words(), database.read() as session:
        return [dataset.name for dataset in datasets.list_dataset_names(session)]


def get_dataset(database: Database, name: str) -> DatasetSummary:
    """Raise NotFoundError, naming what exists, where there is none of that name."""
    found = {summary.name: summary for summary in list_datasets(database)}
    if name not in found:
        there = (
            f"There are: {', '.join(sorted(found))}." if found else "There are none yet; import one first."
        )
        raise NotFoundError(f"No data set is called '{name}'. {there}")
    return found[name]


def list_tags(database: Database, dataset: str | None) -> list[TagCount]:
    with in_words(), database.read() as session:
        dataset_id = None if dataset is None else datasets.get_dataset_id(session, dataset)
        return datasets.list_tags(session, dataset_id)


def list_contestants(database: Database, dataset: str | None) -> list[ContestantSummary]:
    """Return those with a response in the data set (None: anywhere), by name."""
    with in_words(), database.read() as session:
        dataset_id = None if dataset is None else datasets.get_dataset_id(session, dataset)
        return datasets.list_contestants(session, dataset_id)


def list_contestant_names(database: Database, dataset: str) -> list[str]:
    """Return who has a response in the data set, without counting anything, by name."""
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        return match_choices.list_contestant_names(session, dataset_id)


def remove_dataset(database: Database, name: str) -> DatasetSummary:
    """Remove it with everything that hangs on it; return what went. Calls that were paid for stay."""
    summary = get_dataset(database, name)
    with in_words(), database.write() as session:
        datasets.remove_dataset(session, summary.id)
    return summary
