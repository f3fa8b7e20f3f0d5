"""How far a voter is, and about how long the rest of the round takes."""

from __future__ import annotations

from statistics import median

from arena.store import in_words
from arena.vote import voters
from arena.vote.picking import get_pool
from arena.vote.records import ROUND_VOTES, Progress
from db import Database, datasets, votes
from db.votes import VoterCounts

FIRST_GUESS_S = 25.0
"""A vote on two paragraphs, before this voter's own pace is known."""
MIN_TIMES = 3
RECENT_TIMES = 20


def get_progress(database: Database, dataset: str, voter: str) -> Progress:
    """Return where the voter stands; a person without votes stands at 0."""
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        n_pairs = get_pool(database, session, dataset_id).n_pairs
        person = voters.find(session, voter)
        counts = VoterCounts(0, 0, ())
        if person is not None:
            counts = votes.count_voter(session, person.id, dataset_id, RECENT_TIMES)
    n_goal = ROUND_VOTES * (counts.n_votes // ROUND_VOTES + 1)
    n_goal = max(min(n_goal, n_pairs - counts.n_skipped), counts.n_votes)
    pace_s = median(counts.times_s) if len(counts.times_s) >= MIN_TIMES else FIRST_GUESS_S
    return Progress(
        n_votes=counts.n_votes,
        n_skipped=counts.n_skipped,
        n_pairs=n_pairs,
        n_goal=n_goal,
        seconds_left=pace_s * (n_goal - counts.n_votes),
    )
