"""What a board says in words: the sentence above it and the notes below, never stronger than the figures."""

from __future__ import annotations

from collections.abc import Sequence

from arena.board.evidence import Evidence
from arena.board.fit import Fitted
from arena.board.groups import undistinguished_groups
from arena.board.records import Board, Standing

LISTED = 6
MAX_GROUPS = 3


def sentence_of(board: Board) -> str:
    """Say who leads and who cannot be told apart."""
    rated = [standing for standing in board.standings if standing.rating is not None]
    if not rated:
        return _nothing_to_rank(board)
    if len({standing.component for standing in rated}) > 1:
        return "There is no common ranking: some contestants were never compared, even through others."
    unplaced = [standing for standing in board.standings if standing.rating is None and standing.n_matches]
    if unplaced:
        said = f"{_and([s.contestant for s in unplaced])} cannot be placed on the scale; the notes say why."
        return f"{said} Among the others: {_leader_of(rated)}" if len(rated) > 1 else said
    return _leader_of(rated)


def _leader_of(rated: list[Standing]) -> str:
    if len({standing.rating for standing in rated}) == 1 and len(rated) > 1:
        return "Nothing here tells the contestants apart: all have the same rating."
    if any(standing.rank_low is None for standing in rated[:2]):
        return f"{rated[0].contestant} has the highest rating, but how sure that is cannot be said."
    groups = undistinguished_groups(rated)
    first = [standing.contestant for standing in rated if standing.rank_low == 1]
    if len(first) > 1:
        others = [group for group in groups if not set(group) <= set(first)]
        return f"{_and(first)} are not distinguished at the top.{_not_distinguished(others)}"
    return f"{rated[0].contestant} leads.{_not_distinguished(groups)}"


def _nothing_to_rank(board: Board) -> str:
    scope = f"Data set '{board.query.dataset}'" if board.query.dataset else "The database"
    if not board.standings and not board.n_matches:
        if board.query.dataset is None:
            return "Nothing to rank yet: import prompts and responses, then let a judge compare them."
        return f"{scope} has no responses yet: import some, then let a judge compare them."
    if len(board.standings) == 1:
        only = board.standings[0].contestant
        return f"{scope} has one contestant, {only}; a ranking compares at least two."
    if board.n_matches and not board.n_scored:
        return f"{scope} has {board.n_matches:,} matches, and none of them is scored."
    if not board.n_matches and board.query.lens == "human" and board.left_out_voters:
        return f"{scope} has no votes that the vote rule keeps."
    if not board.n_matches:
        who = "people" if board.query.lens == "human" else "a judge"
        return f"{scope} has no matches by {who} yet."
    return "No contestant has a finite rating; the notes say why."


def _not_distinguished(groups: Sequence[Sequence[str]]) -> str:
    """Name every group that cannot be told apart; a long chain of groups is left to the column of ranks."""
    if not groups:
        return ""
    if len(groups) > MAX_GROUPS:
        return f" {len(groups):,} groups of neighbours are not distinguished; each rank is a range."
    said = [f" {_and(list(groups[0]))} are not distinguished"]
    said += [f"nor are {_and(list(group))}" for group in groups[1:]]
    return ", ".join(said) + "."


def notes_of(board: Board, evidence: Evidence, fitted: Fitted) -> tuple[str, ...]:
    """Say what a reader must know before trusting the figures."""
    notes = []
    if board.is_invented:
        notes.append("This data is invented for demonstration; no real model was called.")
    notes += _who_ranks(board, evidence)
    if fitted.is_all_ties:
        notes.append("Every match is a tie: nothing here tells the contestants apart.")
    notes += fitted.notes if fitted.n_scored else ()
    if evidence.gated is not None:
        n, changed = evidence.gated.n_decided, evidence.gated.n_changed
        notes.append(
            f"The check {board.query.gate} decides {n:,} matches on correctness prompts and overrules the"
            f" judge in {changed:,} of them."
        )
    notes += [evidence.vote_rule] if evidence.vote_rule else []
    notes += _on_probabilities(evidence)
    if board.unscored:
        n = sum(count.n for count in board.unscored)
        listed = ", ".join(f"{count.n:,} {count.reason.replace('_', ' ')}" for count in board.unscored)
        notes.append(f"{n:,} of {board.n_matches:,} matches are unscored and rank nobody: {listed}.")
    if fitted.n_left_out:
        notes.append(f"{fitted.n_left_out:,} scored matches are left out by the rules chosen here.")
    if fitted.n_without_majority:
        notes.append(
            f"{fitted.n_without_majority:,} pairs have no majority among their votes and are left out."
        )
    if fitted.n_without_text:
        notes.append(
            f"{fitted.n_without_text:,} matches are left out: their texts, which style needs, are missing."
        )
    return tuple(dict.fromkeys(notes))


def _on_probabilities(evidence: Evidence) -> list[str]:
    if evidence.expected is None:
        return []
    said = "Each verdict counts as the outcome expected from the probabilities that the judge's model gave."
    n = evidence.expected.n_left_out
    if not n:
        return [said]
    return [said, f"{n:,} scored matches are left out: a verdict of theirs has no known probability."]


def _who_ranks(board: Board, evidence: Evidence) -> list[str]:
    if board.query.lens == "human":
        how = "the majority vote on each pair" if board.query.votes == "majority" else "every vote"
        return [f"Ranked by people: {how} of {len(evidence.judge_labels)} voters."] if board.n_matches else []
    if not evidence.judge_labels:
        return []
    if len(evidence.judge_labels) > 1:
        return [f"Pools {len(evidence.judge_labels)} judges: {_some(evidence.judge_labels)}."]
    note = f"Ranked by {evidence.judge_labels[0]}."
    if evidence.other_judges and not board.query.judges:
        note += f" Other judges here, not pooled with it: {_some(evidence.other_judges)}."
    return [note]


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


def _and(names: list[str]) -> str:
    if len(names) > LISTED:
        return f"{', '.join(names[:LISTED])} and {len(names) - LISTED} more"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
