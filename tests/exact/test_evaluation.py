"""Exact scores stored and shown: columns with intervals, pass@k, correlation with people, contradictions."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from arena.errors import UsageError
from arena.exact import correlate_with_people, find_contradictions, get_exact_board, score_dataset
from arena.exact.contradictions import gate_matches
from arena.exchange import import_files
from arena.leaderboard import BoardQuery, get_board
from db import Database
from db.boards import MatchScope, load_match_arrays
from judge.exact import pass_at_k
from tests.arena.filling import both_orders, import_rows, record
from tests.fake_llm import scripts, serve
from tests.shared_data import SHARED_DATA, needs_shared_data


def fill_sums(database: Database, n_prompts: int = 8) -> None:
    """Import sums: oak is always right, elm on even prompts, fir never and often says nothing."""
    import_rows(
        database,
        "sums",
        [
            {"id": f"q{n}", "prompt": f"{n} + {n}?", "reference": str(2 * n), "kind": "correctness"}
            for n in range(n_prompts)
        ],
    )
    answers: dict[str, Callable[[int], str]] = {
        "oak": lambda n: f"It is {2 * n}.",
        "elm": lambda n: f"{2 * n if n % 2 == 0 else 99}",
        "fir": lambda n: "I cannot say.",
    }
    rows = [
        {"id": f"q{n}", "prompt": f"{n} + {n}?", "model": name, "response": say(n)}
        for n in range(n_prompts)
        for name, say in answers.items()
    ]
    import_rows(database, "sums", rows)


def test_a_column_holds_each_contestants_mean_and_interval_best_first(store: Database) -> None:
    fill_sums(store)
    report = score_dataset(store, "sums", ["number", "edit"])
    assert [(count.metric, count.n_new) for count in report.metrics] == [("number", 24), ("edit", 24)]
    number, edit = get_exact_board(store, "sums").columns
    assert [(figure.contestant, figure.value) for figure in number.figures] == [
        ("oak", 1.0), ("elm", 0.5), ("fir", 0.0)
    ]  # fmt: skip
    elm = number.figures[1]
    # The published cluster-robust interval of a mean, by hand: factor G/(G-1), t with G-1 degrees.
    half = stats.t.ppf(0.975, 7) * np.sqrt(8 / 7 * 8 * 0.25 / 64)
    assert elm.low == pytest.approx(0.5 - half)
    assert elm.high == pytest.approx(0.5 + half)
    assert (elm.n, elm.n_without) == (8, 0)
    assert edit.scale == "share"


def test_scores_are_computed_once_and_anew_where_the_references_changed(store: Database) -> None:
    fill_sums(store, 3)
    score_dataset(store, "sums", ["exact"])
    (count,) = score_dataset(store, "sums", ["exact", "exact"]).metrics
    assert (count.n_new, count.n_already) == (0, 9)
    import_rows(store, "sums", [{"id": "q1", "prompt": "1 + 1?", "reference": "two"}])
    (count,) = score_dataset(store, "sums", ["exact"]).metrics
    assert (count.n_new, count.n_already) == (3, 6)


def test_what_has_no_figure_says_why_and_is_not_counted_as_zero(store: Database) -> None:
    fill_sums(store, 6)
    import_rows(store, "sums", [{"prompt": "Say hi", "model": "oak", "response": "hi"}])
    (count,) = score_dataset(store, "sums", ["exact"]).metrics
    assert (count.n_without, count.problems) == (1, ("1 \u00d7 the prompt has no reference",))
    (column,) = get_exact_board(store, "sums").columns
    oak = next(figure for figure in column.figures if figure.contestant == "oak")
    assert (oak.n, oak.n_without) == (6, 1)
    assert column.problems == ("1 responses: the prompt has no reference",)


@pytest.mark.parametrize(
    ("metric", "words"),
    [("bleurt", "no metric"), ("perplexity", "logprobs"), ("embedding:text-embedding", "embedding model")],
)
def test_a_metric_that_cannot_be_is_refused_in_words(store: Database, metric: str, words: str) -> None:
    fill_sums(store, 1)
    with pytest.raises(UsageError, match=words):
        score_dataset(store, "sums", [metric])


def test_semantic_similarity_asks_for_each_text_once(store: Database) -> None:
    rows = [
        {"prompt": "p", "reference": "the same", "model": "oak", "response": "the same"},
        {"prompt": "p", "model": "elm", "response": "another"},
        {"prompt": "p", "model": "fir", "response": ""},
    ]
    import_rows(store, "texts", rows)
    with serve(scripts.echo) as llm:
        score_dataset(store, "texts", ["embedding:openai/embedder"], api_base=llm.api_base)
    (column,) = get_exact_board(store, "texts").columns
    by_name = {figure.contestant: figure for figure in column.figures}
    assert by_name["oak"].value == pytest.approx(1.0)
    assert by_name["elm"].value is not None
    assert by_name["elm"].value < 1
    assert (by_name["fir"].n, by_name["fir"].n_without) == (0, 1)


def test_pass_at_k_averages_the_unbiased_estimate_over_prompts(store: Database) -> None:
    passed = {"q0": 3, "q1": 0, "q2": 1, "q3": 5, "q4": 2}
    rows = [
        {"prompt": prompt, "model": "oak", "sample": sample, "passed": sample < n}
        for prompt, n in passed.items()
        for sample in range(5)
    ]
    rows.append({"prompt": "q5", "model": "oak", "sample": 0, "passed": True})
    import_rows(store, "code", rows)
    by_k = {figure.k: figure for figure in get_exact_board(store, "code", ks=(1, 2, 5)).passes}
    for k in (2, 5):
        expected = np.mean([pass_at_k(5, n, k) for n in passed.values()])
        assert by_k[k].value == pytest.approx(expected)
        assert (by_k[k].n_prompts, by_k[k].n_too_few) == (5, 1)
    assert by_k[1].value == pytest.approx((0.6 + 0 + 0.2 + 1 + 0.4 + 1) / 6)
    assert by_k[1].low is not None
    assert by_k[1].low < by_k[1].value


def verdicts_of(n_prompts: int) -> list[tuple[str, str, str, str]]:
    """Prefer elm to oak always: wrong on every odd prompt, where elm's sum is wrong."""
    return [row for n in range(n_prompts) for row in both_orders(f"q{n}", "elm", "oak", "A")]


def test_verdicts_that_a_check_contradicts_are_listed_with_their_matches(store: Database) -> None:
    fill_sums(store)
    record(store, verdicts_of(8), dataset="sums")
    score_dataset(store, "sums", ["number", "edit"])
    (check,) = find_contradictions(store, "sums")
    assert (check.metric, check.n_decided, check.n_agreed, check.n_contradicted) == ("number", 4, 0, 4)
    assert all(row.preferred == "elm" and row.right == "oak" for row in check.contradictions)
    assert len({row.match_id for row in check.contradictions}) == 4


def test_ties_and_flips_are_neither_agreement_nor_contradiction(store: Database) -> None:
    fill_sums(store)
    rows = both_orders("q1", "elm", "oak", "tie")
    rows += [("q3", "elm", "oak", "A"), ("q3", "oak", "elm", "A")]
    record(store, rows, dataset="sums")
    score_dataset(store, "sums", ["number"])
    (check,) = find_contradictions(store, "sums")
    assert (check.n_decided, check.n_agreed, check.n_contradicted) == (2, 0, 0)


@pytest.mark.parametrize("is_correctness", [True, False])
def test_a_gate_decides_on_correctness_prompts_alone(store: Database, is_correctness: bool) -> None:
    fill_sums(store)
    record(store, verdicts_of(8), dataset="sums")
    score_dataset(store, "sums", ["number"])
    with store.write() as session:
        from db.tables import PromptRow

        for prompt in session.query(PromptRow):
            prompt.kind = "correctness" if is_correctness else "preference"
    with store.read() as session:
        from db.tables import JudgeRow

        judge_ids = tuple(row.id for row in session.query(JudgeRow))
        matches = load_match_arrays(session, MatchScope(None, judge_ids))
        gated = gate_matches(session, 1, "number", matches)
    assert (gated.n_decided, gated.n_changed) == ((4, 4) if is_correctness else (0, 0))
    kept = gated.matches.verdict_ab == matches.verdict_ab
    assert kept.sum() == (4 if is_correctness else 8)


def test_a_gate_needs_a_check_with_scores(store: Database) -> None:
    fill_sums(store, 1)
    with store.read() as session:
        matches = load_match_arrays(session, MatchScope(None, ()))
        for metric, words in (("edit", "is no check"), ("exact", "no exact scores"), ("x", "cannot be")):
            with pytest.raises(UsageError, match=words):
                gate_matches(session, 1, metric, matches)


@needs_shared_data
def test_topical_chat_gives_the_published_correlations_to_six_digits(store: Database) -> None:
    import_files(store, [SHARED_DATA / "topical_chat" / "topical_chat_result.json"], "chat")
    found = {one.criterion: one for one in correlate_with_people(store, "chat", n_rounds=20)}
    overall = found["overall"]
    assert (overall.source, overall.n_responses, overall.n_prompts) == ("UniEval", 360, 60)
    assert round(overall.pearson.value, 6) == 0.632796
    assert round(overall.spearman.value, 6) == 0.662583
    assert round(overall.kendall.value, 6) == 0.487272
    assert overall.pearson.low < overall.pearson.value < overall.pearson.high


def test_metrics_and_pairwise_judges_are_held_against_votes(store: Database) -> None:
    fill_sums(store)
    record(store, [("q0", "oak", "elm", "A"), ("q1", "oak", "elm", "A"), ("q2", "oak", "fir", "A")],
           dataset="sums", judge="judge")  # fmt: skip
    votes = [
        {"judge": "ann", "judge_kind": "human", "prompt": f"q{n}", "shown_first": "oak",
         "shown_second": other, "verdict": "A"}
        for n in range(6)
        for other in ("elm", "fir")
    ]  # fmt: skip
    import_rows(store, "sums", votes)
    score_dataset(store, "sums", ["number", "ter"])
    found = {(one.source, one.criterion): one for one in correlate_with_people(store, "sums", n_rounds=20)}
    number = found["number", "win share"]
    assert number.n_responses == 18
    assert number.pearson.value > 0.5
    assert ("judge", "win share") in {(source.split("@")[0], criterion) for source, criterion in found}


def test_without_people_there_is_nothing_to_correlate_with(store: Database) -> None:
    fill_sums(store, 2)
    score_dataset(store, "sums", ["number"])
    assert correlate_with_people(store, "sums") == []


def test_a_gate_turns_the_board_around_and_says_so(store: Database) -> None:
    fill_sums(store)
    record(store, verdicts_of(8), dataset="sums")
    score_dataset(store, "sums", ["number"])
    with store.write() as session:
        from db.tables import PromptRow

        for prompt in session.query(PromptRow):
            prompt.kind = "correctness"
    free = get_board(store, BoardQuery("sums", method="win-rate"))
    gated = get_board(store, BoardQuery("sums", method="win-rate", gate="number"))
    shares = {
        board.query.gate: {row.contestant: row.win_rate for row in board.standings} for board in (free, gated)
    }
    assert shares[None]["elm"] == 1.0
    assert shares["number"]["elm"] == 0.5
    assert any("overrules the judge in 4 of them" in note for note in gated.notes)
    assert free.data_hash != gated.data_hash, "a receipt must see a check that changed"


@pytest.mark.parametrize("changes", [{"lens": "human"}, {"method": "mean-level"}, {"dataset": None}])
def test_a_gate_out_of_place_is_refused(changes: dict[str, str | None]) -> None:
    with pytest.raises(UsageError, match="gate"):
        BoardQuery(**{"dataset": "sums", "gate": "number", **changes})  # type: ignore[arg-type]
