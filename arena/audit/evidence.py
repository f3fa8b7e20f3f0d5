"""What the cards of a data set rest on: one read, then arrays; and one judge's part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.board.positions import find_positions
from arena.judges import label_judges
from arena.majority import verdict_of
from arena.outcomes import OUTCOME
from arena.store import in_words
from db import Database, Session, audit, boards, datasets, judges
from db.audit import AuditMatches, ContestantFamily, PromptFacts, join_matches
from db.boards import StyleArrays
from db.judges import StoredJudge
from db.match_arrays import list_dataset_ids
from db.packed_matches import number_pairs
from db.prompt_costs import PromptCosts, load_prompt_costs
from db.stamps import Stamp, load_stamp
from judge import family_of

Ints = NDArray[np.int64]
NO_STYLE = StyleArrays(*(np.zeros(0, dtype=np.int32) for _ in StyleArrays.__dataclass_fields__))

__all__ = ["Evidence", "Pairs", "Stamp", "find_pairs", "get_stamp", "load_evidence", "load_verdicts"]


@dataclass(frozen=True)
class Evidence:
    """One consistent read of a data set (or of all). Arrays are shared with others: nobody writes to them."""

    dataset_id: int | None
    judges: tuple[StoredJudge, ...]
    labels: dict[int, str]
    matches: Mapping[int, AuditMatches]
    """By judge; judges without a match are not there."""
    prompts: PromptFacts
    contestants: tuple[ContestantFamily, ...]
    style: StyleArrays
    costs: Mapping[int, tuple[PromptCosts, ...]]
    """By judge, one a data set; of the judges that were asked for."""

    @cached_property
    def by_id(self) -> dict[int, StoredJudge]:
        return {judge.id: judge for judge in self.judges}

    @cached_property
    def votes(self) -> AuditMatches:
        """People's scored matches."""
        return self.scored_of(self.judge_ids("human"))

    def scored_of(self, judge_ids: Sequence[int]) -> AuditMatches:
        """Return the scored matches of these judges together, in stored order."""
        return join_matches([self.of_judge(judge_id).scored.matches for judge_id in judge_ids])

    def of_judge(self, judge_id: int) -> Pairs:
        if judge_id not in self._pairs:
            found = self.matches.get(judge_id)
            self._pairs[judge_id] = Pairs(join_matches([]) if found is None else found)
        return self._pairs[judge_id]

    @cached_property
    def _pairs(self) -> dict[int, Pairs]:
        return {}

    def judge_ids(self, *kinds: str) -> list[int]:
        """Return the ids of judges of these kinds that have matches here."""
        return [judge.id for judge in self.judges if judge.kind in kinds and judge.id in self.matches]

    def size_of(self, response_id: NDArray[Any], feature: str) -> NDArray[np.int32]:
        """Return a style feature of each response, -1 where the text is missing."""
        if feature == "markdown":
            parts = [self.size_of(response_id, part) for part in ("header", "list", "bold")]
            return np.where(parts[0] < 0, np.int32(-1), parts[0] + parts[1] + parts[2])
        style = self.style
        sizes = {
            "length": style.n_chars,
            "list": style.n_list_items,
            "header": style.n_headers,
            "bold": style.n_bold,
        }[feature]
        return np.append(sizes, np.int32(-1))[self._places_of(response_id)]

    def _places_of(self, response_id: NDArray[Any]) -> NDArray[np.int64]:
        """Return the place of each response among the styles, -1 where there is none."""
        known = self.style.response_id
        if not len(known):
            return np.full(len(response_id), -1, dtype=np.int64)
        at = response_id - known[0]
        if known[-1] - known[0] + 1 == len(known):  # no id is missing
            return np.where((at >= 0) & (at < len(known)), at, -1)
        return find_positions(known, response_id)


def load_verdicts(session: Session, dataset_id: int | None) -> Evidence:
    """Read who said what of whom; no costs and no styles."""
    stored = judges.list_stored_judges(session)
    return Evidence(
        dataset_id=dataset_id,
        judges=tuple(stored),
        labels=label_judges(stored),
        matches=audit.load_matches_by_judge(session, dataset_id, [judge.id for judge in stored]),
        prompts=audit.load_prompt_facts(session, dataset_id),
        contestants=tuple(_with_family(one) for one in audit.load_contestants(session)),
        style=NO_STYLE,
        costs={},
    )


def load_evidence(session: Session, dataset_id: int | None, costs_of: Sequence[int] = ()) -> Evidence:
    """Read what cards need, with the costs of these judges."""
    return replace(
        load_verdicts(session, dataset_id),
        style=boards.load_style_arrays(session, dataset_id),
        costs={judge_id: _load_costs(session, dataset_id, judge_id) for judge_id in costs_of},
    )


def _load_costs(session: Session, dataset_id: int | None, judge_id: int) -> tuple[PromptCosts, ...]:
    asked = list_dataset_ids(session, dataset_id)
    return tuple(load_prompt_costs(session, one, judge_id) for one in asked)


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
        return self.scored.where(self.scored.matches.n_orders == 2)

    @cached_property
    def scored(self) -> Pairs:
        return self.where(self.matches.reason == 0)

    def where(self, kept: NDArray[np.bool_]) -> Pairs:
        """Return these pairs; the same object where that is all of them."""
        return self if kept.all() else Pairs(self.matches.take(np.flatnonzero(kept)))

    def __len__(self) -> int:
        return len(self.matches)

    @property
    def prompt(self) -> NDArray[Any]:
        return self.matches.prompt_id

    @cached_property
    def verdict(self) -> NDArray[np.int8]:
        """One code a match: the verdict, a flip as a tie (MT-Bench), 0 where unscored."""
        return verdict_of(self.matches)

    @cached_property
    def lean(self) -> NDArray[np.int8]:
        """+1 primacy, -1 recency, 0 neither; of scored pairs of both orders."""
        first_in_ab = np.array([0, 1, -1, 0, 0], dtype=np.int8)[self.matches.verdict_ab]
        first_in_ba = np.array([0, -1, 1, 0, 0], dtype=np.int8)[self.matches.verdict_ba]
        leaning: NDArray[np.int8] = np.sign(first_in_ab + first_in_ba)
        return leaning

    @cached_property
    def score_a(self) -> NDArray[np.float64]:
        """Mean score of response a over the orders that were shown, a tie as a half; of scored matches."""
        score: NDArray[np.float64] = SCORE_A[self.matches.verdict_ab * len(OUTCOME) + self.matches.verdict_ba]
        return score

    @cached_property
    def in_order(self) -> tuple[Ints, Ints]:
        """Return the numbers of the pairs, sorted, and the row of each."""
        number = number_pairs(self.matches)
        if (number[1:] > number[:-1]).all():
            return number, np.arange(len(number))
        order = np.argsort(number, kind="stable")
        return number[order], order


def _score_of_orders() -> NDArray[np.float64]:
    """Tabulate the mean score of two verdict codes; NaN of none at all."""
    ab, ba = OUTCOME[:, None], OUTCOME[None, :]
    return np.where(np.isnan(ab), ba, np.where(np.isnan(ba), ab, (ab + ba) / 2)).ravel()


SCORE_A = _score_of_orders()


def find_pairs(left: Pairs, right: AuditMatches) -> Ints:
    """Return for each match of `right` the row of `left` on the same two responses, -1 where there is none.

    `left` has each pair once.
    """
    if not len(left):
        return np.full(len(right), -1, dtype=np.int64)
    known, row = left.in_order
    wanted = number_pairs(right)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[at] == wanted, row[at], -1)
