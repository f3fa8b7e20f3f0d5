"""Which contestants' pairs people should vote on for their votes to settle the order."""

from __future__ import annotations

from ranking import (
    InvalidMatchesError,
    Matches,
    NotConvergedError,
    Plan,
    fit_bradley_terry,
    plan_next_pairs,
)

PLANNED_VOTES = 100
BATCH = 5


def plan_votes(votes: Matches, *, usd_per_vote: float = 1.0) -> Plan | str:
    """Plan the next votes from those that are there; the reason where they give no plan."""
    if not len(votes):
        return "no votes yet"
    try:
        fitted = fit_bradley_terry(votes)
    except NotConvergedError:
        return "the fit did not converge"
    except InvalidMatchesError as error:
        return str(error)
    return plan_next_pairs(votes, fitted, n_matches=PLANNED_VOTES, batch=BATCH, cost_per_match=usd_per_vote)
