"""Listwise judging: ask for a ranking of the list and of its reverse, and take every pair out of both."""

from dataclasses import dataclass
from itertools import combinations

from judge.calls import Complete
from judge.judging import judge_both_orders
from judge.judgment import Judgment, State, Verdict
from judge.spec import JudgeSpec
from judge.texts import Slate


@dataclass(frozen=True)
class SlateJudgment:
    """The list in stored order and its reverse, by one judge, one repetition."""

    ab: Judgment
    ba: Judgment

    @property
    def state(self) -> State:
        """Unscored as soon as either order is."""
        return "scored" if self.ab.state == self.ba.state == "scored" else "unscored"


@dataclass(frozen=True)
class SlatePair:
    """One pair out of a ranked list.

    Parameters
    ----------
    a_index, b_index : int
        Places in the stored slate, a_index below b_index; `a` was shown before `b` in `ab`.
    ab, ba : str or None
        Verdict about this pair in each order; None where that order is unscored.
    """

    a_index: int
    b_index: int
    ab: Verdict | None
    ba: Verdict | None


async def judge_slate(
    spec: JudgeSpec, slate: Slate, repetition: int, complete: Complete, fence_key: bytes
) -> SlateJudgment:
    """Ask for both orders at once. Raises as `judge_order`, after both have ended."""
    return SlateJudgment(*await judge_both_orders(spec, slate, repetition, complete, fence_key))


def slate_pairs(judged: SlateJudgment, n_responses: int) -> tuple[SlatePair, ...]:
    """Take all n (n - 1) / 2 pairs out of both rankings; responses in one group tie."""
    places = [_places(judgment) for judgment in (judged.ab, judged.ba)]
    return tuple(
        SlatePair(a, b, _verdict(places[0], a, b), _verdict(places[1], a, b))
        for a, b in combinations(range(n_responses), 2)
    )


def _places(judgment: Judgment) -> dict[int, int]:
    return {index: place for place, group in enumerate(judgment.ranking) for index in group}


def _verdict(places: dict[int, int], a: int, b: int) -> Verdict | None:
    if not places:
        return None
    if places[a] == places[b]:
        return "tie"
    return "a" if places[a] < places[b] else "b"
