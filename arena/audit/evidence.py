"""What the cards of a data set rest on: one read, then arrays; and one judge's part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.judges import label_judges
from arena.majority import verdict_of
from arena.store import in_words
from db import Database, Session, audit, boards, datasets, judges
from db.audit import AuditMatches, ContestantFamily, PromptCost, PromptFacts
from db.boards import StyleArrays
from db.judges import StoredJudge
from db.stamps import Stamp, load_stamp
from judge import family_of

Ints = NDArray[np.int64]

__all__ = ["Evidence", "Pairs", "Stamp", "find_pairs", "get_stamp", "load_evidence"]


@dataclass(frozen=True)
class Evidence:
    """One consistent read of a data set (or of all)."""

    dataset_id: int | None
    judges: tuple[StoredJudge, ...]
    labels: dict[int, str]
    matches: AuditMatches
    prompts: PromptFacts
    contestants: tuple[ContestantFamily, ...]
    style: StyleArrays
    costs: tuple[PromptCost, ...]

    @cached_property
    def by_id(self) -> dict[int, StoredJudge]:
        return {judge.id: judge for judge in self.judges}

    @cached_property
    def votes(self) -> AuditMatches:
        """People's scored matches."""
        people = [judge.id for judge in self.judges if judge.kind == "human"]
        kept = np.isin(self.matches.judge_id, people) & (self.matches.reason == 0)
        return self.matches.take(kept)

    def of_judge(self, judge_id: int) -> Pairs:
        return Pairs(self.matches.take(self.matches.judge_id == judge_id))

    def judge_ids(self, *kinds: str) -> list[int]:
        """Return the ids of judges of these kinds that have matches here."""
        present = set(np.unique(self.matches.judge_id).tolist())
        return [judge.id for judge in self.judges if judge.kind in kinds and judge.id in present]

    def size_of(self, response_id: Ints, feature: str) -> Ints:
        """Return a style feature of each response, -1 where the text is missing."""
        sizes = self._sizes[feature]
        return sizes[np.minimum(response_id, len(sizes) - 1)]

    @cached_property
    def _sizes(self) -> dict[str, Ints]:
        """Features by response id, -1 at the end and wherever there is no such response."""
        style = self.style
        n_marks = style.n_headers + style.n_list_items + style.n_bold
        columns = {
            "length": style.n_chars,
            "markdown": np.where(style.n_headers < 0, -1, n_marks),
            "list": style.n_list_items,
            "header": style.n_headers,
            "bold": style.n_bold,
        }
        top = int(style.response_id.max(initial=0)) + 2
        sizes = {name: np.full(top, -1, dtype=np.int64) for name in columns}
        for name, column in columns.items():
            sizes[name][style.response_id] = column
        return sizes


def load_evidence(session: Session, dataset_id: int | None, chosen: Sequence[int] | None = None) -> Evidence:
    """Read what cards need; `chosen` narrows the matches to these judges, None takes all."""
    stored = judges.list_stored_judges(session)
    ids = [judge.id for judge in stored] if chosen is None else list(chosen)
    # Texts of other data sets do no harm, and leaving them out costs more than reading them.
    of_texts = None if dataset_id is None or audit.holds_most(session, dataset_id) else dataset_id
    return Evidence(
        dataset_id=dataset_id,
        judges=tuple(stored),
        labels=label_judges(stored),
        matches=audit.load_audit_matches(session, dataset_id, ids),
        prompts=audit.load_prompt_facts(session, dataset_id),
        contestants=tuple(_with_family(one) for one in audit.load_contestants(session)),
        style=boards.load_style_arrays(session, of_texts),
        costs=tuple(audit.load_prompt_costs(session, dataset_id, ids)),
    )


def get_stamp(database: Database, dataset: str | None = None) -> Stamp:
    """Return what changes whenever the cards of a data set could have."""
    with in_words(), database.read() as session:
        return load_stamp(session, None if dataset is None else datasets.get_dataset_id(session, dataset))


def _with_family(contestant: ContestantFamily) -> ContestantFamily:
    """Guess an unknown family from the model's or contestant's name."""
    return replace(contestant, family=contestant.family or family_of(contestant.model or contestant.name))


@dataclass(frozen=True)
class Pairs:
    """One judge's matches, every repetition of every pair."""

    matches: AuditMatches

    @cached_property
    def once(self) -> Pairs:
        """Return each pair's lowest repetition only."""
        m = self.matches
        if not len(m) or m.repetition.max() == m.repetition.min():
            return self  # of one judge a pair has each repetition once
        order = np.lexsort((m.repetition, m.response_b, m.response_a))
        a, b = m.response_a[order], m.response_b[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
        return Pairs(m.take(np.sort(order[first])))

    @cached_property
    def two_orders(self) -> Pairs:
        """Return the scored pairs of both orders."""
        return self.where((self.matches.n_orders == 2) & (self.matches.reason == 0))

    @cached_property
    def scored(self) -> Pairs:
        return self.where(self.matches.reason == 0)

    def where(self, kept: NDArray[Any]) -> Pairs:
        return Pairs(self.matches.take(kept))

    def __len__(self) -> int:
        return len(self.matches)

    @property
    def prompt(self) -> Ints:
        return self.matches.prompt_id

    @cached_property
    def verdict(self) -> Ints:
        """One code a match: the verdict, a flip as a tie (MT-Bench), 0 where unscored."""
        return verdict_of(self.matches).astype(np.int64)

    @cached_property
    def lean(self) -> Ints:
        """+1 primacy, -1 recency, 0 neither; of scored pairs of both orders."""
        first_in_ab = np.array([0, 1, -1, 0, 0])[self.matches.verdict_ab]
        first_in_ba = np.array([0, -1, 1, 0, 0])[self.matches.verdict_ba]
        leaning: Ints = np.sign(first_in_ab + first_in_ba)
        return leaning

    @cached_property
    def score_a(self) -> NDArray[np.float64]:
        """Mean score of response a over the orders that were shown, a tie as a half; of scored matches."""
        worth = np.array([np.nan, 1.0, 0.0, 0.5, 0.5])
        m = self.matches
        ab, ba = worth[m.verdict_ab], worth[m.verdict_ba]
        score: NDArray[np.float64] = np.where(np.isnan(ab), ba, np.where(np.isnan(ba), ab, (ab + ba) / 2))
        return score


def find_pairs(left: AuditMatches, right: AuditMatches) -> Ints:
    """Return for each match of `right` the row of `left` on the same two responses, -1 where there is none.

    `left` has each pair once.
    """
    if not len(left):
        return np.full(len(right), -1, dtype=np.int64)
    top = int(max(left.response_b.max(), right.response_b.max(initial=0))) + 1
    known, wanted = left.response_a * top + left.response_b, right.response_a * top + right.response_b
    order = np.argsort(known)
    at = np.minimum(np.searchsorted(known[order], wanted), len(known) - 1)
    row = order[at]
    return np.where(known[row] == wanted, row, -1)
