"""What bias does to the board, voters, disagreements, next labels: on small databases with a known answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from arena.audit import JudgeCard, get_cards
from arena.audit.board_effect import get_board_effect
from arena.audit.disagreements import get_disagreements, mark_disagreement
from arena.audit.next_labels import plan_labels
from arena.audit.voters import VoteRule, get_voters, leave_out
from arena.errors import NotFoundError, UsageError
from arena.run import RunSpec, start_run
from arena.run.runner import work_off
from db import Database, audit
from tests.arena.filling import both_orders, fill, import_rows, record

NAMES = ("alder", "birch", "cedar")


def cast(database: Database, voter: str, votes: list[tuple[str, str, str, str]], repetition: int = 0) -> None:
    """Import votes: (prompt, shown first, shown second, verdict as shown) each."""
    rows: list[dict[str, Any]] = [
        {"judge": voter, "judge_kind": "human", "prompt": prompt, "shown_first": first,
         "shown_second": second, "verdict": verdict, "repetition": repetition}
        for prompt, first, second, verdict in votes
    ]  # fmt: skip
    import_rows(database, "poems", rows)


def judged(database: Database, n_prompts: int = 30) -> Database:
    """Let birch win two of three against alder and cedar win never, every verdict in both orders."""
    fill(database, n_prompts=n_prompts)
    verdicts = []
    for p in range(n_prompts):
        verdicts += both_orders(f"p{p}", "alder", "birch", "B" if p % 3 else "A")
        verdicts += both_orders(f"p{p}", "alder", "cedar", "A" if p % 5 else "B")
        verdicts += both_orders(f"p{p}", "birch", "cedar", "A" if p % 7 else "B")
    record(database, verdicts)
    return database


def test_terms_stand_beside_the_plain_ranks_and_moves_are_marked(store: Database) -> None:
    effect = get_board_effect(judged(store), "recorded-judge", "poems")
    columns = {column.name: column for column in effect.terms}
    plain = [row.contestant for row in columns["plain"].rows]
    assert plain[0] == "birch"
    assert [row.moves for row in columns["position"].rows] == [0, 0, 0], "every verdict was consistent"
    assert columns["self-preference"].rows == ()
    assert "family is not known" in columns["self-preference"].note
    assert columns["length"].rows


def test_without_votes_the_other_lenses_say_so(store: Database) -> None:
    effect = get_board_effect(judged(store, 12), "recorded-judge", "poems")
    judge, human, calibrated = effect.lenses
    assert judge.rows
    assert (human.rows, calibrated.rows) == ((), ())
    assert "not voted" in human.note


def test_lenses_stand_side_by_side_where_people_voted(store: Database) -> None:
    judged(store)
    votes = []
    for p in range(30):
        votes.append((f"p{p}", "alder", "birch", "A" if p % 4 else "B"))
        votes.append((f"p{p}", "birch", "cedar", "A"))
        votes.append((f"p{p}", "cedar", "alder", "A" if p % 6 == 0 else "B"))
    cast(store, "Ada", votes)
    _, human, calibrated = get_board_effect(store, "recorded-judge", "poems").lenses
    assert human.rows[0].contestant == "alder"
    assert human.rows[0].moves == 1
    assert {row.contestant for row in calibrated.rows} == set(NAMES)


def voting(store: Database) -> Database:
    fill(store, n_prompts=30)
    pairs = [(f"p{p}", "alder", "birch") for p in range(30)]
    cast(store, "careful", [(*pair, "A" if p % 2 else "B") for p, pair in enumerate(pairs)])
    cast(store, "also careful", [(*pair, "A" if p % 2 else "B") for p, pair in enumerate(pairs)])
    cast(store, "always first", [(*pair, "A") for pair in pairs])
    return store


def test_a_voter_who_always_takes_the_first_shown_is_seen(store: Database) -> None:
    voters = {card.voter: card for card in get_voters(voting(store), "poems")}
    lazy, careful = voters["always first"], voters["careful"]
    assert (lazy.first_share, lazy.agreement, lazy.n_shared) == (1.0, 0.5, 60)
    assert lazy.first_p is not None
    assert lazy.first_p < 1e-6
    assert (careful.first_share, careful.agreement) == (0.5, 0.75)
    assert careful.first_p == 1.0


def test_a_rule_leaves_out_whom_it_names_and_says_itself(store: Database) -> None:
    voters = get_voters(voting(store), "poems")
    rule = VoteRule(min_agreement=0.6)
    left_out = leave_out(voters, rule)
    assert left_out == ["always first"]
    said = "Votes count from voters with at least agreement with others of 60\u00a0%; left out: always first."
    assert rule.sentence(left_out) == said


def test_nobody_is_left_out_for_want_of_data(store: Database) -> None:
    fill(store)
    cast(store, "new", [("p0", "alder", "birch", "A")])
    voters = get_voters(store, "poems")
    assert voters[0].agreement is None
    assert leave_out(voters, VoteRule(min_agreement=0.99, min_gold=0.99, min_median_s=60)) == []


def test_a_repeated_swapped_pair_shows_agreement_with_oneself(store: Database) -> None:
    fill(store)
    cast(store, "Ada", [("p0", "alder", "birch", "A"), ("p1", "alder", "birch", "A")])
    cast(store, "Ada", [("p0", "birch", "alder", "B"), ("p1", "birch", "alder", "A")], repetition=1)
    (card,) = get_voters(store, "poems")
    assert (card.n_repeated, card.self_agreement) == (2, 0.5)


def test_gold_pairs_show_who_reads(store: Database) -> None:
    record(voting(store), both_orders("p0", "alder", "birch", "A"))
    with store.write() as session:
        match_id = int(audit.load_audit_matches(session, None, [4]).match_id[0])
        audit.set_gold(session, match_id, "b")
    gold = {card.voter: (card.n_gold, card.gold) for card in get_voters(store, "poems")}
    assert gold == {"careful": (1, 1.0), "also careful": (1, 1.0), "always first": (1, 0.0)}


def test_disagreements_come_by_their_effect_and_marks_feed_the_card(store: Database) -> None:
    judged(store)
    cast(
        store,
        "Ada",
        [("p1", "alder", "birch", "A"), ("p2", "birch", "cedar", "tie"), ("p4", "alder", "birch", "B")],
    )
    queue = get_disagreements(store, "recorded-judge", "poems")
    assert [(one.judge_says, one.people_say) for one in queue] == [("b", "a"), ("a", "tie")]
    assert queue[0].shift is not None
    assert queue[0].shift > 0, "alder would gain on birch"
    mark_disagreement(store, queue[0].match_id, "judge_right")
    mark_disagreement(store, queue[0].match_id, "people_right", "the judge missed the point")
    after = get_disagreements(store, "recorded-judge", "poems")
    assert (after[-1].match_id, after[-1].mark) == (queue[0].match_id, "people_right")
    (card,) = get_cards(store, "recorded-judge", "poems")
    assert card.marks == {"people_right": 1}
    mark_disagreement(store, queue[0].match_id, None)
    (card,) = get_cards(store, "recorded-judge", "poems")
    assert card.marks == {}


def test_an_unknown_mark_or_match_is_refused(store: Database) -> None:
    judged(store, 5)
    with pytest.raises(UsageError, match="Marks: judge_right"):
        mark_disagreement(store, 1, "maybe")
    with pytest.raises(NotFoundError, match="no match 999"):
        mark_disagreement(store, 999, "judge_right")


def test_labels_keep_a_fifth_uniform_and_their_probability(store: Database) -> None:
    judged(store)
    votes = [(f"p{p}", "alder", "birch", "A" if p % 2 else "B") for p in range(10)]
    votes += [(f"p{p}", "birch", "cedar", "A" if p % 5 else "B") for p in range(10)]
    cast(store, "Ada", votes)
    plan = plan_labels(store, "recorded-judge", "poems", n_labels=40, usd_per_vote=0.5)
    assert plan.n_open == 70
    assert len({(label.response_a, label.response_b) for label in plan.labels}) == 40, "none twice"
    assert any(label.is_uniform for label in plan.labels)
    for place, label in enumerate(plan.labels):
        assert 0.2 / (70 - place) - 1e-12 <= label.probability <= 1
    aimed = [{label.contestant_a, label.contestant_b} for label in plan.labels if not label.is_uniform]
    assert {"alder", "birch"} in aimed, "they are not told apart"


def test_without_votes_labels_are_uniform(store: Database) -> None:
    plan = plan_labels(judged(store, 10), "recorded-judge", "poems", n_labels=3)
    assert [round(label.probability * (30 - k), 9) for k, label in enumerate(plan.labels)] == [1, 1, 1]
    assert "Draw uniformly" in plan.sentence


def test_too_few_uniform_draws_are_refused(store: Database) -> None:
    with pytest.raises(UsageError, match="At least 20\u00a0%"):
        plan_labels(judged(store, 5), "recorded-judge", "poems", uniform_share=0.1)


def test_a_small_card_counts_sides_and_says_what_is_known_by_construction(store: Database) -> None:
    fill(store)
    for name in ("first", "longest"):
        work_off(store, start_run(store, RunSpec("poems", f"builtin/{name}")), lambda: True)
    (first,) = get_cards(store, "builtin/first", "poems")
    assert "18 times towards the first shown, 0 times towards the second." in first.sentence
    assert "takes what is shown first without reading it" in first.sentence
    assert first.warnings == ()
    (longest,) = get_cards(store, "builtin/longest", "poems")
    assert "It takes the longer response, whatever it says." in longest.sentence


def test_the_builtin_judges_get_the_card_they_deserve(store: Database) -> None:
    fill(store, n_prompts=30)
    for name in ("first", "longest"):
        work_off(store, start_run(store, RunSpec("poems", f"builtin/{name}")), lambda: True)
    (first,) = get_cards(store, "builtin/first", "poems")
    assert (first.n_pairs, first.n_primacy, first.position_consistency) == (90, 90, 0.0)
    assert "flips every one of 90 verdicts" in first.sentence
    assert "towards the response shown first" in first.sentence
    fairness = first.figure("position.fairness")
    assert fairness is not None
    assert fairness.value == -1.0
    (longest,) = get_cards(store, "builtin/longest", "poems")
    assert "kept every one of 90 verdicts" in longest.sentence
    share = longest.figure("length.share")
    assert share is not None
    assert share.value == 1.0


def test_a_judge_is_marked_stronger_only_where_its_own_responses_were_compared(store: Database) -> None:
    fill(store, contestants=("openai/oak", "birch", "cedar"), n_prompts=30)
    pairs = [
        (f"p{p}", a, b)
        for p in range(30)
        for a, b in (("birch", "cedar"), ("openai/oak", "birch"), ("openai/oak", "cedar"))
    ]
    for judge in ("openai/oak", "openai/elm"):
        record(store, [v for p, a, b in pairs for v in both_orders(p, a, b, "A")], judge=judge)
    votes = [(p, a, b, "B" if int(p[1:]) % len(b) == 0 else "A") for p, a, b in pairs]
    cast(store, "Ada", votes)
    (oak,), (elm,) = (get_cards(store, name, "poems") for name in ("openai/oak", "openai/elm"))
    assert oak.strength.mark == "stronger", oak.strength
    assert "by people's votes" in oak.strength.why
    assert elm.strength.mark == "not known"


def _shown_by(store: Database, judge: str, says: Callable[[int, str, str], str]) -> JudgeCard:
    """Let a recorded judge see 60 pairs of two contestants in both orders; `says` gives what it said."""
    verdicts = [
        (f"p{p}", a, b, says(p, a, b)) for p in range(60) for a, b in (("alder", "birch"), ("birch", "alder"))
    ]
    record(store, verdicts, judge=judge)
    (card,) = get_cards(store, judge, "poems")
    return card


def test_a_judge_that_takes_the_second_is_told_from_verdicts_read_wrongly(store: Database) -> None:
    fill(store, contestants=("alder", "birch"), n_prompts=60)
    late = _shown_by(store, "late", lambda p, a, _: "A" if (p + ord(a[0])) % 12 == 0 else "B")
    assert late.n_recency > 45
    assert late.warnings == ()
    assert "more often towards the response shown second" in late.sentence
    read_wrongly = _shown_by(store, "unmapped", lambda p, _, __: "A" if p % 7 else "B")
    assert len(read_wrongly.warnings) == 1
    assert "if the source was read rightly" in read_wrongly.sentence
