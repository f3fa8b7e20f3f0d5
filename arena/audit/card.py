"""The judge card: every figure of one judge version over its stored matches, and what they come to.

A verdict for the response shown first is +1, for the second -1, a tie or "both bad" 0. Over both orders a
sum above 0 is primacy, below 0 recency; equal stored verdicts are consistent; tie with both-bad is neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from arena.audit.between_judges import between_figures, other_judges
from arena.audit.cost import cost_figures
from arena.audit.evidence import Evidence, Pairs, load_evidence
from arena.audit.people import Shared, people_figures
from arena.audit.people_tables import baseline_rows, confusion, rows_by, rows_by_order, voter_pairs
from arena.audit.position import fairness_cells, position_figures, position_warnings, stability_figures
from arena.audit.records import JudgeCard, ReasonCount
from arena.audit.self_preference import self_preference_figures
from arena.audit.strength import strength_of
from arena.audit.style import style_figures
from arena.audit.unscored import rank_bounds, unscored_figures
from arena.audit.words import sentence_of
from arena.errors import NotFoundError
from arena.judges import SHORT_VERSION
from arena.store import in_words
from db import Database, audit, datasets, judges
from db.audit import REASON_CODES
from db.judges import StoredJudge

REASON_WORDS = {code: reason for reason, code in REASON_CODES.items()}


def get_cards(database: Database, judge: str, dataset: str | None = None) -> list[JudgeCard]:
    """Return one card for each version of the judge; `NAME@VERSION` names one.

    Raises
    ------
    NotFoundError
        If there is no such judge, or no such data set.
    """
    with in_words(), database.read() as session:
        dataset_id = None if dataset is None else datasets.get_dataset_id(session, dataset)
        versions = find_versions(judges.list_stored_judges(session), judge)
        who_calls = [version.id for version in versions if version.kind not in ("builtin", "human")]
        evidence = load_evidence(session, dataset_id, costs_of=who_calls)
        marks = {
            version.id: Counter(audit.load_marks(session, version.id, dataset_id).values())
            for version in versions
        }
    return [
        replace(make_card(evidence, version, dataset), marks=dict(marks[version.id])) for version in versions
    ]


def find_versions(stored: Sequence[StoredJudge], wanted: str) -> list[StoredJudge]:
    """Return every version of the judge, or the one that `NAME@VERSION` names."""
    found = [judge for judge in stored if judge.name == wanted]
    if not found and "@" in wanted:
        name, _, version = wanted.rpartition("@")
        found = [judge for judge in stored if judge.name == name and judge.version.startswith(version)]
    if not found:
        names = ", ".join(sorted({judge.name for judge in stored})) or "none yet"
        raise NotFoundError(f"No judge is called '{wanted}'. Judges: {names}.")
    return found


def make_card(evidence: Evidence, judge: StoredJudge, dataset: str | None) -> JudgeCard:
    pairs = evidence.of_judge(judge.id)
    card = count_card(judge, dataset, pairs)
    if judge.mode == "pairwise" and len(pairs):
        card = _with_figures(card, evidence, judge, pairs)
    return replace(card, sentence=sentence_of(card))


def count_card(judge: StoredJudge, dataset: str | None, pairs: Pairs) -> JudgeCard:
    """Count what the two shown orders came to."""
    m, both = pairs.matches, pairs.two_orders
    same = both.matches.verdict_ab == both.matches.verdict_ba
    n_pairs, n_scored = int((m.n_orders == 2).sum()), len(both)
    n_consistent = int(same.sum())
    n_primacy, n_recency = int((both.lean > 0).sum()), int((both.lean < 0).sum())
    one = m.n_orders == 1
    reasons = Counter(REASON_WORDS[code] for code in m.reason[m.reason > 0].tolist())
    return JudgeCard(
        judge=judge.name,
        version=judge.version[:SHORT_VERSION],
        kind=judge.kind,
        mode=judge.mode,
        dataset=dataset,
        n_pairs=n_pairs,
        n_consistent=n_consistent,
        n_primacy=n_primacy,
        n_recency=n_recency,
        n_other_flips=n_scored - n_consistent - n_primacy - n_recency,
        n_unscored=n_pairs - n_scored,
        position_consistency=n_consistent / n_scored if n_scored else None,
        n_one_order=int(one.sum()),
        n_one_order_unscored=int((one & (m.reason > 0)).sum()),
        unscored=tuple(ReasonCount(reason, n) for reason, n in reasons.most_common()),
        sentence="",
    )


def _with_figures(card: JudgeCard, evidence: Evidence, judge: StoredJudge, pairs: Pairs) -> JudgeCard:
    shared = Shared.of(evidence, pairs)
    is_person = judge.kind == "human"
    figures = [
        *position_figures(evidence, pairs),
        *stability_figures(pairs),
        *style_figures(evidence, pairs),
        *self_preference_figures(evidence, judge, pairs),
        *unscored_figures(pairs),
    ]
    if is_person:
        return replace(card, figures=tuple(figures), warnings=tuple(position_warnings(pairs, judge.kind)))
    return replace(
        card,
        figures=(
            *figures,
            *people_figures(shared),
            *between_figures(evidence, judge, pairs),
            *cost_figures(evidence, judge, pairs),
        ),
        warnings=tuple(position_warnings(pairs, judge.kind)),
        confusion=confusion(shared),
        baselines=baseline_rows(shared, judge.name),
        by_tag=rows_by(shared, "tag"),
        by_kind=rows_by(shared, "kind"),
        by_order=rows_by_order(shared),
        voters=voter_pairs(shared),
        other_judges=other_judges(evidence, judge, pairs),
        fairness=fairness_cells(evidence, pairs),
        rank_bounds=rank_bounds(evidence, pairs),
        strength=strength_of(evidence, judge, pairs),
    )
