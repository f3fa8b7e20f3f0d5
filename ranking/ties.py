"""The likelihoods: what a win, a tie and a loss say of the linear predictor eta = theta_a - theta_b + ...

Half wins have no further parameter; Davidson and Rao-Kupper have one, the `tie` term.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from ranking.arrays import FloatArray
from ranking.cells import Cells
from ranking.errors import InvalidMatchesError

Ties = Literal["half", "davidson", "rao-kupper"]


@dataclass(frozen=True, eq=False)
class Derivatives:
    """Of each cell's log-likelihood; information is minus the second derivative."""

    value: FloatArray
    score: FloatArray
    information: FloatArray
    tie_score: FloatArray
    cross_information: FloatArray
    tie_information: FloatArray


@dataclass(frozen=True, eq=False)
class Scores:
    """First derivatives of one row of weight one after a win, a tie and a loss; each shape (3, n)."""

    eta: FloatArray
    tie: FloatArray


class Likelihood(Protocol):
    has_tie_term: bool

    def derive(self, cells: Cells, eta: FloatArray, tie: float) -> Derivatives: ...

    def start(self, tie_share: float) -> float:
        """Give the tie term that explains this share of ties between equals."""
        ...

    def scores(self, eta: FloatArray, tie: float) -> Scores:
        """Order: loss, tie, win."""
        ...


def sigmoid(x: FloatArray) -> FloatArray:
    return 1.0 / (1.0 + np.exp(-np.clip(x, -700, 700)))


def log_sigmoid(x: FloatArray) -> FloatArray:
    return np.minimum(x, 0.0) - np.log1p(np.exp(-np.abs(x)))


class HalfWins:
    """Bradley and Terry (1952), Biometrika 39:324-345; a tie is half a win for each."""

    has_tie_term = False

    def derive(self, cells: Cells, eta: FloatArray, tie: float) -> Derivatives:
        small = np.exp(-np.abs(eta))
        one = 1.0 + small
        p = np.where(eta >= 0, 1.0, small) / one
        weight, score = cells.weight, cells.score
        value = score * eta - weight * (np.maximum(eta, 0.0) + np.log(one))
        expected = weight * p
        none = np.zeros(0)
        return Derivatives(value, score - expected, expected * (1 - p), none, none, none)

    def start(self, tie_share: float) -> float:
        return 0.0

    def scores(self, eta: FloatArray, tie: float) -> Scores:
        p = sigmoid(eta)
        return Scores(np.stack([-p, 0.5 - p, 1 - p]), np.zeros((3, 0)))


class Davidson:
    """Davidson (1970), JASA 65:317-328, eq. 2.3: P(tie) = nu sqrt(P(a wins) P(b wins)); tie = log nu."""

    has_tie_term = True

    def derive(self, cells: Cells, eta: FloatArray, tie: float) -> Derivatives:
        half = 0.5 * eta
        top = np.maximum(np.abs(half), tie)
        log_sum = top + np.log(np.exp(half - top) + np.exp(-half - top) + np.exp(tie - top))
        p_win, p_loss, p_tie = np.exp(half - log_sum), np.exp(-half - log_sum), np.exp(tie - log_sum)
        weight = cells.weight
        value = (cells.win - cells.loss) * half + cells.tie * tie - weight * log_sum
        difference = p_win - p_loss
        return Derivatives(
            value,
            0.5 * (cells.win - cells.loss - weight * difference),
            0.25 * weight * (p_win + p_loss - difference**2),
            cells.tie - weight * p_tie,
            -0.5 * weight * difference * p_tie,
            weight * p_tie * (1 - p_tie),
        )

    def start(self, tie_share: float) -> float:
        return float(np.log(2 * tie_share / (1 - tie_share)))

    def scores(self, eta: FloatArray, tie: float) -> Scores:
        half = 0.5 * eta
        top = np.maximum(np.abs(half), tie)
        win, loss, drawn = np.exp(half - top), np.exp(-half - top), np.exp(tie - top)
        total = win + loss + drawn
        difference, p_tie = (win - loss) / total, drawn / total
        to_eta = np.stack([-0.5 - 0.5 * difference, -0.5 * difference, 0.5 - 0.5 * difference])
        return Scores(to_eta, np.stack([-p_tie, 1 - p_tie, -p_tie]))


class RaoKupper:
    """Rao and Kupper (1967), JASA 62:194-204: P(a wins) = pi_a / (pi_a + kappa pi_b); tie = log kappa.

    The log-likelihood is concave in (eta, tie) and minus infinity where tie <= 0.
    """

    has_tie_term = True

    def derive(self, cells: Cells, eta: FloatArray, tie: float) -> Derivatives:
        if tie <= 0:
            return Derivatives(np.full_like(eta, -np.inf), *(np.zeros_like(eta) for _ in range(5)))
        n_up, n_down = cells.win + cells.tie, cells.loss + cells.tie
        up, down = sigmoid(eta - tie), sigmoid(-eta - tie)
        v_up, v_down = n_up * up * (1 - up), n_down * down * (1 - down)
        slope = 2.0 / -np.expm1(-2 * tie)  # first derivative of log(exp(2 tie) - 1)
        value = n_up * log_sigmoid(eta - tie) + n_down * log_sigmoid(-eta - tie)
        return Derivatives(
            value + cells.tie * np.log(np.expm1(2 * tie)),
            n_up * (1 - up) - n_down * (1 - down),
            v_up + v_down,
            cells.tie * slope - n_up * (1 - up) - n_down * (1 - down),
            v_down - v_up,
            v_up + v_down + cells.tie * slope**2 * np.exp(-2 * tie),
        )

    def start(self, tie_share: float) -> float:
        return float(2 * np.arctanh(tie_share))

    def scores(self, eta: FloatArray, tie: float) -> Scores:
        lose_up, lose_down = 1 - sigmoid(eta - tie), 1 - sigmoid(-eta - tie)
        slope = 2.0 / -np.expm1(-2 * tie)
        to_eta = np.stack([-lose_down, lose_up - lose_down, lose_up])
        return Scores(to_eta, np.stack([-lose_down, slope - lose_up - lose_down, -lose_up]))


def likelihood_of(ties: Ties) -> Likelihood:
    """Give the likelihood of that name."""
    models: dict[str, Likelihood] = {"half": HalfWins(), "davidson": Davidson(), "rao-kupper": RaoKupper()}
    if ties not in models:
        raise InvalidMatchesError(f"ties must be one of {', '.join(models)}, not {ties!r}")
    return models[ties]
