"""A jury: several judges on one pair or one response, with their spread kept. Unscored members never vote."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from judge.errors import SpecError
from judge.family import shares_family
from judge.judgment import Judgment, PairJudgment, Verdict
from judge.spec import JudgeSpec

JuryRule = Literal["majority", "mean"]
ClashRule = Literal["mark", "bar"]
_OUTCOME: dict[Verdict, float] = {"a": 1.0, "tie": 0.5, "both_bad": 0.5, "b": 0.0}


@dataclass(frozen=True)
class JuryVote:
    """One member's outcome for `a` in [0, 1], the mean of both orders; None when unscored.

    Parameters
    ----------
    has_clash : bool
        The judge shares the family of one of the two contestants.
    """

    judge_version: str
    outcome: float | None
    has_clash: bool = False


@dataclass(frozen=True)
class JuryDecision:
    """What the jury says.

    Parameters
    ----------
    outcome : float or None
        For `a` in [0, 1]; None when nobody voted, or no side has a plurality under `majority`.
    spread : float or None
        Standard deviation of the votes (n - 1); None under two votes.
    n_unscored, n_barred : int
        Members whose judgment is unscored, and those left out for a clash of families.
    """

    rule: JuryRule
    outcome: float | None
    spread: float | None
    n_votes: int
    n_unscored: int
    n_barred: int
    votes: tuple[JuryVote, ...]


def vote_of(spec: JudgeSpec, judged: PairJudgment, families: Sequence[str | None] = ()) -> JuryVote:
    """Turn one member's judgment of both orders into its vote; `families` are those of the contestants."""
    clash = any(shares_family(spec.model, family) is True for family in families)
    verdicts = (judged.ab.verdict, judged.ba.verdict)
    if judged.state == "unscored" or verdicts[0] is None or verdicts[1] is None:
        return JuryVote(spec.version, None, clash)
    return JuryVote(spec.version, (_OUTCOME[verdicts[0]] + _OUTCOME[verdicts[1]]) / 2, clash)


def decide(
    votes: Sequence[JuryVote], rule: JuryRule = "majority", *, clashes: ClashRule = "mark"
) -> JuryDecision:
    """Sum up the votes by majority (above, at or below one half) or by their mean.

    Raises
    ------
    SpecError
        If a judge sits twice.
    """
    versions = [vote.judge_version for vote in votes]
    if len(set(versions)) != len(versions):
        raise SpecError("a judge sits on the jury twice")
    seated = [vote for vote in votes if clashes == "mark" or not vote.has_clash]
    outcomes = [vote.outcome for vote in seated if vote.outcome is not None]
    return JuryDecision(
        rule=rule,
        outcome=_mean(outcomes) if rule == "mean" else _majority(outcomes),
        spread=statistics.stdev(outcomes) if len(outcomes) > 1 else None,
        n_votes=len(outcomes),
        n_unscored=len(seated) - len(outcomes),
        n_barred=len(votes) - len(seated),
        votes=tuple(votes),
    )


def _mean(outcomes: Sequence[float]) -> float | None:
    return statistics.fmean(outcomes) if outcomes else None


def _majority(outcomes: Sequence[float]) -> float | None:
    sides = Counter(1.0 if outcome > 0.5 else 0.0 if outcome < 0.5 else 0.5 for outcome in outcomes)
    ranked = sides.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


@dataclass(frozen=True)
class JuryLevel:
    """Mean level of one criterion over the members that graded, with its standard deviation (n - 1)."""

    criterion: str
    mean: float
    spread: float | None
    n_votes: int


def mean_levels(judgments: Sequence[Judgment]) -> tuple[JuryLevel, ...]:
    """Average the members' levels for each criterion; unscored members are left out."""
    levels: dict[str, list[int]] = {}
    for judgment in judgments:
        for grade in judgment.grades:
            levels.setdefault(grade.criterion, []).append(grade.level)
    return tuple(
        JuryLevel(
            name, statistics.fmean(given), statistics.stdev(given) if len(given) > 1 else None, len(given)
        )
        for name, given in levels.items()
    )
