"""What follows from judgments: juries, drift, pairs for people, and costs."""

import json

import pytest
from sqlalchemy import update

from arena.anchors import list_anchor_sets, save_anchor_set
from arena.cli.main import main
from arena.costs import list_costs
from arena.drift import get_drift
from arena.errors import NotFoundError, UsageError
from arena.escalation import get_queue, pick_probability
from arena.judges import list_judges
from arena.jury import get_jury
from db import Database
from db.tables import JudgmentRow
from tests.arena.filling import both_orders, fill, record
from tests.fake_llm import Request, read_prompt, scripts, serve, write_verdict
from tests.judging.working import asking, work

PAIRS = (("alder", "birch"), ("alder", "cedar"), ("birch", "cedar"))


def test_a_jury_decides_by_majority_and_keeps_its_spread(poems: Database) -> None:
    for judge, verdict in (("one", "A"), ("two", "A"), ("three", "B")):
        rows = [row for n in range(6) for pair in PAIRS for row in both_orders(f"p{n}", *pair, verdict)]
        record(poems, rows, judge=judge)
    jury = get_jury(poems, "poems", ("one", "two", "three"))
    assert (jury.n_pairs, jury.n_open, jury.n_unanimous) == (18, 0, 0)
    assert [(one.decision.outcome, one.n_pairs) for one in jury.decisions] == [(1.0, 18)]
    assert jury.mean_spread == pytest.approx(0.57735, abs=1e-4)
    mean = get_jury(poems, "poems", ("one", "two", "three"), "mean")
    assert {round(one.decision.outcome or 0, 3) for one in mean.decisions} == {0.667}
    assert [standing.contestant for standing in mean.standings] == ["alder", "birch", "cedar"]
    split = get_jury(poems, "poems", ("one", "three"))
    assert (split.n_open, split.standings) == (18, ()), "a split majority is no tie"


def test_a_member_without_a_verdict_does_not_vote(poems: Database) -> None:
    record(poems, both_orders("p0", "alder", "birch", "A"), judge="one")
    record(
        poems,
        both_orders("p0", "alder", "birch", "A") + both_orders("p1", "alder", "birch", "B"),
        judge="two",
    )
    jury = get_jury(poems, "poems", ("one", "two"))
    counts = {(one.decision.n_votes, one.decision.n_unscored): one.n_pairs for one in jury.decisions}
    assert counts == {(2, 0): 1, (1, 1): 1}


def test_a_judge_of_a_contestants_family_is_marked_and_may_be_barred(poems: Database) -> None:
    fill(poems, dataset="models", contestants=("gpt-4o", "claude-3", "llama-3"))
    for judge in ("gpt-4.1", "mistral-large"):
        rows = both_orders("p0", "gpt-4o", "claude-3", "A") + both_orders("p0", "llama-3", "claude-3", "B")
        record(poems, rows, dataset="models", judge=judge)
    marked = get_jury(poems, "models", ("gpt-4.1", "mistral-large"))
    assert marked.clashes == ("gpt-4.1 is of the family of gpt-4o",)
    assert marked.n_barred == 0
    barred = get_jury(poems, "models", ("gpt-4.1", "mistral-large"), clashes="bar")
    decided = [one.decision for one in barred.decisions]
    assert sorted((one.n_votes, one.n_barred) for one in decided) == [(1, 1), (2, 0)]


@pytest.mark.parametrize("members", [(), ("one",), ("one", "one"), ("one", "nobody")])
def test_a_jury_that_cannot_sit_is_refused(poems: Database, members: tuple[str, ...]) -> None:
    record(poems, both_orders("p0", "alder", "birch", "A"), judge="one")
    with pytest.raises(UsageError):
        get_jury(poems, "poems", members)


def test_the_same_judge_has_not_drifted_and_one_that_turned_to_ties_has(poems: Database) -> None:
    def ties(request: Request) -> str:
        return write_verdict(request, "tie")

    fill(poems, n_prompts=24)
    with serve(scripts.longest) as llm:
        work(poems, asking(llm, pairs="40", seed=7))
        work(poems, asking(llm, pairs="40", seed=7, parameters={"temperature": 0.1}))
    with serve(ties) as llm:
        work(poems, asking(llm, pairs="40", seed=7, parameters={"temperature": 0.2}))
    first, same, turned = (f"{one.name}@{one.version}" for one in list_judges(poems))
    still = get_drift(poems, first, same)
    assert (still.n_pairs, still.n_changed, still.verdict) == (40, 0, "not distinguished")
    moved = get_drift(poems, first, turned)
    assert (moved.n_changed, moved.verdict) == (40, "drifted")
    assert "towards ties by 1.00" in moved.sentence
    with pytest.raises(UsageError, match="the same version"):
        get_drift(poems, first, first)


def test_an_anchor_set_is_judged_anew_and_links_two_versions(poems: Database) -> None:
    fill(poems, n_prompts=8)
    with serve(scripts.longest) as llm:
        work(poems, asking(llm))
        (first,) = (f"{one.name}@{one.version}" for one in list_judges(poems))
        kept = save_anchor_set(poems, "poems", "winter", first, n_pairs=10, seed=3)
        assert (kept.n_pairs, kept.n_prompts, kept.pairs) == (10, 8, "anchor:winter")
        work(poems, asking(llm, pairs="anchor:winter", parameters={"temperature": 0.1}))
    second = next(f"{one.name}@{one.version}" for one in list_judges(poems) if one.n_matches == 10)
    linked = get_drift(poems, first, second, "poems", anchor="winter")
    assert (linked.n_pairs, linked.verdict) == (10, "not distinguished")
    assert list_anchor_sets(poems, "poems") == [kept]
    with pytest.raises(UsageError, match="never change"):
        save_anchor_set(poems, "poems", "winter", first)
    with pytest.raises(NotFoundError, match="Anchor sets: winter"):
        get_drift(poems, first, second, "poems", anchor="summer")


def test_versions_without_a_shared_pair_are_told_how_to_get_some(poems: Database) -> None:
    record(poems, both_orders("p0", "alder", "birch", "A"), judge="one")
    record(poems, both_orders("p1", "alder", "birch", "A"), judge="two")
    with pytest.raises(UsageError, match="anchor set"):
        get_drift(poems, "one", "two")


def test_flips_failures_and_unsure_verdicts_wait_for_people_until_one_votes(poems: Database) -> None:
    def uneven(request: Request) -> str:
        shown = read_prompt(request)
        if "cedar" in shown.first + shown.second:
            return (
                "Both have merits." if "alder" in shown.first + shown.second else write_verdict(request, "A")
            )
        return scripts.longest(request)

    with serve(uneven, has_schema=False) as llm:
        work(poems, asking(llm))
    queue = get_queue(poems, "poems")
    assert (queue.n_flips, queue.n_unscored, queue.n_unsure) == (6, 6, 0)
    with poems.write() as session:
        session.execute(update(JudgmentRow).where(JudgmentRow.verdict == "b").values(probability=0.6))
    queue = get_queue(poems, "poems", "hosted_vllm/fake")
    assert (queue.n_flips, queue.n_unscored, queue.n_unsure) == (6, 6, 6)
    assert get_queue(poems, "poems", min_probability=0.5).n_unsure == 0


def test_a_mixed_picker_keeps_a_fifth_of_its_draws_uniform() -> None:
    chances = [pick_probability(is_queued=n < 4, n_queued=4, n_pairs=10) for n in range(10)]
    assert sum(chances) == pytest.approx(1)
    assert min(chances) == pytest.approx(0.02)
    assert pick_probability(is_queued=False, n_queued=0, n_pairs=10) == pytest.approx(0.1)
    with pytest.raises(UsageError, match="20\u00a0%"):
        pick_probability(is_queued=True, n_queued=4, n_pairs=10, uniform_share=0.1)


def test_costs_are_summed_by_judge_and_day_and_unpriced_is_unknown(poems: Database) -> None:
    with serve(scripts.longest) as llm:
        work(poems, asking(llm))
        work(poems, asking(llm, judge="openai/gpt-4o-mini"))
    unknown, priced = sorted(list_costs(poems, "poems"), key=lambda row: row.cost_usd is not None)
    assert (unknown.judge, unknown.n_judgments, unknown.cost_usd) == ("hosted_vllm/fake", 36, None)
    assert priced.cost_usd is not None
    assert priced.cost_usd > 0
    assert priced.n_tokens_in > 36


def test_the_commands_print_what_the_functions_say(
    poems: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    for judge, verdict in (("one", "A"), ("two", "B")):
        record(
            poems, [r for n in range(6) for r in both_orders(f"p{n}", "alder", "birch", verdict)], judge=judge
        )
    db = ["--db", poems.url, "--format", "json"]
    assert main(["drift", "--before", "one", "--after", "two", *db]) == 0
    assert json.loads(capsys.readouterr().out)["n_changed"] == 6
    assert main(["jury", "--dataset", "poems", "--judges", "one,two", "--rule", "mean", *db]) == 0
    assert json.loads(capsys.readouterr().out)["n_pairs"] == 6
    assert main(["escalate", "--dataset", "poems", "--judge", "one", *db]) == 0
    assert json.loads(capsys.readouterr().out)["pairs"] == []
    assert main(["rubrics", "--show", "safety", "--db", poems.url]) == 0
    assert capsys.readouterr().out.startswith("name: safety")
    assert main(["costs", *db]) == 0
    assert main(["reparse", "--judge", "one", *db]) == 2
