"""How far a voter is, and about how long the rest of the round takes."""

from __future__ import annotations

from statistics import median

from arena.store import in_words
from arena.vote import voters
from arena.vote.desk import get_frame
from arena.vote.records import FIRST_GUESS_S, ROUND_VOTES, Progress
from db import Database, datasets, votes
from db.votes import VoterCounts

MIN_TIMES = 3
RECENT_TIMES = 20


def get_progress(database: Database, dataset: str, voter: str) -> Progress:
    """Return where the voter stands; a person without votes stands at 0."""
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        n_pairs = get_frame(database, session, dataset_id).pool.n_pairs
        person = voters.find(session, voter)
        counts = VoterCounts(0, 0, 0, 0, ())
        if person is not None:
            counts = votes.count_voter(session, person.id, dataset_id, RECENT_TIMES)
    n_votes = counts.n_votes + counts.n_repeats
    n_left = max(n_pairs - counts.n_votes - counts.n_skipped - counts.n_cant_tell, 0)
    n_goal = min(ROUND_VOTES * (n_votes // ROUND_VOTES + 1), n_votes + n_left)
    pace_s = median(counts.times_s) if len(counts.times_s) >= MIN_TIMES else FIRST_GUESS_S
    return Progress(
        n_votes=n_votes,
        n_skipped=counts.n_skipped,
        n_cant_tell=counts.n_cant_tell,
        n_pairs=n_pairs,
        n_left=n_left,
        n_goal=n_goal,
        pace_s=pace_s,
        seconds_left=pace_s * (n_goal - n_votes),
    )
