"""The judge card: what a judge version's two shown orders say about it.

A verdict for the response shown first is +1, for the second -1, a tie or "both bad" 0. Over both orders a
sum above 0 is primacy, below 0 recency; equal stored verdicts are consistent; tie with both-bad is neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from arena.errors import NotFoundError
from arena.judges import SHORT_VERSION
from arena.store import in_words
from db import Database, boards, datasets, judges
from db.boards import MatchScope, VerdictCount
from db.judges import StoredJudge

FIRST_IN_AB = {"a": 1, "b": -1, "tie": 0, "both_bad": 0}
FIRST_IN_BA = {"a": -1, "b": 1, "tie": 0, "both_bad": 0}


@dataclass(frozen=True)
class ReasonCount:
    reason: str
    n: int


@dataclass(frozen=True)
class JudgeCard:
    """Counts over the pairs that this judge version decided in both shown orders.

    `n_pairs` includes unscored pairs; `position_consistency` is n_consistent / (n_pairs - n_unscored),
    None without a scored pair. `n_one_order` matches (votes, imported one-order judgments) stand apart.
    """

    judge: str
    version: str
    kind: str
    mode: str
    dataset: str | None
    n_pairs: int
    n_consistent: int
    n_primacy: int
    n_recency: int
    n_other_flips: int
    n_unscored: int
    position_consistency: float | None
    n_one_order: int
    n_one_order_unscored: int
    unscored: tuple[ReasonCount, ...]
    sentence: str


def get_cards(database: Database, judge: str, dataset: str | None = None) -> list[JudgeCard]:
    """Return one card for each version of the judge; `NAME@VERSION` names one.

    Raises
    ------
    NotFoundError
        If there is no such judge, or no such data set.
    """
    with in_words(), database.read() as session:
        dataset_id = None if dataset is None else datasets.get_dataset_id(session, dataset)
        stored = judges.list_stored_judges(session)
        versions = _versions(stored, judge)
        scope = MatchScope(dataset_id, tuple(version.id for version in versions))
        counts = boards.count_verdicts(session, scope)
    return [
        make_card(version, dataset, [count for count in counts if count.judge_id == version.id])
        for version in versions
    ]


def _versions(stored: Sequence[StoredJudge], wanted: str) -> list[StoredJudge]:
    found = [judge for judge in stored if judge.name == wanted]
    if not found and "@" in wanted:
        name, _, version = wanted.rpartition("@")
        found = [judge for judge in stored if judge.name == name and judge.version.startswith(version)]
    if not found:
        names = ", ".join(sorted({judge.name for judge in stored})) or "none yet"
        raise NotFoundError(f"No judge is called '{wanted}'. Judges: {names}.")
    return found


def make_card(judge: StoredJudge, dataset: str | None, counts: Sequence[VerdictCount]) -> JudgeCard:
    kinds = Counter[str]()
    reasons = Counter[str]()
    for count in counts:
        kinds[("" if count.n_orders == 2 else "one_order_") + classify(count)] += count.n
        if count.state == "unscored":
            reasons[count.reason or "unknown"] += count.n
    n_pairs = sum(n for kind, n in kinds.items() if not kind.startswith("one_order_"))
    n_scored = n_pairs - kinds["unscored"]
    card = JudgeCard(
        judge=judge.name,
        version=judge.version[:SHORT_VERSION],
        kind=judge.kind,
        mode=judge.mode,
        dataset=dataset,
        n_pairs=n_pairs,
        n_consistent=kinds["consistent"],
        n_primacy=kinds["primacy"],
        n_recency=kinds["recency"],
        n_other_flips=kinds["other_flip"],
        n_unscored=kinds["unscored"],
        position_consistency=kinds["consistent"] / n_scored if n_scored else None,
        n_one_order=kinds["one_order_scored"] + kinds["one_order_unscored"],
        n_one_order_unscored=kinds["one_order_unscored"],
        unscored=tuple(ReasonCount(reason, n) for reason, n in reasons.most_common()),
        sentence="",
    )
    return JudgeCard(**{**vars(card), "sentence": _sentence(card)})


def classify(count: VerdictCount) -> str:
    """Name what the two orders of a match (or its only one) come to."""
    if count.state == "unscored":
        return "unscored"
    if count.verdict_ab is None or count.verdict_ba is None:
        return "scored"
    if count.verdict_ab == count.verdict_ba:
        return "consistent"
    leaning = FIRST_IN_AB[count.verdict_ab] + FIRST_IN_BA[count.verdict_ba]
    return "primacy" if leaning > 0 else "recency" if leaning < 0 else "other_flip"


def _sentence(card: JudgeCard) -> str:
    if card.mode != "pairwise":
        return f"{card.judge} grades single responses; position does not apply."
    if card.position_consistency is None:
        if card.n_one_order:
            return f"{card.judge} saw each pair in one order only: its position bias cannot be told."
        return f"{card.judge} has no pair scored in both orders yet."
    n_scored = card.n_pairs - card.n_unscored
    n_flips = n_scored - card.n_consistent
    if not n_flips:
        return f"{card.judge} kept every one of {n_scored:,} verdicts when the order was swapped."
    one_in = n_scored / n_flips
    often = f"1 in {one_in:.0f}" if one_in >= 1.5 else f"{n_flips / n_scored:.0%}"
    lean = ""
    if card.n_primacy != card.n_recency:
        toward = "first" if card.n_primacy > card.n_recency else "second"
        lean = f", more often towards the response shown {toward}"
    return f"{card.judge} flips {often} verdicts when the order is swapped{lean}."
