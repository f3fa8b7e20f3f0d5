"""What a leaderboard is asked and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from arena.errors import UsageError
from arena.judges import Lens
from arena.outcomes import BothBad, Flips

Method = Literal["bradley-terry", "elo", "win-rate", "mean-level"]
Votes = Literal["each", "majority"]
Ties = Literal["half", "davidson"]
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

    def __post_init__(self) -> None:
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


@dataclass(frozen=True)
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
    """A ranking with its evidence, best first."""

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
