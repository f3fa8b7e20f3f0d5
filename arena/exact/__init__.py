"""Exact evaluation beside judges: scores computed and kept, shown per contestant, held against people."""

from arena.exact.best_of import BestOfReport, choose_best_of
from arena.exact.board import ExactBoard, ExactColumn, MetricFigure, PassFigure, get_exact_board
from arena.exact.contradictions import Contradiction, JudgeCheck, find_contradictions, list_checks
from arena.exact.correlation import Correlation, correlate_with_people
from arena.exact.reward import RewardReport, score_with_reward_model
from arena.exact.scoring import ScoringReport, score_dataset

__all__ = [
    "BestOfReport",
    "Contradiction",
    "Correlation",
    "ExactBoard",
    "ExactColumn",
    "JudgeCheck",
    "MetricFigure",
    "PassFigure",
    "RewardReport",
    "ScoringReport",
    "choose_best_of",
    "correlate_with_people",
    "find_contradictions",
    "get_exact_board",
    "list_checks",
    "score_dataset",
    "score_with_reward_model",
]
