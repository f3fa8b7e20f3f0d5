"""Agreement with people: MT-Bench's two setups, kappa, the majority, and the test that replaces raters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.audit.baselines import baseline_verdicts
from arena.audit.definitions import MIN_ITEMS, MIN_PROMPTS, finite, make_figure, missing_figure
from arena.audit.evidence import Evidence, Pairs, find_pairs
from arena.audit.records import AgreementRow, Aside, Figure
from arena.majority import find_majority
from arena.outcomes import TIE, A, B
from arena.written import percent
from db.boards import VERDICT_CODES
from ranking.annotator_test import AnnotatorTest, alternative_annotator_test
from ranking.nominal import nominal_kappa
from ranking.shares import Clustered, clustered_ratio, clustered_share

Ints = NDArray[np.int64]
WORDS = {code: word for word, code in VERDICT_CODES.items()}
LEVELS = tuple(VERDICT_CODES.values())
NO_VOTES = "not enough data: people voted on none of this judge's pairs"


@dataclass(frozen=True)
class Shared:
    """Votes on a judge's pairs, and these pairs, each once; `row` is a vote's pair, shape (n_votes,).

    `baselines` are the verdicts of the built-in judges on the pairs.
    """

    evidence: Evidence
    pairs: Pairs
    baselines: dict[str, Ints]
    row: Ints
    vote: Ints
    voter: Ints
    prompt: Ints

    @classmethod
    def of(cls, evidence: Evidence, pairs: Pairs) -> Shared:
        once, votes = pairs.once, Pairs(evidence.votes)
        at = find_pairs(once, votes.matches)
        found = at >= 0
        voted, row = np.unique(at[found], return_inverse=True)
        m, said = votes.matches.take(found), votes.verdict[found].astype(np.int64)
        baselines = baseline_verdicts(evidence, once, voted)
        few = Pairs(once.matches.take(voted))
        return cls(evidence, few, baselines, row, said, m.judge_id, m.prompt_id)

    @cached_property
    def said(self) -> Ints:
        """The judge's verdict on each pair, 0 where it is unscored."""
        return self.pairs.verdict.astype(np.int64)

    @cached_property
    def majority(self) -> Ints:
        """People's most frequent verdict on each pair, 0 where two are equally frequent or nobody voted."""
        return find_majority(self.evidence.votes).of(self.pairs.matches).astype(np.int64)

    @cached_property
    def table(self) -> tuple[Ints, Ints]:
        """Voters, and their first verdict on each pair, shape (n_voters, n_pairs), 0 where none."""
        voters, index = np.unique(self.voter, return_inverse=True)
        said = np.zeros((len(voters), len(self.pairs)), dtype=np.int64)
        said[index[::-1], self.row[::-1]] = self.vote[::-1]
        return voters, said


def people_figures(shared: Shared) -> list[Figure]:
    if not len(shared.row):
        names = ("s1", "s2", "kappa", "majority", "majority_all", "lead", "alt_test")
        return [missing_figure(f"people.{name}", NO_VOTES) for name in names]
    said = shared.said
    longest = row_of("longest", shared, shared.baselines["longest"])
    human = _between_people(shared)
    return [
        make_figure(
            "people.s1", setup_1(shared, said), people=human[0], longest=_aside(longest.s1, longest.n_s1)
        ),
        make_figure(
            "people.s2", setup_2(shared, said), people=human[1], longest=_aside(longest.s2, longest.n_s2)
        ),
        make_figure(
            "people.kappa",
            kappa_of(shared, said),
            people=human[2],
            longest=_aside(longest.kappa, longest.n_s1),
        ),
        *_majority(shared),
        _lead(shared),
        _alt_test(shared),
    ]  # fmt: skip


def _aside(value: float | None, n: int) -> Aside | None:
    return None if value is None or n < MIN_ITEMS else Aside(value, n)


def setup_1(shared: Shared, said: Ints) -> Clustered:
    judge = said[shared.row]
    kept = judge > 0
    return clustered_share(judge[kept] == shared.vote[kept], shared.prompt[kept])


def setup_2(shared: Shared, said: Ints) -> Clustered:
    judge = said[shared.row]
    kept = _decides(judge) & _decides(shared.vote)
    return clustered_share(judge[kept] == shared.vote[kept], shared.prompt[kept])


def _decides(verdict: Ints) -> NDArray[np.bool_]:
    decided: NDArray[np.bool_] = (verdict == A) | (verdict == B)
    return decided


def kappa_of(shared: Shared, said: Ints) -> Clustered:
    judge = said[shared.row]
    kept = judge > 0
    return cohen(judge[kept], shared.vote[kept], shared.prompt[kept])


def cohen(first: NDArray[Any], second: NDArray[Any], prompt: NDArray[Any]) -> Clustered:
    """Give kappa of two raters' verdict codes."""
    return nominal_kappa(first - 1, second - 1, len(LEVELS), prompt)


def row_of(name: str, shared: Shared, said: Ints) -> AgreementRow:
    """Return how often somebody who says this agrees with the votes."""
    s1, s2 = setup_1(shared, said), setup_2(shared, said)
    return AgreementRow(
        name,
        s1.n_items,
        finite(s1.value),
        s2.n_items,
        finite(s2.value),
        finite(kappa_of(shared, said).value),
        finite(s2.low),
        finite(s2.high),
    )


def _between_people(shared: Shared) -> tuple[Aside | None, Aside | None, Aside | None]:
    """Two voters on the same of the judge's scored pairs: S1, S2, kappa of the pooled table both ways."""
    _, said = shared.table
    said = said[:, shared.pairs.verdict > 0]
    counts = np.stack([(said == code).sum(axis=0) for code in LEVELS], axis=1).astype(float)
    s1 = _pairwise(counts)
    s2 = _pairwise(counts[:, [A - 1, B - 1]])
    n = counts.sum(axis=1)
    both = np.einsum("pi,pj->ij", counts, counts) - np.diag(counts[n > 0].sum(axis=0))
    total = both.sum()
    kappa = None
    if s1 is not None and total > 0:
        margin = both.sum(axis=1) / total
        chance = float((margin**2).sum())
        kappa = Aside((s1.value - chance) / (1 - chance), s1.n) if chance < 1 else None
    return s1, s2, kappa


def _pairwise(counts: NDArray[np.float64]) -> Aside | None:
    n = counts.sum(axis=1)
    n_pairs = float((n * (n - 1) / 2).sum())
    n_same = float((counts * (counts - 1) / 2).sum())
    return Aside(n_same / n_pairs, round(n_pairs)) if n_pairs >= MIN_ITEMS else None


def _majority(shared: Shared) -> list[Figure]:
    pairs, majority = shared.pairs, shared.majority
    has = majority > 0
    scored = has & (pairs.verdict > 0)
    right = pairs.verdict == majority
    n_unscored = int((has & (pairs.verdict == 0)).sum())
    note = ""
    if n_unscored and has.any():
        as_ties = np.where(pairs.verdict == 0, TIE, pairs.verdict)
        share = float((as_ties == majority)[has].mean())
        note = f"{n_unscored:,} unscored; counted as ties, as some sources do, {percent(share, digits=2)}"
    longest = shared.baselines["longest"]
    known = has & (longest > 0)
    aside = _aside(float((longest == majority)[known].mean()) if known.any() else None, int(known.sum()))
    return [
        make_figure("people.majority", clustered_share(right[scored], pairs.prompt[scored]), longest=aside),
        make_figure(
            "people.majority_all", clustered_share(right[has], pairs.prompt[has]), note=note, longest=aside
        ),
    ]  # fmt: skip


def _lead(shared: Shared) -> Figure:
    """Compare with `longest` vote by vote."""
    longest = shared.baselines["longest"][shared.row]
    judge = shared.said[shared.row]
    kept = _decides(longest) & _decides(judge) & _decides(shared.vote)
    if not kept.any():
        return missing_figure("people.lead", "not enough data: no vote on texts of different length")
    lead = (judge[kept] == shared.vote[kept]).astype(float) - (longest[kept] == shared.vote[kept])
    got = clustered_ratio(lead, np.ones(len(lead)), shared.prompt[kept])
    return make_figure("people.lead", got, needs_prompts=MIN_PROMPTS)


def _alt_test(shared: Shared) -> Figure:
    got = replace_raters(shared)
    tested = int((~np.isnan(got.p_values)).sum())
    if math.isnan(got.winning_rate):
        return missing_figure("people.alt_test", f"not enough data: {got.note}", tested)
    n_prompts = len(np.unique(shared.prompt))
    found = Clustered(got.winning_rate, math.nan, math.nan, math.nan, tested, n_prompts)
    verdict = "passes" if got.passes else "does not pass"
    note = f"{verdict}; mean advantage {got.advantage:.2f}" + (f"; {got.note}" if got.note else "")
    return make_figure("people.alt_test", found, note=note)


def replace_raters(shared: Shared) -> AnnotatorTest:
    """Run the alternative annotator test on the pairs that the judge scored."""
    _, said = shared.table
    judge = np.where(shared.said > 0, shared.said, np.nan)
    raters = np.where(said > 0, said, np.nan)
    return alternative_annotator_test(judge, raters, prompt_id=shared.pairs.prompt)
