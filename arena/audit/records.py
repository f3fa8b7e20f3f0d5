"""What a judge card holds: figures with their evidence, and the tables behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Unit = Literal["share", "difference", "score", "nats", "kappa", "usd", "s"]


@dataclass(frozen=True)
class ReasonCount:
    reason: str
    n: int


@dataclass(frozen=True)
class Aside:
    """The same figure of somebody else on the same items, such as people's own."""

    value: float
    n: int


@dataclass(frozen=True)
class Figure:
    """One figure of a card.

    `value` is None, and `note` says why, where there is not enough data or no such thing; `low` and `high`
    are the ends of the 95 % interval, clustered by prompt, None where there is none. `n` counts what
    `counted` names, and under `needs` of them nothing is said. `p_value` is two-sided against no bias,
    `p_independent` the same as if every pair were independent. `people` and `longest` are others' figures on
    the same items.
    """

    name: str
    group: str
    label: str
    unit: Unit
    value: float | None
    low: float | None
    high: float | None
    n: int
    n_prompts: int
    counted: str
    needs: int
    p_value: float | None = None
    p_independent: float | None = None
    people: Aside | None = None
    longest: Aside | None = None
    note: str = ""
    help: str = ""
    source: str = ""


@dataclass(frozen=True)
class ConfusionCell:
    """How often the judge said one thing where a person said another; a flip counts as a tie."""

    judge: str
    person: str
    n: int


@dataclass(frozen=True)
class AgreementRow:
    """Agreement with people of one judge or one part of the data; None where nothing was shared."""

    name: str
    n_s1: int
    s1: float | None
    n_s2: int
    s2: float | None
    kappa: float | None
    low: float | None = None
    high: float | None = None
    """Ends of the interval of `s2`."""
    note: str = ""


@dataclass(frozen=True)
class RaterPair:
    """Two voters, or two judges, on the pairs that both decided; a tie and both bad are one answer."""

    first: str
    second: str
    n: int
    agreement: float
    kappa: float | None


@dataclass(frozen=True)
class FairnessCell:
    """Preference fairness of one pair of contestants under one set of tags: -1 all primacy, 1 all recency."""

    contestant_a: str
    contestant_b: str
    tags: tuple[str, ...]
    n: int
    value: float


@dataclass(frozen=True)
class RankBounds:
    """Ranks if a contestant's own unscored matches had all been lost, or all been won."""

    contestant: str
    n_unscored: int
    rank: int
    rank_worst: int
    rank_best: int


@dataclass(frozen=True)
class Strength:
    """The judge's model beside what it judges: `same` is "not distinguished"; `why` says what it rests on."""

    mark: Literal["stronger", "same", "weaker", "not known"]
    why: str


@dataclass(frozen=True)
class JudgeCard:
    """Counts over the pairs that this judge version decided in both shown orders, and every figure.

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
    figures: tuple[Figure, ...] = ()
    warnings: tuple[str, ...] = ()
    confusion: tuple[ConfusionCell, ...] = ()
    baselines: tuple[AgreementRow, ...] = ()
    by_tag: tuple[AgreementRow, ...] = ()
    by_kind: tuple[AgreementRow, ...] = ()
    by_order: tuple[AgreementRow, ...] = ()
    voters: tuple[RaterPair, ...] = ()
    other_judges: tuple[RaterPair, ...] = ()
    fairness: tuple[FairnessCell, ...] = ()
    rank_bounds: tuple[RankBounds, ...] = ()
    marks: dict[str, int] = field(default_factory=dict)
    strength: Strength = Strength("not known", "")

    def figure(self, name: str) -> Figure | None:
        """Return the figure of that name, None where the card has none."""
        return next((figure for figure in self.figures if figure.name == name), None)
