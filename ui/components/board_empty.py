"""A board before there is anything to rank: what is missing, and the one step that helps."""

from __future__ import annotations

from arena.datasets import DatasetSummary
from arena.leaderboard import Board
from arena.vote import ROUND_VOTES
from ui.components.doors import minutes_of_a_round
from ui.components.empty import show_empty
from ui.components.words import notes
from ui.figures import plural
from ui.navigation import LEADERBOARD, RESPONSES, RUNS, VOTE


def show_no_board(board: Board, dataset: DatasetSummary) -> None:
    """Say why there is no ranking, and lead to what the lens needs."""
    has = f"{dataset.name} has {plural(dataset.n_responses, 'response')}"
    here = {"dataset": dataset.name}
    if board.query.tags and dataset.n_matches + dataset.n_votes:
        show_empty(
            "No ranking under this tag",
            f"No match on a prompt tagged '{board.query.tags[0]}' ranks here. Other prompts have"
            f" {plural(dataset.n_matches + dataset.n_votes, 'match', 'matches')}.",
            button="Show all tags",
            target=LEADERBOARD,
            query=here,
        )
    elif dataset.n_contestants < 2:
        show_empty(
            "No ranking yet",
            f"{has} of {plural(dataset.n_contestants, 'contestant')}; a ranking compares at least two.",
            button="Get responses",
            target=RESPONSES,
            query=here,
        )
    elif board.query.lens == "human":
        show_empty(
            "No votes that rank yet",
            f"{has}, and {plural(dataset.n_votes, 'vote')}. Vote blind: a round of {ROUND_VOTES} takes about"
            f" {minutes_of_a_round()} minutes.",
            button="Vote blind",
            target=VOTE,
            query=here,
        )
    else:
        show_empty(
            "No ranking yet",
            f"{has}, and {plural(board.n_matches, 'match', 'matches')} for these settings. A ranking needs"
            " verdicts: let a judge compare the responses. The built-in judges need no key.",
            button="Judge the responses",
            target=RUNS,
            query=here,
        )
    notes(board.notes)
