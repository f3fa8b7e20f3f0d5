"""What to export: which matches, in words of names, and what a finished export says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from arena.judges import find_judge
from arena.store import in_words
from db import Database, datasets
from db.judges import list_stored_judges
from db.match_filter import MatchQuery


class Texts(Enum):
    """Whether prompts and responses are written out."""

    WITH = "with"
    WITHOUT = "without"


class States(Enum):
    """Whether unscored matches are written too, with an empty winner and their reason."""

    SCORED = "scored"
    ALL = "all"


@dataclass(frozen=True)
class ExportFilter:
    """Which matches or responses; None: any. `lens` is `judge` or `human`, `judge` NAME or NAME@VERSION."""

    dataset: str | None = None
    judge: str | None = None
    lens: str | None = None
    tag: str | None = None

    def to_query(self, database: Database) -> MatchQuery:
        """Look the names up.

        Raises
        ------
        NotFoundError
            If there is no such dataset or judge.
        """
        with in_words(), database.read() as session:
            dataset_id = None if self.dataset is None else datasets.get_dataset_id(session, self.dataset)
            stored = list_stored_judges(session) if self.judge is not None else []
        judges = [] if self.judge is None else [find_judge(stored, self.judge, mode="pairwise")]
        return MatchQuery(
            dataset_id=dataset_id,
            judge_ids=tuple(judge.id for judge in judges),
            kind={"judge": "ai", "human": "people"}.get(self.lens or ""),
            tags=() if self.tag is None else (self.tag,),
        )


@dataclass(frozen=True)
class ExportReport:
    """`n_left_out` are matches (or responses, or pairs) that were wanted but not written; `why` says why."""

    n_rows: int
    n_left_out: int
    why: str

    def summary(self) -> str:
        said = f"{self.n_rows:,} {'row' if self.n_rows == 1 else 'rows'} written"
        return f"{said}; {self.n_left_out:,} left out: {self.why}." if self.n_left_out else f"{said}."
