"""Gold pairs: pairs whose verdict a team knows, mixed among the others to see who reads."""

from __future__ import annotations

from dataclasses import dataclass

from arena.errors import NotFoundError, UsageError
from arena.store import in_words
from db import Database, audit, datasets, picks

VERDICTS = ("a", "b", "tie", "both_bad")


@dataclass(frozen=True)
class GoldPair:
    """`verdict` is about the pair: `a` is the contestant of the lower id, as on the page of a match."""

    contestant_a: str
    contestant_b: str
    prompt_key: str
    verdict: str


def set_gold(database: Database, match_id: int, verdict: str | None) -> None:
    """Make the pair of a match a gold pair; None makes it an ordinary one again.

    Raises
    ------
    UsageError
        If that is no verdict.
    NotFoundError
        If there is no such match.
    """
    if verdict is not None and verdict not in VERDICTS:
        raise UsageError(f"'{verdict}' is no verdict. There are: {', '.join(VERDICTS)}.")
    with in_words(), database.write() as session:
        audit.set_gold(session, match_id, verdict)


def get_gold(database: Database, match_id: int) -> str | None:
    """Return the known verdict on the pair of a match, None where it is an ordinary pair."""
    with in_words(), database.read() as session:
        pair = picks.get_pair_of_match(session, match_id)
        if pair is None:
            raise NotFoundError(f"There is no match {match_id}.")
        return audit.load_gold(session).get(pair)


def list_gold(database: Database, dataset: str) -> list[GoldPair]:
    """Return the gold pairs of a data set, oldest first."""
    with in_words(), database.read() as session:
        found = picks.list_gold(session, datasets.get_dataset_id(session, dataset))
    return [GoldPair(one.contestant_a, one.contestant_b, one.prompt_key, one.verdict) for one in found]
