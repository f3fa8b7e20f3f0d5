"""What a leaderboard is asked and what it answers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from arena.errors import UsageError
from arena.judges import Lens
from arena.outcomes import BothBad, Flips

Method = Literal["bradley-terry", "elo", "win-rate", "mean-level"]
Votes = Literal["each", "majority"]
Ties = Literal["half", "davidson"]
Outcomes = Literal["verdict", "probability"]
CONTROLS = ("length", "markdown", "position")


@dataclass(frozen=True)
class BoardQuery:
    """What to rank and how.

    Parameters
    ----------
    dataset : str or None
        None: every data set.
    judges : tuple of str
        Names or `NAME@VERSION`; empty: the lens chooses, and the board says which. Several are pooled, and
        the board says so.
    last_match_id : int or None
        Rank as of this match; None: all there are.
    gate : str or None
        An exact check that decides on `correctness` prompts, as `number`; no judge can overrule it.
    outcomes : {"verdict", "probability"}
        What a judgment counts: its verdict, or the outcome expected from the probabilities of the menu where
        the judge's model gives them.
    min_agreement, min_gold, min_median_s : float or None
        The vote rule: whose votes count. A share of other people's votes agreed with, a share of gold pairs
        judged right, a median of seconds a vote; None asks nothing.
    """

    dataset: str | None = None
    lens: Lens = "judge"
    judges: tuple[str, ...] = ()
    method: Method = "bradley-terry"
    flips: Flips = "mean"
    both_bad: BothBad = "tie"
    votes: Votes = "each"
    ties: Ties = "half"
    control: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    last_match_id: int | None = None
    gate: str | None = None
    outcomes: Outcomes = "verdict"
    min_agreement: float | None = None
    min_gold: float | None = None
    min_median_s: float | None = None

    @property
    def has_vote_rule(self) -> bool:
        return (self.min_agreement, self.min_gold, self.min_median_s) != (None, None, None)

    def __post_init__(self) -> None:
        self._check_model()
        self._check_outcomes()
        self._check_vote_rule()

    def _check_model(self) -> None:
        unknown = [name for name in self.control if name not in CONTROLS]
        if unknown:
            raise UsageError(f"'{unknown[0]}' cannot be controlled for; choose from {', '.join(CONTROLS)}.")
        if self.control and self.method != "bradley-terry":
            raise UsageError(
                f"Only Bradley-Terry controls for {self.control[0]}; {self.method} has no such term."
            )
        if "position" in self.control and self.flips != "mean":
            raise UsageError(
                f"With flips as '{self.flips}' the order effect is gone from the data before the fit, so a"
                " position term would say nothing. Use --flips mean."
            )
        if self.lens == "calibrated" and (
            self.method != "bradley-terry" or self.control or self.ties != "half"
        ):
            raise UsageError(
                "The calibrated lens is Bradley-Terry with ties as half wins and no controls: what people"
                " decided too corrects every bias of the judge at once."
            )
        if self.gate is not None and (
            self.lens != "judge" or self.method == "mean-level" or self.dataset is None
        ):
            raise UsageError("A gate decides a judge's matches within one data set: use --lens judge there.")
        if self.ties != "half" and self.method != "bradley-terry":
            raise UsageError(f"'{self.ties}' is a model of ties for Bradley-Terry, not for {self.method}.")

    def _check_outcomes(self) -> None:
        if self.outcomes == "verdict":
            return
        if self.lens == "human" or self.method == "mean-level":
            raise UsageError(
                "Only a judge's verdicts have probabilities: use the judge or the calibrated lens, and no"
                " levels."
            )
        if self.flips != "mean" or self.ties != "half" or self.gate is not None:
            raise UsageError(
                "An expected outcome is no verdict: it knows no flip, no tie and no gate. Use --flips mean,"
                " --ties half and no --gate."
            )

    def _check_vote_rule(self) -> None:
        if self.has_vote_rule and (self.lens == "judge" or self.method == "mean-level"):
            raise UsageError("A vote rule leaves out votes, which rank nobody here: use --lens human.")
        for name, value in (("agreement", self.min_agreement), ("gold", self.min_gold)):
            if value is not None and not 0 <= value <= 1:
                raise UsageError(f"A vote rule asks for a share of {name} from 0 to 1, not {value:g}.")
        if self.min_median_s is not None and not 0 <= self.min_median_s < math.inf:
            raise UsageError(f"A vote rule asks for seconds from 0, not {self.min_median_s:g}.")


@dataclass(frozen=True)
class Standing:
    """One contestant's row. None: not estimated, with the reason in `note`; never a zero in its place.

    `n_matches` are the scored matches that this rating rests on. `n_people` counts people's votes in the same
    scope whatever the lens; `n_ai` the ranking judge's scored matches, or under the human lens all matches of
    AI judges.
    """

    contestant_id: int
    contestant: str
    rating: float | None
    low: float | None
    high: float | None
    rank_low: int | None
    rank_high: int | None
    n_matches: int
    n_ai: int
    n_people: int
    win_rate: float | None
    flip_rate: float | None
    both_bad_rate: float | None
    cost_usd_per_100: float | None
    latency_s: float | None
    component: int
    note: str


@dataclass(frozen=True, slots=True)
class PairCell:
    """How `row` fares against `column`: its share of points and, where the fit has one, its probability."""

    row: str
    column: str
    n_matches: int
    win_share: float
    win_probability: float | None


@dataclass(frozen=True)
class CoefficientRow:
    """A term of the fit beside the strengths, per unit of the feature's root mean square."""

    name: str
    estimate: float | None
    low: float | None
    high: float | None
    p_value: float | None
    note: str


@dataclass(frozen=True)
class ReasonCount:
    reason: str
    n: int


@dataclass(frozen=True)
class Board:
    """A ranking with its evidence, best first. `left_out_voters` are those whom the vote rule leaves out."""

    query: BoardQuery
    judges: tuple[str, ...]
    standings: tuple[Standing, ...]
    cells: tuple[PairCell, ...]
    coefficients: tuple[CoefficientRow, ...]
    n_matches: int
    n_scored: int
    n_flips: int
    n_two_orders: int
    n_both_bad: int
    unscored: tuple[ReasonCount, ...]
    n_prompts: int
    interval_method: str
    unit: str
    sentence: str
    notes: tuple[str, ...]
    is_invented: bool
    last_match_id: int
    data_hash: str
    left_out_voters: tuple[str, ...] = ()
