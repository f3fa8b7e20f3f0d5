"""Counts of responses by indexes and ranges say what counting one by one would."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from db import Database, open_database
from db.datasets import list_datasets
from db.prompt_ranges import MAX_RANGES
from db.response_counts import AnsweredCount, count_answered, find_prompts_with_holes
from db.tables import ContestantRow, DatasetRow, PromptRow, ResponseRow


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    opened = open_database(store_url)
    yield opened
    opened.close()


def fill(database: Database, n_turns: int) -> dict[str, int]:
    """Write two data sets whose prompts lie between each other, every third one of `first`."""
    with database.write() as session:
        first, second = DatasetRow(name="first"), DatasetRow(name="second")
        ash, oak = ContestantRow(name="ash"), ContestantRow(name="oak")
        session.add_all([first, second, ash, oak])
        session.flush()
        for turn in range(n_turns):
            for dataset in (first, second, second):
                prompt = PromptRow(
                    dataset_id=dataset.id, key=f"{dataset.id}.{turn}", messages=[], text_hash="x"
                )
                if dataset is second:
                    prompt.key += f".{session.query(PromptRow).count()}"
                session.add(prompt)
                session.flush()
                session.add(ResponseRow(prompt_id=prompt.id, contestant_id=ash.id, source="test"))
        return {"first": first.id, "second": second.id, "ash": ash.id, "oak": oak.id}


def add(database: Database, prompt_id: int, contestant_id: int, sample: int, state: str = "ready") -> None:
    with database.write() as session:
        reason = "timeout" if state == "failed" else None
        session.add(
            ResponseRow(
                prompt_id=prompt_id, contestant_id=contestant_id, sample_index=sample, state=state,
                reason=reason, source="test",
            )
        )  # fmt: skip


def prompts_of(database: Database, dataset_id: int) -> list[int]:
    with database.read() as session:
        return [
            row.id for row in session.query(PromptRow).order_by(PromptRow.id) if row.dataset_id == dataset_id
        ]


@pytest.mark.parametrize("n_turns", [3, MAX_RANGES + 1], ids=["few ranges", "too many ranges"])
def test_a_data_set_counts_its_own_responses_wherever_its_prompts_lie(
    database: Database, n_turns: int
) -> None:
    ids = fill(database, n_turns)
    add(database, prompts_of(database, ids["first"])[0], ids["oak"], 0)
    with database.read() as session:
        found = {one.name: (one.n_responses, one.n_contestants) for one in list_datasets(session)}
    assert found["first"] == (n_turns + 1, 2)
    assert found["second"] == (2 * n_turns, 1)


def test_a_second_sample_is_no_second_prompt_and_a_failure_counts_where_nothing_else_is(
    database: Database,
) -> None:
    ids = fill(database, 4)
    own = prompts_of(database, ids["first"])
    add(database, own[0], ids["ash"], 1)
    add(database, own[0], ids["oak"], 0, "failed")
    add(database, own[0], ids["oak"], 1)
    add(database, own[1], ids["oak"], 0, "failed")
    add(database, own[1], ids["oak"], 1, "failed")
    add(database, own[2], ids["oak"], 0)
    with database.read() as session:
        assert count_answered(session, ids["first"]) == {
            ids["ash"]: AnsweredCount(4, 0),
            ids["oak"]: AnsweredCount(2, 1),
        }
        assert find_prompts_with_holes(session, ids["first"]).tolist() == [own[1], own[3]]


def test_a_prompt_without_a_text_is_no_hole(database: Database) -> None:
    ids = fill(database, 3)
    own = prompts_of(database, ids["first"])
    with database.write() as session:
        session.add(PromptRow(dataset_id=ids["first"], key="nameless", messages=None, text_hash=None))
        session.execute(delete(ResponseRow).where(ResponseRow.prompt_id == own[2]))
    nameless = prompts_of(database, ids["first"])[-1]
    add(database, nameless, ids["ash"], 0)
    with database.read() as session:
        assert count_answered(session, ids["first"]) == {ids["ash"]: AnsweredCount(2, 0)}
        assert find_prompts_with_holes(session, ids["first"]).tolist() == [own[2]]
