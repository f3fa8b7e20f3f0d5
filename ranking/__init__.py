"""Arrays in, arrays out: ratings, intervals and agreement from matches. Knows no database and no page."""

from ranking.bootstrap import Bootstrap, bootstrap_bradley_terry
from ranking.bradley_terry import fit_bradley_terry
from ranking.elo import fit_elo
from ranking.errors import InvalidMatchesError, NotConvergedError, RankingError
from ranking.match_table import MatchTable
from ranking.matches import Matches
from ranking.mean_level import Levels, fit_mean_level
from ranking.ratings import Coefficient, Ratings
from ranking.win_rate import fit_win_rate, win_rate_matrix

__all__ = [
    "Bootstrap",
    "Coefficient",
    "InvalidMatchesError",
    "Levels",
    "MatchTable",
    "Matches",
    "NotConvergedError",
    "RankingError",
    "Ratings",
    "bootstrap_bradley_terry",
    "fit_bradley_terry",
    "fit_elo",
    "fit_mean_level",
    "fit_win_rate",
    "win_rate_matrix",
]
