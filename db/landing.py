"""What an import needs of the database: looking up many rows at once, and adding many rows at once.

It knows tables and rows, not formats and not the rules by which recorded judgments become matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, Table, bindparam, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session

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
from db.tables import (
    Base,
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

LOOKUP_CHUNK = 2_000

_Insert = tuple[str, tuple[tuple[str, Callable[[Any], Any]], ...]]


class _UndoneError(Exception):
    """Leaves the transaction without its changes; never seen outside this module."""


@contextmanager
def open_landing(database: Database, dataset: str) -> Iterator[Landing]:
    """Open one transaction that holds a whole import; it is kept at the end unless `undo` was called.

    Imports wait for each other. On a server, runs and votes go on beside them; the rare row that both add
    stops the import, which changes nothing then.
    """
    try:
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

    def __init__(self, session: Session, dataset: str) -> None:
        self._connection = session.connection()
        dialect = self._connection.dialect
        self._is_sqlite = dialect.name == "sqlite"
        self._next_ids: dict[str, int] = {}
        self.now: datetime = utc_now()
        self._is_undone = False
        self._inserts: dict[tuple[str, tuple[str, ...]], _Insert] = {}
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
            row = {"name": name, "description": "", "is_invented": False, "created_at": self.now}
            found = self._connection.execute(insert(DatasetRow).returning(DatasetRow.id), row).scalar_one()
        return found

    # Prompts

    def find_prompts_by_key(self, keys: Sequence[str]) -> dict[str, StoredPrompt]:
        found = self._prompts().where(PromptRow.dataset_id == self.dataset_id)
        rows = self._in_chunks(found, PromptRow.key, keys)
        return {row.key: StoredPrompt(row.id, row.key, row.text_hash) for row in rows}

    def find_prompts_by_hash(self, hashes: Sequence[str]) -> dict[str, StoredPrompt]:
        """Return the oldest prompt of each text."""
        found = self._prompts().where(PromptRow.dataset_id == self.dataset_id).order_by(PromptRow.id.desc())
        rows = self._in_chunks(found, PromptRow.text_hash, hashes)
        return {row.text_hash: StoredPrompt(row.id, row.key, row.text_hash) for row in rows}

    @staticmethod
    def _prompts() -> Select[*tuple[Any, ...]]:
        return select(PromptRow.id, PromptRow.key, PromptRow.text_hash)

    def add_prompts(self, rows: Sequence[dict[str, Any]]) -> None:
        self._add(PromptRow, rows)

    def complete_prompts(self, rows: Sequence[dict[str, Any]]) -> None:
        """Give texts (`messages`, `text_hash`) to prompts (`id`) that came without."""
        self._update(PromptRow, rows)

    def rename_prompts(self, rows: Sequence[dict[str, Any]]) -> None:
        """Give the source's id (`key`) to prompts (`id`) that were known by their text alone."""
        self._update(PromptRow, rows)

    def find_tags(self, prompt_ids: Sequence[int]) -> set[tuple[int, str]]:
        found = select(PromptTagRow.prompt_id, PromptTagRow.tag)
        return {
            (row.prompt_id, row.tag) for row in self._in_chunks(found, PromptTagRow.prompt_id, prompt_ids)
        }

    def add_tags(self, tags: Sequence[tuple[int, str]]) -> None:
        self._add(PromptTagRow, [{"prompt_id": prompt_id, "tag": tag} for prompt_id, tag in tags])

    def find_references(self, prompt_ids: Sequence[int]) -> set[tuple[int, str]]:
        """Return (prompt id, text hash) of every reference of these prompts."""
        found = select(ReferenceRow.prompt_id, ReferenceRow.text_hash)
        rows = self._in_chunks(found, ReferenceRow.prompt_id, prompt_ids)
        return {(row.prompt_id, row.text_hash) for row in rows}

    def add_references(self, rows: Sequence[dict[str, Any]]) -> None:
        self._add(ReferenceRow, rows)

    # Contestants and judges

    def find_contestants(self, names: Sequence[str]) -> dict[str, StoredContestant]:
        found = select(ContestantRow.id, ContestantRow.name, ContestantRow.parameters, ContestantRow.model)
        return {
            row.name: StoredContestant(row.id, row.name, row.parameters.get("version"), row.model is not None)
            for row in self._in_chunks(found, ContestantRow.name, names)
        }

    def add_contestants(self, rows: Sequence[dict[str, Any]]) -> None:
        self._add(ContestantRow, rows)

    def set_version(self, contestant_id: int, version: str) -> None:
        """Keep the version of a contestant that was known by its name alone."""
        which = ContestantRow.id == contestant_id
        parameters = self._connection.execute(select(ContestantRow.parameters).where(which)).scalar_one()
        changed = {**parameters, "version": version}
        self._connection.execute(update(ContestantRow).where(which).values(parameters=changed))

    def find_judges(self, names: Sequence[str]) -> dict[tuple[str, str], int]:
        """Return judge ids by (name, version)."""
        return {key: judge.id for key, judge in self.find_known_judges(names).items()}

    def find_known_judges(self, names: Sequence[str]) -> dict[tuple[str, str], KnownJudge]:
        """Return judges by (name, version)."""
        found = select(JudgeRow.id, JudgeRow.name, JudgeRow.version, JudgeRow.kind, JudgeRow.mode)
        rows = self._in_chunks(found, JudgeRow.name, names)
        return {(row.name, row.version): KnownJudge(row.id, row.kind, row.mode) for row in rows}

    def add_judges(self, rows: Sequence[dict[str, Any]]) -> None:
        self._add(JudgeRow, rows)

    # Responses

    def find_responses(self, prompt_ids: Sequence[int]) -> list[StoredResponse]:
        rows = self._in_chunks(self._responses(), ResponseRow.prompt_id, prompt_ids)
        return [StoredResponse(*row) for row in rows]

    def find_responses_by_source_key(self, keys: Sequence[str]) -> dict[str, StoredResponse]:
        """Return the dataset's responses by the source's own id; where two have it, the newest."""
        found = (
            self._responses().join(PromptRow).where(PromptRow.dataset_id == self.dataset_id)
            .where(ResponseRow.source_key.is_not(None)).order_by(ResponseRow.id)
        )  # fmt: skip
        rows = self._in_chunks(found, ResponseRow.source_key, keys)
        return {row.source_key: StoredResponse(*row) for row in rows}

    def find_responses_by_id(self, ids: Sequence[int]) -> list[StoredResponse]:
        return [StoredResponse(*row) for row in self._in_chunks(self._responses(), ResponseRow.id, ids)]

    @staticmethod
    def _responses() -> Select[*tuple[Any, ...]]:
        return select(ResponseRow.id, ResponseRow.prompt_id, ResponseRow.contestant_id,
                      ResponseRow.sample_index, ResponseRow.text_hash, ResponseRow.source_key)  # fmt: skip

    def add_responses(self, rows: Sequence[dict[str, Any]]) -> None:
        self._add(ResponseRow, rows)

    def complete_responses(self, rows: Sequence[dict[str, Any]]) -> None:
        """Give texts and their features to responses (`id`) that came without."""
        self._update(ResponseRow, rows)

    # Judgments and matches

    def find_pair_judgments(self, pairs: Sequence[tuple[int, int]]) -> list[StoredJudgment]:
        """Return every judge's judgments of these pairs of response ids, in exactly this shown order."""
        found = self._judgments().where(JudgmentRow.response_second_id.is_not(None))
        columns = (JudgmentRow.response_first_id, JudgmentRow.response_second_id)
        return [StoredJudgment(*row) for row in self._of_pairs(found, columns, pairs)]

    def find_single_judgments(self, response_ids: Sequence[int]) -> list[StoredJudgment]:
        found = self._judgments().where(JudgmentRow.response_second_id.is_(None))
        rows = self._in_chunks(found, JudgmentRow.response_first_id, response_ids)
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
        return [StoredMatch(*row) for row in self._of_pairs(found, columns, pairs)]

    def find_grades(self, judgment_ids: Sequence[int]) -> list[StoredGrade]:
        found = select(GradeRow.judgment_id, GradeRow.response_id, GradeRow.criterion, GradeRow.score)
        return [StoredGrade(*row) for row in self._in_chunks(found, GradeRow.judgment_id, judgment_ids)]

    def add_matches(self, rows: Sequence[dict[str, Any]]) -> None:
        self._add(MatchRow, rows)

    def complete_matches(self, rows: Sequence[dict[str, Any]]) -> None:
        """Give a match (`id`) its second shown order."""
        self._update(MatchRow, rows)

    def add_judgments(self, rows: Sequence[dict[str, Any]]) -> None:
        self._add(JudgmentRow, rows)

    def add_grades(self, rows: Sequence[dict[str, Any]]) -> None:
        self._add(GradeRow, rows)

    def add_votes(self, rows: Sequence[dict[str, Any]]) -> None:
        self._add(VoteRow, rows)

    # How

    def reserve_ids(self, name: str, n: int) -> Sequence[int]:
        """Return n fresh ids of a table, so that rows can point to each other before they are inserted."""
        if not self._is_sqlite:
            sequence = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :n)")
            return list(self._connection.execute(sequence, {"name": name, "n": n}).scalars())
        if name not in self._next_ids:
            # The transaction began with BEGIN IMMEDIATE: nobody else adds rows until it ends.
            highest = self._connection.execute(select(func.max(Base.metadata.tables[name].c.id))).scalar()
            self._next_ids[name] = (highest or 0) + 1
        first = self._next_ids[name]
        self._next_ids[name] = first + n
        return range(first, first + n)

    def _add(self, table: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows that all have the same keys; the dicts are used up."""
        if not rows:
            return
        target = _table(table)
        # Straight to the driver: binding the parameters of 5 million rows one by one took most of the time.
        columns = tuple(rows[0])
        statement, converters = self._insert_of(target, columns)
        for name, convert in converters:
            last, converted = None, convert(None)
            for row in rows:
                if row[name] is not last:
                    last = row[name]
                    converted = convert(last)
                row[name] = converted
        pick = itemgetter(*columns) if len(columns) > 1 else lambda row: (row[columns[0]],)
        if self._is_sqlite:
            self._connection.exec_driver_sql(statement, list(map(pick, rows)))
            return
        cursor: Any = self._connection.connection.cursor()
        with cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(pick(row))

    def _insert_of(self, table: Table, columns: tuple[str, ...]) -> _Insert:
        """Return the SQL, and the columns whose values the driver does not take as they are."""
        found = self._inserts.get((table.name, columns))
        if found is None:
            dialect = self._connection.dialect
            missing = {c.name for c in table.c if not (c.nullable or c.primary_key)} - set(columns)
            if missing:
                raise ValueError(f"The {table.name} rows lack {', '.join(sorted(missing))}.")
            values = ", ".join("?" * len(columns))
            quoted = ", ".join(dialect.identifier_preparer.quote(name) for name in columns)
            name = dialect.identifier_preparer.format_table(table)
            converters = []
            for column in columns:
                convert = table.c[column].type.dialect_impl(dialect).bind_processor(dialect)
                if convert is not None:
                    converters.append((column, convert))
            sql = f"INSERT INTO {name} ({quoted}) VALUES ({values})"
            if not self._is_sqlite:
                sql = f"COPY {name} ({quoted}) FROM STDIN"
            found = (sql, tuple(converters))
            self._inserts[table.name, columns] = found
        return found

    def _update(self, table: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            changed = [{**row, "row_id": row["id"]} for row in rows]
            columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "id"}
            target = _table(table)
            statement = update(target).where(target.c.id == bindparam("row_id")).values(columns)
            for row in changed:
                del row["id"]
            self._connection.execute(statement, changed)

    def _of_pairs(
        self, statement: Select[*tuple[Any, ...]], columns: tuple[Any, Any], pairs: Sequence[tuple[int, int]]
    ) -> Iterator[Any]:
        """Yield rows whose two columns are one of the pairs.

        Two lists of ids and a look at the result: PostgreSQL took eleven times as long over a list of pairs.
        """
        first, second = columns
        for start in range(0, len(pairs), LOOKUP_CHUNK):
            chunk = set(pairs[start : start + LOOKUP_CHUNK])
            firsts, seconds = {pair[0] for pair in chunk}, {pair[1] for pair in chunk}
            for row in self._connection.execute(statement.where(first.in_(firsts), second.in_(seconds))):
                if (row[2], row[3]) in chunk:
                    yield row

    def _in_chunks(
        self, statement: Select[*tuple[Any, ...]], column: Any, values: Sequence[Any]
    ) -> Iterator[Any]:
        for start in range(0, len(values), LOOKUP_CHUNK):
            chunk = values[start : start + LOOKUP_CHUNK]
            yield from self._connection.execute(statement.where(column.in_(chunk)))


def _table(table: type[DeclarativeBase]) -> Table:
    found = table.__table__
    assert isinstance(found, Table)
    return found
