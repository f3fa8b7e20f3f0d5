"""The board: what ranks, how two orders become an outcome, and what is said where nothing can be ranked."""

import pytest

from arena.errors import UsageError
from arena.judges import Reach, choose_by_reach
from arena.leaderboard import Board, BoardQuery, get_board
from arena.run import RunSpec, start_run
from arena.run.runner import run_waiting
from db import Database
from db.judges import StoredJudge
from tests.arena.filling import both_orders, fill, import_rows, record


def rank(database: Database, **query: object) -> Board:
    return get_board(database, BoardQuery(dataset="poems", **query))  # type: ignore[arg-type]


def theta(board: Board) -> dict[str, float | None]:
    return {standing.contestant: standing.rating for standing in board.standings}


def words(board: Board) -> str:
    return " ".join([board.sentence, *board.notes])


def test_an_empty_database_says_what_to_do_first(store: Database) -> None:
    board = get_board(store, BoardQuery())
    assert board.standings == ()
    assert "import prompts and responses" in board.sentence


def test_a_data_set_without_matches_says_so(poems: Database) -> None:
    board = rank(poems)
    assert board.sentence == "Data set 'poems' has no matches by a judge yet."
    assert [standing.note for standing in board.standings] == ["no match here yet"] * 3


def test_one_contestant_cannot_be_ranked(store: Database) -> None:
    fill(store, contestants=("alder",))
    assert "has one contestant, alder; a ranking compares at least two" in rank(store).sentence


def test_ties_only_tell_nobody_apart(poems: Database) -> None:
    for prompt in range(6):
        record(poems, both_orders(f"p{prompt}", "alder", "birch", "tie"))
    board = rank(poems)
    assert "Every match is a tie" in words(board)
    assert {s.rating for s in board.standings if s.n_matches} == {1000.0}


def test_contestants_never_compared_have_no_common_ranking(store: Database) -> None:
    fill(store, contestants=("alder", "birch", "cedar", "dogwood"))
    verdicts = []
    for prompt in range(6):
        verdict = "A" if prompt % 2 else "B"
        verdicts += both_orders(f"p{prompt}", "alder", "birch", verdict)
        verdicts += both_orders(f"p{prompt}", "cedar", "dogwood", verdict)
    record(store, verdicts)
    board = rank(store)
    assert "There is no common ranking" in board.sentence
    assert len({standing.component for standing in board.standings}) == 2


def test_an_unbeaten_contestant_has_no_invented_number(poems: Database) -> None:
    verdicts = []
    for prompt in range(6):
        verdicts += both_orders(f"p{prompt}", "alder", "birch", "A")
        verdicts += both_orders(f"p{prompt}", "birch", "cedar", "A" if prompt % 2 else "B")
    record(poems, verdicts)
    board = rank(poems)
    assert theta(board)["alder"] is None
    assert board.sentence.startswith("alder cannot be placed on the scale")
    assert any("alder" in note for note in board.notes)


def flipping(database: Database) -> None:
    """One consistent win each way and four flips, all between alder and birch."""
    verdicts = both_orders("p0", "alder", "birch", "A") + both_orders("p1", "alder", "birch", "B")
    for prompt in range(2, 6):
        verdicts += [(f"p{prompt}", "alder", "birch", "A"), (f"p{prompt}", "birch", "alder", "A")]
    record(database, verdicts)


@pytest.mark.parametrize(("flips", "n_used"), [("mean", 6), ("tie", 6), ("drop", 2)])
def test_flips_count_as_the_rule_says(poems: Database, flips: str, n_used: int) -> None:
    flipping(poems)
    board = rank(poems, flips=flips)
    assert (board.n_scored, board.n_flips) == (6, 4)
    cell = next(cell for cell in board.cells if cell.row == "alder")
    assert (cell.n_matches, cell.win_share) == (n_used, 0.5)


def test_both_bad_is_counted_apart_and_can_be_left_out(poems: Database) -> None:
    verdicts = both_orders("p0", "alder", "birch", "both_bad") + both_orders("p1", "alder", "birch", "tie")
    verdicts += both_orders("p2", "alder", "birch", "A") + both_orders("p3", "alder", "birch", "B")
    record(poems, verdicts)
    assert rank(poems).n_both_bad == 1
    assert rank(poems, both_bad="drop").cells[0].n_matches == 3
    assert rank(poems).cells[0].n_matches == 4


def test_an_order_effect_is_fitted_on_request(poems: Database) -> None:
    flipping(poems)
    terms = {term.name: term for term in rank(poems, control=("position",)).coefficients}
    assert terms["position"].estimate is not None
    assert terms["position"].estimate > 0


@pytest.mark.parametrize("flips", ["tie", "drop"])
def test_a_position_term_is_refused_where_flips_are_gone(flips: str) -> None:
    with pytest.raises(UsageError, match="--flips mean"):
        BoardQuery(flips=flips, control=("position",))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"control": ("colour",)}, "cannot be controlled for"),
        ({"control": ("length",), "method": "elo"}, "Only Bradley-Terry"),
        ({"ties": "davidson", "method": "win-rate"}, "model of ties"),
    ],
)
def test_what_a_method_cannot_do_is_refused(query: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        BoardQuery(**query)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"tags": ("odd", "blue")}, "No prompt has the tag 'blue'. Tags: even, odd"),
        ({"judges": ("nobody",)}, "No judge is called 'nobody'"),
        ({"dataset": "prose"}, "No data set is called 'prose'"),
    ],
)
def test_unknown_names_are_answered_with_the_known(
    poems: Database, query: dict[str, object], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        get_board(poems, BoardQuery(**{"dataset": "poems", **query}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reach", "best"),
    [
        ({1: (3, 36), 2: (3, 7)}, 1),  # a model whose run was cancelled early
        ({1: (3, 36), 2: (3, 18)}, 2),
        ({1: (3, 9000), 2: (3, 45)}, 2),  # a sample, but no small one
        ({1: (3, 36), 2: (4, 7)}, 2),
        ({2: (3, 36), 3: (3, 7)}, 2),
        ({2: (3, 36), 3: (3, 36)}, 3),
        ({2: (3, 7), 4: (3, 36)}, 2),  # one that never reads ranks only alone
        ({4: (3, 36)}, 4),
        ({}, None),
    ],
)
def test_a_judge_at_its_beginning_displaces_nobody(
    reach: dict[int, tuple[int, int]], best: int | None
) -> None:
    kinds = {1: ("builtin", "builtin/longest"), 4: ("builtin", "builtin/first")}
    stored = [
        StoredJudge(number, *kinds.get(number, ("model", f"m/{number}")), "v", "pairwise", None, None, None)
        for number in (1, 2, 3, 4)
    ]
    assert choose_by_reach({judge_id: Reach(*one) for judge_id, one in reach.items()}, stored) == best


def test_a_real_judge_ranks_before_a_baseline_and_is_not_pooled_with_it(poems: Database) -> None:
    verdicts = []
    for prompt in range(6):
        verdicts += both_orders(f"p{prompt}", "alder", "birch", "A" if prompt else "B")
        verdicts += both_orders(f"p{prompt}", "birch", "cedar", "A" if prompt else "B")
    record(poems, verdicts)
    start_run(poems, RunSpec("poems", "builtin/longest"))
    run_waiting(poems, lambda: True)
    board = rank(poems)
    assert board.judges == ("recorded-judge",)
    assert "not pooled with it: builtin/longest" in words(board)
    pooled = rank(poems, judges=("recorded-judge", "builtin/longest"))
    assert "Pools 2 judges" in words(pooled)
    assert pooled.n_scored == 12 + 18


def test_unscored_matches_rank_nobody_and_are_counted(poems: Database) -> None:
    verdicts = [("p0", "alder", "birch", "A"), ("p0", "birch", "alder", "no idea")]
    rows = [
        {"judge": "j", "prompt": prompt, "shown_first": first, "shown_second": second, "verdict": verdict}
        for prompt, first, second, verdict in verdicts
    ]
    import_rows(poems, "poems", rows)
    board = rank(poems)
    assert (board.n_matches, board.n_scored) == (1, 0)
    assert "1 of 1 matches are unscored" in words(board)


def test_a_tag_narrows_the_matches(poems: Database) -> None:
    flipping(poems)
    assert rank(poems, tags=("even",)).n_scored == 3


def test_the_hash_of_the_data_changes_with_one_more_match(poems: Database) -> None:
    flipping(poems)
    before = rank(poems)
    record(poems, both_orders("p0", "birch", "cedar", "A"))
    after = rank(poems)
    assert before.data_hash != after.data_hash
    as_of = rank(poems, last_match_id=before.last_match_id)
    assert as_of.data_hash == before.data_hash
    assert theta(as_of)["alder"] == theta(before)["alder"]


def test_levels_rank_by_their_mean(poems: Database) -> None:
    rows = [
        {"judge": "scorer", "prompt": f"p{prompt}", "model": name, "criterion": "overall", "score": score}
        for prompt in range(6)
        for name, score in (("alder", 4.0 + prompt % 2), ("birch", 2.0), ("cedar", 3.0))
    ]
    import_rows(poems, "poems", rows)
    board = rank(poems, method="mean-level")
    assert [(s.contestant, s.rating) for s in board.standings] == [
        ("alder", 4.5), ("cedar", 3.0), ("birch", 2.0),
    ]  # fmt: skip


def test_the_calibrated_lens_follows_people_where_the_judge_errs(store: Database) -> None:
    fill(store, n_prompts=30)
    verdicts, votes = [], []
    for prompt in range(30):
        for a, b in (("alder", "birch"), ("alder", "cedar"), ("birch", "cedar")):
            judge_says = "B" if prompt % 5 else "A"
            verdicts += both_orders(f"p{prompt}", a, b, judge_says)
            people_say = "A" if prompt % 4 else "B"
            votes.append((f"p{prompt}", a, b, people_say))
    record(store, verdicts)
    record_votes(store, votes)
    assert rank(store).standings[0].contestant == "cedar"
    calibrated = rank(store, lens="calibrated")
    assert calibrated.standings[0].contestant == "alder"
    assert "90 of 90 pairs that people decided too" in words(calibrated)
    assert "uniform draw" in words(calibrated), "imported votes do not say how their pair was picked"


def test_the_calibrated_lens_without_votes_rates_nobody(poems: Database) -> None:
    flipping(poems)
    board = rank(poems, lens="calibrated")
    assert {standing.rating for standing in board.standings} == {None}
    assert "decided by both the judge and a person" in words(board)


@pytest.mark.parametrize("query", [{"method": "elo"}, {"control": ("length",)}, {"ties": "davidson"}])
def test_the_calibrated_lens_takes_no_other_model(query: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="calibrated lens is Bradley-Terry"):
        BoardQuery(lens="calibrated", **query)  # type: ignore[arg-type]


def record_votes(database: Database, votes: list[tuple[str, str, str, str]]) -> None:
    """Import one voter's verdicts, as shown."""
    rows = [
        {"judge": "voter 1", "prompt_id": prompt, "model_a": a, "model_b": b,
         "winner": {"A": "model_a", "B": "model_b"}[verdict]}
        for prompt, a, b, verdict in votes
    ]  # fmt: skip
    import_rows(database, "poems", rows)
