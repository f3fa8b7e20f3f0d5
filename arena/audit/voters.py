"""Human quality: how each voter agrees with others and with themselves, which side they lean to, how fast."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from arena.audit.definitions import finite
from arena.audit.evidence import Pairs
from arena.judges import label_judges
from arena.outcomes import A, B
from arena.store import in_words
from arena.written import percent
from db import Database, Session, audit, datasets, judges
from db import votes as ballot_box
from db.boards import VERDICT_CODES
from ranking.shares import Clustered, clustered_share, sign_flip_p

MIN_VOTES = 20


@dataclass(frozen=True)
class VoterCard:
    """One voter. None where there is not enough data; `n_*` say how much there is.

    `agreement` is with every other vote on the same pair, `low` and `high` its interval. `first_share` is the
    share of deciding votes for the response shown first, `first_p` its sign-flip p. `self_agreement` is with
    their own repeated votes on a pair, `gold` with pairs whose verdict is known. `n_cant_tell` counts the
    pairs of which they said so. `last_match_id` is of the newest vote.
    """

    voter: str
    n_votes: int
    n_shared: int
    agreement: float | None
    low: float | None
    high: float | None
    n_decided: int
    first_share: float | None
    first_p: float | None
    n_timed: int
    median_s: float | None
    n_repeated: int
    self_agreement: float | None
    n_gold: int
    gold: float | None
    n_cant_tell: int
    last_match_id: int


@dataclass(frozen=True)
class VoteRule:
    """Whose votes to leave out: below these, where there is enough data to say; None asks nothing."""

    min_agreement: float | None = None
    min_gold: float | None = None
    min_median_s: float | None = None

    def sentence(self, left_out: Sequence[str]) -> str:
        """Say the rule and whom it leaves out, for the board that uses it."""
        asked = [
            f"agreement with others of {percent(self.min_agreement)}"
            if self.min_agreement is not None
            else "",
            f"{percent(self.min_gold)} of gold pairs right" if self.min_gold is not None else "",
            f"a median of {self.min_median_s:.0f} s a vote" if self.min_median_s is not None else "",
        ]
        rule = " and ".join(part for part in asked if part) or "nothing"
        who = ", ".join(left_out) or "nobody"
        return f"Votes count from voters with at least {rule}; left out: {who}."


def get_voters(database: Database, dataset: str | None = None) -> list[VoterCard]:
    """Return one card for each person who voted, most votes first."""
    with in_words(), database.read() as session:
        dataset_id = None if dataset is None else datasets.get_dataset_id(session, dataset)
        return load_voters(session, dataset_id)


def load_voters(
    session: Session, dataset_id: int | None, last_match_id: int | None = None
) -> list[VoterCard]:
    """Return the cards as of this match (None: of all there are), most votes first."""
    stored = judges.list_stored_judges(session)
    labels = label_judges(stored)
    people = [judge.id for judge in stored if judge.kind == "human"]
    found = audit.load_audit_matches(session, dataset_id, people)
    kept = found.reason == 0
    if last_match_id is not None:
        kept &= found.match_id <= last_match_id
    votes = Pairs(found.take(kept))
    times = audit.load_vote_times(session, dataset_id, last_match_id)
    gold = audit.load_gold(session)
    repeated = ballot_box.list_repeated(session, dataset_id)
    n_cant_tell = ballot_box.count_cant_tell(session, dataset_id)
    cards = []
    for voter in np.unique(votes.matches.judge_id).tolist():
        card = _card(votes, voter, labels[voter], times.get(voter, ()), gold)
        is_same = [one.first_verdict == one.second_verdict for one in repeated if one.judge_id == voter]
        cards.append(replace(_with_repeats(card, is_same), n_cant_tell=n_cant_tell.get(voter, 0)))
    return sorted(cards, key=lambda card: (-card.n_votes, card.voter))


def leave_out(voters: Sequence[VoterCard], rule: VoteRule) -> list[str]:
    """Name the voters whom the rule leaves out; nobody is left out for want of data."""

    def falls_short(value: float | None, least: float | None) -> bool:
        return value is not None and least is not None and value < least

    return [
        card.voter
        for card in voters
        if falls_short(card.agreement, rule.min_agreement)
        or falls_short(card.gold, rule.min_gold)
        or falls_short(card.median_s, rule.min_median_s)
    ]


def _card(
    votes: Pairs, voter: int, label: str, times: tuple[float, ...], gold: dict[tuple[int, int], str]
) -> VoterCard:
    own = votes.where(votes.matches.judge_id == voter)
    agreement = _with_others(own.once, votes.where(votes.matches.judge_id != voter))
    n_repeated, same = _with_themselves(own)
    known = [
        code == VERDICT_CODES[verdict]
        for a, b, code in zip(own.matches.response_a, own.matches.response_b, own.verdict, strict=True)
        if (verdict := gold.get((int(a), int(b)))) is not None
    ]
    m = own.matches
    side = np.where(
        m.verdict_ab > 0, m.verdict_ab, np.where(m.verdict_ba == A, B, np.where(m.verdict_ba == B, A, 0))
    )
    decided = (side == A) | (side == B)
    n_decided = int(decided.sum())
    leans = np.where(side[decided] == A, 1, -1)
    _, prompt = np.unique(own.prompt[decided], return_inverse=True)
    p_value = sign_flip_p(np.rint(np.bincount(prompt, leans)).astype(int)) if n_decided else float("nan")
    is_said = agreement.n_items >= MIN_VOTES
    return VoterCard(
        voter=label,
        n_votes=len(own),
        n_shared=agreement.n_items,
        agreement=agreement.value if is_said else None,
        low=finite(agreement.low) if is_said else None,
        high=finite(agreement.high) if is_said else None,
        n_decided=n_decided,
        first_share=float((leans > 0).mean()) if n_decided >= MIN_VOTES else None,
        first_p=finite(p_value) if n_decided >= MIN_VOTES else None,
        n_timed=len(times),
        median_s=statistics.median(times) if times else None,
        n_repeated=n_repeated,
        self_agreement=same if n_repeated else None,
        n_gold=len(known),
        gold=sum(known) / len(known) if known else None,
        n_cant_tell=0,
        last_match_id=int(own.matches.match_id.max()),
    )


def _with_repeats(card: VoterCard, is_same: Sequence[bool]) -> VoterCard:
    """Add the pairs that came again on the page, which are no matches."""
    n = card.n_repeated + len(is_same)
    n_same = (card.self_agreement or 0.0) * card.n_repeated + sum(is_same)
    return replace(card, n_repeated=n, self_agreement=n_same / n if n else None)


def _with_others(own: Pairs, others: Pairs) -> Clustered:
    """Compare each vote with every other person's vote on the same pair."""
    left, right = _keys(own), _keys(others)
    order = np.argsort(right, kind="stable")
    begin = np.searchsorted(right[order], left, side="left")
    end = np.searchsorted(right[order], left, side="right")
    n = end - begin
    row = np.repeat(np.arange(len(left)), n)
    offset = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
    other = order[np.repeat(begin, n) + offset]
    return clustered_share(own.verdict[row] == others.verdict[other], own.prompt[row])


def _with_themselves(own: Pairs) -> tuple[int, float]:
    """Count pairs voted on more than once, and the share of them with one verdict throughout."""
    _, index = np.unique(_keys(own), return_inverse=True)
    repeated = np.flatnonzero(np.bincount(index) > 1)
    same = [len(set(own.verdict[index == pair].tolist())) == 1 for pair in repeated]
    return len(repeated), float(np.mean(same)) if len(repeated) else 0.0


def _keys(pairs: Pairs) -> NDArray[np.int64]:
    keys: NDArray[np.int64] = pairs.matches.response_a * 2**31 + pairs.matches.response_b
    return keys
