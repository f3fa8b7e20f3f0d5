"""What an import needs of the database: looking up many rows at once, and adding many rows at once.

It knows tables and rows, not formats and not the rules by which recorded judgments become matches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.bulk import BulkRows
from db.engine import Database
from db.errors import DatabaseUnreachableError
from db.landing_records import (
    KnownJudge,
    StoredContestant,
    StoredGrade,
    StoredJudgment,
    StoredMatch,
    StoredPrompt,
    StoredResponse,
)
from db.postgres import Turn
from db.staging import open_staging
from db.tables import (
    ContestantRow,
    DatasetRow,
    GradeRow,
    JudgeRow,
    JudgmentRow,
    MatchRow,
    PromptRow,
    PromptTagRow,
    ReferenceRow,
    ResponseRow,
    VoteRow,
    utc_now,
)


class _UndoneError(Exception):
    """Leaves the transaction without its changes; never seen outside this module."""


class Lock(Enum):
    """Whether an import on SQLite keeps the writer's lock for its whole length, or for its last moment."""

    WHOLE = "whole"
    LAST_MOMENT = "last moment"


@contextmanager
def open_landing(database: Database, dataset: str, lock: Lock = Lock.WHOLE) -> Iterator[Landing]:
    """Open what holds a whole import; it is kept at the end, all of it, unless `undo` was called.

    Imports wait for each other. On a server, runs and votes go on beside them; the rare row that both add
    stops the import, which changes nothing then. On SQLite they go on beside one that needs the lock in its
    last moment only.

    Raises
    ------
    ImportConflictError
        With `Lock.LAST_MOMENT`, where others wrote meanwhile what this import adds or rests on.
    """
    try:
        if database.is_sqlite and lock is Lock.LAST_MOMENT:
            with open_staging(database) as staging:
                landing = Landing(Session(staging.connection), dataset, staging)
                yield landing
                landing.leave()
                staging.transfer()
            return
        with database.write(Turn.IMPORT) as session:
            landing = Landing(session, dataset)
            yield landing
            landing.leave()
    except _UndoneError:
        return
    except IntegrityError as error:
        if database.is_sqlite or "duplicate key" not in str(error.orig):
            raise
        why = "somebody else added the same rows meanwhile. Nothing was imported; import again."
        raise DatabaseUnreachableError(database.url, why) from error


class Landing:
    """Bulk lookups and inserts of one import into one dataset, which is created where it is missing."""

    def __init__(self, session: Session, dataset: str, rows: BulkRows | None = None) -> None:
        self._connection = session.connection()
        self._rows = rows or BulkRows(self._connection)
        self.now: datetime = utc_now()
        self._is_undone = False
        self.dataset_id = self._dataset_id(dataset)

    def undo(self) -> None:
        """Leave the database as it was when the block ends."""
        self._is_undone = True

    def leave(self) -> None:
        """End the block: `open_landing` calls this and nobody else."""
        if self._is_undone:
            raise _UndoneError

    def _dataset_id(self, name: str) -> int:
        found = self._connection.execute(select(DatasetRow.id).where(DatasetRow.name == name)).scalar()
        if found is None:
            (found,) = self.reserve_ids("dataset", 1)
            row = {"id": found, "name": name, "description": "", "is_invented": False, "created_at": self.now}
            self._rows.add(DatasetRow, [row])
        return found

    def reserve_ids(self, name: str, n: int) -> Sequence[int]:
        """Return n fresh ids of a table, so that rows can point to each other before they are inserted."""
        return self._rows.reserve_ids(name, n)

    # Prompts

    def find_prompts_by_key(self, keys: Sequence[str]) -> dict[str, StoredPrompt]:
        found = self._prompts().where(PromptRow.dataset_id == self.dataset_id)
        rows = self._rows.in_chunks(found, PromptRow.key, keys)
        return {row.key: StoredPrompt(row.id, row.key, row.text_hash) for row in rows}

    def find_prompts_by_hash(self, hashes: Sequence[str]) -> dict[str, StoredPrompt]:
        """Return the oldest prompt of each text."""
        found = self._prompts().where(PromptRow.dataset_id == self.dataset_id).order_by(PromptRow.id.desc())
        rows = self._rows.in_chunks(found, PromptRow.text_hash, hashes)
        return {row.text_hash: StoredPrompt(row.id, row.key, row.text_hash) for row in rows}

    @staticmethod
    def _prompts() -> Select[*tuple[Any, ...]]:
        return select(PromptRow.id, PromptRow.key, PromptRow.text_hash)

    def add_prompts(self, rows: Sequence[dict[str, Any]]) -> None:
        self._rows.add(PromptRow, rows)

    def complete_prompts(self, rows: Sequence[dict[str, Any]]) -> None:
        """Give texts (`messages`, `text_hash`) to prompts (`id`) that came without."""
        self._rows.update(PromptRow, rows)

    def rename_prompts(self, rows: Sequence[dict[str, Any]]) -> None:
        """Give the source's id (`key`) to prompts (`id`) that were known by their text alone."""
        self._rows.update(PromptRow, rows)

    def find_tags(self, prompt_ids: Sequence[int]) -> set[tuple[int, str]]:
        found = select(PromptTagRow.prompt_id, PromptTagRow.tag)
        return {
            (row.prompt_id, row.tag)
            for row in self._rows.in_chunks(found, PromptTagRow.prompt_id, prompt_ids)
        }

    def add_tags(self, tags: Sequence[tuple[int, str]]) -> None:
        self._rows.add(PromptTagRow, [{"prompt_id": prompt_id, "tag": tag} for prompt_id, tag in tags])

    def find_references(self, prompt_ids: Sequence[int]) -> set[tuple[int, str]]:
        """Return (prompt id, text hash) of every reference of these prompts."""
        found = select(ReferenceRow.prompt_id, ReferenceRow.text_hash)
        rows = self._rows.in_chunks(found, ReferenceRow.prompt_id, prompt_ids)
        return {(row.prompt_id, row.text_hash) for row in rows}

    def add_references(self, rows: Sequence[dict[str, Any]]) -> None:
        self._rows.add(ReferenceRow, rows)

    # Contestants and judges

    def find_contestants(self, names: Sequence[str]) -> dict[str, StoredContestant]:
        found = select(ContestantRow.id, ContestantRow.name, ContestantRow.parameters, ContestantRow.model)
        return {
            row.name: StoredContestant(row.id, row.name, row.parameters.get("version"), row.model is not None)
            for row in self._rows.in_chunks(found, ContestantRow.name, names)
        }

    def add_contestants(self, rows: Sequence[dict[str, Any]]) -> None:
        self._rows.add(ContestantRow, rows)

    def set_version(self, contestant_id: int, version: str) -> None:
        """Keep the version of a contestant that was known by its name alone."""
        which = ContestantRow.id == contestant_id
        parameters = self._connection.execute(select(ContestantRow.parameters).where(which)).scalar_one()
        self._rows.update(
            ContestantRow, [{"id": contestant_id, "parameters": {**parameters, "version": version}}]
        )

    def find_judges(self, names: Sequence[str]) -> dict[tuple[str, str], int]:
        """Return judge ids by (name, version)."""
        return {key: judge.id for key, judge in self.find_known_judges(names).items()}

    def find_known_judges(self, names: Sequence[str]) -> dict[tuple[str, str], KnownJudge]:
        """Return judges by (name, version)."""
        found = select(JudgeRow.id, JudgeRow.name, JudgeRow.version, JudgeRow.kind, JudgeRow.mode)
        rows = self._rows.in_chunks(found, JudgeRow.name, names)
        return {(row.name, row.version): KnownJudge(row.id, row.kind, row.mode) for row in rows}

    def add_judges(self, rows: Sequence[dict[str, Any]]) -> None:
        self._rows.add(JudgeRow, rows)

    # Responses

    def find_responses(self, prompt_ids: Sequence[int]) -> list[StoredResponse]:
        rows = self._rows.in_chunks(self._responses(), ResponseRow.prompt_id, prompt_ids)
        return [StoredResponse(*row) for row in rows]

    def find_responses_by_source_key(self, keys: Sequence[str]) -> dict[str, StoredResponse]:
        """Return the dataset's responses by the source's own id; where two have it, the newest."""
        found = (
            self._responses().join(PromptRow).where(PromptRow.dataset_id == self.dataset_id)
            .where(ResponseRow.source_key.is_not(None)).order_by(ResponseRow.id)
        )  # fmt: skip
        rows = self._rows.in_chunks(found, ResponseRow.source_key, keys)
        return {row.source_key: StoredResponse(*row) for row in rows}

    def find_responses_by_id(self, ids: Sequence[int]) -> list[StoredResponse]:
        return [StoredResponse(*row) for row in self._rows.in_chunks(self._responses(), ResponseRow.id, ids)]

    @staticmethod
    def _responses() -> Select[*tuple[Any, ...]]:
        return select(ResponseRow.id, ResponseRow.prompt_id, ResponseRow.contestant_id,
                      ResponseRow.sample_index, ResponseRow.text_hash, ResponseRow.source_key)  # fmt: skip

    def add_responses(self, rows: Sequence[dict[str, Any]]) -> None:
        self._rows.add(ResponseRow, rows)

    def complete_responses(self, rows: Sequence[dict[str, Any]]) -> None:
        """Give texts and their features to responses (`id`) that came without."""
        self._rows.update(ResponseRow, rows)

    # Judgments and matches

    def find_pair_judgments(self, pairs: Sequence[tuple[int, int]]) -> list[StoredJudgment]:
        """Return every judge's judgments of these pairs of response ids, in exactly this shown order."""
        found = self._judgments().where(JudgmentRow.response_second_id.is_not(None))
        columns = (JudgmentRow.response_first_id, JudgmentRow.response_second_id)
        return [StoredJudgment(*row) for row in self._rows.of_pairs(found, columns, pairs)]

    def find_single_judgments(self, response_ids: Sequence[int]) -> list[StoredJudgment]:
        found = self._judgments().where(JudgmentRow.response_second_id.is_(None))
        rows = self._rows.in_chunks(found, JudgmentRow.response_first_id, response_ids)
        return [StoredJudgment(*row) for row in rows]

    @staticmethod
    def _judgments() -> Select[*tuple[Any, ...]]:
        return select(JudgmentRow.id, JudgmentRow.judge_id, JudgmentRow.response_first_id,
                      JudgmentRow.response_second_id, JudgmentRow.repetition, JudgmentRow.state,
                      JudgmentRow.verdict, JudgmentRow.reason)  # fmt: skip

    def find_matches(self, pairs: Sequence[tuple[int, int]]) -> list[StoredMatch]:
        """Return every judge's matches of these (response_a_id, response_b_id)."""
        found = select(MatchRow.id, MatchRow.judge_id, MatchRow.response_a_id, MatchRow.response_b_id,
                       MatchRow.repetition, MatchRow.n_orders, MatchRow.verdict_ab, MatchRow.verdict_ba,
                       MatchRow.reason)  # fmt: skip
        columns = (MatchRow.response_a_id, MatchRow.response_b_id)
        return [StoredMatch(*row) for row in self._rows.of_pairs(found, columns, pairs)]

    def find_grades(self, judgment_ids: Sequence[int]) -> list[StoredGrade]:
        found = select(GradeRow.judgment_id, GradeRow.response_id, GradeRow.criterion, GradeRow.score)
        return [StoredGrade(*row) for row in self._rows.in_chunks(found, GradeRow.judgment_id, judgment_ids)]

    def add_matches(self, rows: Sequence[dict[str, Any]]) -> None:
        self._rows.add(MatchRow, rows)

    def complete_matches(self, rows: Sequence[dict[str, Any]]) -> None:
        """Give a match (`id`) its second shown order."""
        self._rows.update(MatchRow, rows)

    def add_judgments(self, rows: Sequence[dict[str, Any]]) -> None:
        self._rows.add(JudgmentRow, rows)

    def add_grades(self, rows: Sequence[dict[str, Any]]) -> None:
        self._rows.add(GradeRow, rows)

    def add_votes(self, rows: Sequence[dict[str, Any]]) -> None:
        self._rows.add(VoteRow, rows)
