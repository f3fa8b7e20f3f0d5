"""Arrays in, arrays out: ratings, intervals and agreement from matches. Knows no database and no page."""

from ranking.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha
from ranking.bootstrap import Bootstrap, bootstrap_bradley_terry
from ranking.bradley_terry import fit_bradley_terry
from ranking.calibrated import CalibratedRatings, fit_calibrated
from ranking.correlations import kendall_tau, pearson_r, spearman_rho
from ranking.elo import fit_elo
from ranking.elo_average import fit_elo_averaged
from ranking.errors import InvalidMatchesError, NotConvergedError, RankingError
from ranking.fragility import Fragility, measure_fragility
from ranking.match_table import MatchTable
from ranking.matches import Matches
from ranking.mean_level import Levels, fit_mean_level
from ranking.next_pairs import (
    NextPair,
    Plan,
    UndecidedPair,
    always_valid_critical_value,
    decided_neighbours,
    plan_next_pairs,
)
from ranking.predictive import MethodCheck, check_predictions
from ranking.prompt_bootstrap import Agreement
from ranking.ranks import SimultaneousRanks, probability_above, probability_best, simultaneous_ranks
from ranking.ratings import Coefficient, Ratings
from ranking.style import density_difference, length_difference
from ranking.transitivity import Cycle, Transitivity, measure_transitivity
from ranking.win_rate import fit_win_rate, win_rate_matrix

__all__ = [
    "Agreement",
    "Bootstrap",
    "CalibratedRatings",
    "Coefficient",
    "Cycle",
    "Fragility",
    "InvalidMatchesError",
    "Levels",
    "MatchTable",
    "Matches",
    "MethodCheck",
    "NextPair",
    "NotConvergedError",
    "Plan",
    "RankingError",
    "Ratings",
    "SimultaneousRanks",
    "Transitivity",
    "UndecidedPair",
    "always_valid_critical_value",
    "bootstrap_bradley_terry",
    "check_predictions",
    "cohen_kappa",
    "decided_neighbours",
    "density_difference",
    "fit_bradley_terry",
    "fit_calibrated",
    "fit_elo",
    "fit_elo_averaged",
    "fit_mean_level",
    "fit_win_rate",
    "fleiss_kappa",
    "kendall_tau",
    "krippendorff_alpha",
    "length_difference",
    "measure_fragility",
    "measure_transitivity",
    "pearson_r",
    "plan_next_pairs",
    "probability_above",
    "probability_best",
    "simultaneous_ranks",
    "spearman_rho",
    "win_rate_matrix",
]
