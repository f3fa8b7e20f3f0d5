"""What the demo's judgments and votes teach."""

from collections import Counter
from functools import cache
from itertools import combinations
from statistics import mean

import pandas as pd
import pytest

import ranking
from arena.demo.content import load_demo
from arena.demo.judgments import margin_without_noise
from arena.demo.records import DemoJudgment, DemoVote
from judge.calls import CallReply
from judge.reading import read_reply
from judge.rubric_file import load_rubric
from judge.spec import JudgeSpec
from judge.template_file import default_template

DEMO = load_demo()
NAMES = [contestant.name for contestant in DEMO.contestants]
RESPONSES = {(response.prompt_key, response.contestant): response for response in DEMO.responses}
PROMPT_KEYS = [prompt.key for prompt in DEMO.prompts]
OUTCOME = {"a": 1.0, "b": 0.0, "tie": 0.5, "both_bad": 0.5}


def pairs_of(judge: str) -> dict[tuple[str, str, str], dict[str, DemoJudgment]]:
    found: dict[tuple[str, str, str], dict[str, DemoJudgment]] = {}
    for judgment in DEMO.judgments:
        if judgment.judge == judge:
            key = judgment.prompt_key, judgment.contestant_a, judgment.contestant_b
            found.setdefault(key, {})[judgment.shown_order] = judgment
    return found


def scored_pairs_of(judge: str) -> list[dict[str, DemoJudgment]]:
    return [pair for pair in pairs_of(judge).values() if all(one.state == "scored" for one in pair.values())]


def test_every_pair_of_every_prompt_is_judged_by_both_judges_in_both_orders() -> None:
    for judge in DEMO.judges:
        pairs = pairs_of(judge.name)
        assert set(pairs) == {(key, a, b) for key in PROMPT_KEYS for a, b in combinations(NAMES, 2)}
        assert all(set(pair) == {"ab", "ba"} for pair in pairs.values())
    assert len(DEMO.judgments) == 2 * 400 * 2


def test_the_shares_of_flips_are_as_written_on_the_judges() -> None:
    flips = {}
    for judge in DEMO.judges:
        pairs = scored_pairs_of(judge.name)
        flipped = [p for p in pairs if p["ab"].verdict != p["ba"].verdict]
        to_first = [p for p in flipped if p["ab"].verdict == "a" or p["ba"].verdict == "b"]
        flips[judge.name] = len(flipped) / len(pairs)
        assert len(to_first) > 0.7 * len(flipped)
    assert flips["demo/balanced-judge"] == pytest.approx(0.08, abs=0.01)
    assert flips["demo/first-glance"] == pytest.approx(0.30, abs=0.02)


def test_the_reader_of_the_judge_room_reads_every_reply_as_it_is_recorded() -> None:
    rubric, template = load_rubric("helpfulness"), default_template("pairwise")
    specs = {
        judge.name: JudgeSpec(
            "demo/x", "pairwise", rubric, template,
            response_format="schema" if judge.answers_with == "json" else "tags",
        )
        for judge in DEMO.judges
    }  # fmt: skip
    for one in DEMO.judgments:
        reply = CallReply(one.raw_text, finish_reason=one.finish_reason)
        read = read_reply(specs[one.judge], reply, one.shown_order)
        recorded = one.state, one.verdict, one.reason, one.problem, one.parse_path
        assert (read.state, read.verdict, read.reason, read.problem, read.parse_path) == recorded, (
            one.raw_text
        )


def test_a_few_judgments_are_unscored_for_each_of_four_reasons() -> None:
    reasons = Counter(one.reason for one in DEMO.judgments if one.state == "unscored")
    assert set(reasons) == {"refused", "truncated", "no_verdict", "conflicting"}
    assert sum(reasons.values()) == sum(len(judge.unscored) for judge in DEMO.judges) == 16


def test_reasoning_speaks_of_both_responses_and_names_the_side_it_prefers() -> None:
    for one in DEMO.judgments:
        if one.state == "scored":
            first, second = one.contestant_a, one.contestant_b
            if one.shown_order == "ba":
                first, second = second, first
            a, b = (RESPONSES[one.prompt_key, name].remark for name in (first, second))
            assert a in one.reasoning
            assert b in one.reasoning
    texts = [one.reasoning for one in DEMO.judgments]
    assert len(set(texts)) > 0.98 * len(texts)
    assert not any("{" in text or "  " in text for text in texts if text[:1] != "{")


def fit(rows: list[DemoJudgment] | list[DemoVote], *, control_length: bool = False) -> ranking.Ratings:
    frame = pd.DataFrame(
        {
            "model_a": [row.contestant_a for row in rows],
            "model_b": [row.contestant_b for row in rows],
            "outcome": [OUTCOME[row.verdict or ""] for row in rows],
            "weight": [0.5 if isinstance(row, DemoJudgment) else 1.0 for row in rows],
            "prompt_id": [row.prompt_key for row in rows],
            "length": [length_difference(row) for row in rows],
        }
    )
    covariates = ["length"] if control_length else None
    return ranking.fit_bradley_terry(
        ranking.Matches.from_frame(frame, covariates=covariates or ()), covariates=covariates
    )


def length_difference(row: DemoJudgment | DemoVote) -> float:
    a, b = (len(RESPONSES[row.prompt_key, name].text) for name in (row.contestant_a, row.contestant_b))
    return (a - b) / (a + b)


@cache
def order_of(judge: str, *, control_length: bool = False) -> list[str]:
    rows = [one for pair in scored_pairs_of(judge) for one in pair.values()]
    ratings = fit(rows, control_length=control_length)
    return [name for _, name in sorted(zip(ratings.theta, ratings.names, strict=True), reverse=True)]


def test_the_strong_one_leads_and_the_weak_one_is_last_for_everybody() -> None:
    people = fit(list(DEMO.votes))
    by_people = [name for _, name in sorted(zip(people.theta, people.names, strict=True), reverse=True)]
    for order in (*(order_of(judge.name) for judge in DEMO.judges), by_people):
        assert (order[0], order[-1]) == ("harbor-2", "quartz-mini")
    assert by_people[3] == "lantern-chat"


@pytest.mark.parametrize("judge", ["demo/balanced-judge", "demo/first-glance"])
def test_the_wordy_one_ranks_lower_once_length_is_controlled(judge: str) -> None:
    assert order_of(judge).index("lantern-chat") <= 2
    assert order_of(judge, control_length=True).index("lantern-chat") == 3


@pytest.mark.parametrize("lens", ["demo/balanced-judge", "demo/first-glance", "people"])
def test_the_two_junipers_cannot_be_told_apart(lens: str) -> None:
    quality = [
        mean(RESPONSES[key, name].quality for key in PROMPT_KEYS)
        for name in ("juniper-large", "juniper-small")
    ]
    assert abs(quality[0] - quality[1]) < 0.2
    ratings = fit(
        list(DEMO.votes) if lens == "people" else [o for p in scored_pairs_of(lens) for o in p.values()]
    )
    large, small = (list(ratings.names).index(name) for name in ("juniper-large", "juniper-small"))
    covariance = ratings.covariance
    variance = covariance[large, large] + covariance[small, small] - 2 * covariance[large, small]
    assert abs(ratings.theta[large] - ratings.theta[small]) < 1.96 * variance**0.5


CYCLE = (
    ("juniper-large", "lantern-chat"),
    ("lantern-chat", "juniper-small"),
    ("juniper-small", "juniper-large"),
)


@pytest.mark.parametrize(("better", "worse"), CYCLE)
def test_three_contestants_beat_each_other_in_a_circle_over_advice(better: str, worse: str) -> None:
    of_quality = of_judge = 0
    for key in (key for key in PROMPT_KEYS if key.startswith("advice")):
        x, y = RESPONSES[key, better], RESPONSES[key, worse]
        of_quality += x.quality > y.quality
        of_judge += margin_without_noise(DEMO.judges[0], x, y) > 0
    assert of_quality >= 6
    assert of_judge >= 6
    recorded = 0.0
    for pair in scored_pairs_of("demo/balanced-judge"):
        for one in pair.values():
            if one.prompt_key.startswith("advice") and {one.contestant_a, one.contestant_b} == {
                better,
                worse,
            }:
                outcome = OUTCOME[one.verdict or ""]
                recorded += outcome - 0.5 if one.contestant_a == better else 0.5 - outcome
    assert recorded > 0


def test_there_are_240_votes_over_120_pairs_by_4_people() -> None:
    assert Counter(vote.voter for vote in DEMO.votes) == dict.fromkeys(DEMO.voters, 60)
    assert len({(vote.prompt_key, vote.contestant_a, vote.contestant_b) for vote in DEMO.votes}) == 120
    chips = {"correct", "complete", "clear", "concise", "safe", "style"}
    assert all(set(vote.reasons) <= chips for vote in DEMO.votes)
    assert sum(vote.comment is not None for vote in DEMO.votes) >= 30
    assert all(RESPONSES[vote.prompt_key, vote.contestant_a] for vote in DEMO.votes)
    assert all(NAMES.index(vote.contestant_a) < NAMES.index(vote.contestant_b) for vote in DEMO.votes)


def test_nobody_votes_twice_on_a_pair() -> None:
    keys = [(v.prompt_key, v.contestant_a, v.contestant_b, v.voter) for v in DEMO.votes]
    assert len(set(keys)) == len(keys)


def kappa(pairs: list[tuple[str, str]]) -> float:
    left, right = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(left[verdict] * right[verdict] for verdict in left) / len(pairs) ** 2
    return (mean(a == b for a, b in pairs) - expected) / (1 - expected)


def test_people_agree_as_people_do() -> None:
    votes: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for vote in DEMO.votes:
        key = vote.prompt_key, vote.contestant_a, vote.contestant_b
        votes.setdefault(key, []).append((vote.voter, vote.verdict))
    pairs = [(x[1], y[1]) for of_pair in votes.values() for x, y in combinations(sorted(of_pair), 2)]
    assert len(pairs) == 160
    assert 0.5 < kappa(pairs) < 0.6


def test_judges_and_people_disagree_on_some_pairs() -> None:
    pairs = pairs_of("demo/balanced-judge")
    opposite = [
        vote
        for vote in DEMO.votes
        if {vote.verdict, pairs[vote.prompt_key, vote.contestant_a, vote.contestant_b]["ab"].verdict}
        == {"a", "b"}
    ]
    assert 10 <= len(opposite) <= 80
