"""What is the same thing, what is new, and which judgments are one match."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from arena.exchange import ImportReport, Kind, import_files
from arena.exchange.identity import hash_messages
from db import Database

Query = Callable[[str], list[tuple[Any, ...]]]

HEAD = "judge,prompt,shown_first,shown_second,verdict\n"
MATCHES = "SELECT repetition, n_orders, verdict_ab, verdict_ba, state, reason FROM match ORDER BY id"


def land(database: Database, text: str, name: str = "f.csv", dataset: str = "d") -> ImportReport:
    return import_files(database, [(name, text.encode())], dataset)


def test_both_orders_in_one_file_are_one_match(database: Database, query: Query) -> None:
    report = land(database, HEAD + "j,p,x,y,A\nj,p,y,x,B\n")
    assert report.totals[Kind.MATCHES].n_new == 1
    assert query(MATCHES) == [(0, 2, "a", "a", "scored", None)]
    assert query("SELECT shown_order, verdict FROM judgment ORDER BY id") == [("ab", "a"), ("ba", "a")]


def test_a_second_order_in_a_later_import_completes_the_match(database: Database, query: Query) -> None:
    land(database, HEAD + "j,p,y,x,first\n")
    assert query(MATCHES) == [(0, 1, "a", None, "scored", None)]
    report = land(database, HEAD + "j,p,y,x,first\nj,p,x,y,first\n")
    assert query(MATCHES) == [(0, 2, "a", "b", "scored", None)]
    assert report.totals[Kind.MATCHES].n_completed == 1
    assert report.totals[Kind.JUDGMENTS].n_duplicate == 1


def test_an_unreadable_verdict_is_unscored_and_never_a_tie(database: Database, query: Query) -> None:
    land(database, HEAD + "j,p,x,y,A\nj,p,y,x,\nj,q,x,y,hm\nj,r,x,y,refused\nj,s,x,y,tie\nj,t,x,y,D\n")
    assert query(MATCHES) == [
        (0, 2, "a", None, "unscored", "empty"),
        (0, 1, None, None, "unscored", "off_menu"),
        (0, 1, None, None, "unscored", "refused"),
        (0, 1, "tie", None, "scored", None),
        (0, 1, "both_bad", None, "scored", None),
    ]


def test_an_unscored_order_that_comes_second_unscores_the_match(database: Database, query: Query) -> None:
    land(database, HEAD + "j,p,x,y,\n")
    land(database, HEAD + "j,p,y,x,A\n")
    assert query(MATCHES) == [(0, 2, None, "b", "unscored", "empty")]


def test_another_verdict_on_the_same_shown_pair_is_a_repetition(database: Database, query: Query) -> None:
    report = land(database, HEAD + "j,p,x,y,A\nj,p,x,y,A\nj,p,x,y,B\nj,p,y,x,B\nj,p,y,x,A\n")
    assert report.totals[Kind.JUDGMENTS].n_duplicate == 1
    assert query(MATCHES) == [(0, 2, "a", "a", "scored", None), (1, 2, "b", "b", "scored", None)]


def test_repetitions_that_the_source_numbers_are_kept_apart(database: Database, query: Query) -> None:
    head = "judge,prompt,shown_first,shown_second,verdict,repetition\n"
    land(database, head + "j,p,x,y,A,0\nj,p,x,y,A,1\nj,p,y,x,B,1\n")
    assert [row[:2] for row in query(MATCHES)] == [(0, 1), (1, 2)]
    report = land(database, head + "j,p,x,y,B,1\n")
    assert "repetition 1 of this judgment is there with another verdict" in report.bad_rows[0].reason


def test_each_vote_of_a_person_is_a_match_of_one_order(database: Database, query: Query) -> None:
    text = HEAD.replace("verdict", "verdict,judge_kind") + "ann,p,x,y,A,human\nann,p,y,x,B,human\n"
    assert land(database, text).totals[Kind.VOTES].n_new == 2
    assert query(MATCHES) == [(0, 1, "a", None, "scored", None), (1, 1, None, "a", "scored", None)]
    again = land(database, text)
    assert (again.n_new, again.totals[Kind.VOTES].n_duplicate) == (0, 2)


def test_a_verdict_may_name_the_contestant(database: Database, query: Query) -> None:
    land(database, HEAD + "j,p,x,y,y\nj,p,y,x,y\n")
    assert query(MATCHES) == [(0, 2, "b", "b", "scored", None)]


def test_battles_without_ids_are_a_prompt_each_and_land_once(database: Database, query: Query) -> None:
    text = "left,right,winner\nx,y,left\nx,y,left\ny,x,tie\n"
    assert land(database, text).totals[Kind.MATCHES].n_new == 3
    again = land(database, text + "x,y,right\n")
    assert again.totals[Kind.MATCHES].n_new == 1
    assert query("SELECT COUNT(DISTINCT prompt_id) FROM match") == [(4,)]


def test_questions_complete_prompts_that_came_with_answers(database: Database, query: Query) -> None:
    answers = '{"question_id": 1, "answer_id": "a", "model_id": "m:v1", "text": "t"}'
    questions = '{"question_id": 1, "text": "How?", "category": "c"}'
    land(database, answers, "a.jsonl")
    assert query("SELECT key, messages FROM prompt") == [("1", None)]
    report = land(database, questions, "q.jsonl")
    assert report.totals[Kind.PROMPTS].n_completed == 1
    assert query("SELECT key, messages FROM prompt") == [("1", '[{"role":"user","content":"How?"}]')]
    assert land(database, questions, "q.jsonl").totals[Kind.PROMPTS].n_duplicate == 1


def test_texts_complete_responses_that_came_with_verdicts(database: Database, query: Query) -> None:
    land(database, HEAD + "j,What is it?,x,y,A\n")
    assert query("SELECT COUNT(*) FROM response WHERE turns IS NULL AND n_words IS NULL") == [(2,)]
    report = land(database, "prompt,model,response\nWhat is it?,x,A thing\n", "a.csv")
    assert report.totals[Kind.RESPONSES].n_completed == 1
    assert query("SELECT turns, n_words FROM response WHERE turns IS NOT NULL") == [('["A thing"]', 2)]
    assert query("SELECT COUNT(*) FROM prompt") == [(1,)]


def test_a_prompt_that_was_known_by_its_text_takes_the_id_that_comes_later(
    database: Database, query: Query
) -> None:
    text_only = "prompt,model,response\nWhat is it?,x,A thing\n"
    land(database, text_only)
    with_id = "id,prompt\nq7,What is it?\n"
    assert land(database, with_id, "q.csv").totals[Kind.PROMPTS].n_completed == 1
    assert query("SELECT key FROM prompt") == [("q7",)]
    assert land(database, text_only).n_new == 0
    assert land(database, HEAD + "j,q7,x,y,A\n", "v.csv").totals[Kind.PROMPTS].n_duplicate == 1


def test_a_verdict_finds_its_prompt_by_id_or_by_text(database: Database, query: Query) -> None:
    land(database, "id,prompt\nq7,What is it?\n", "q.csv")
    land(database, HEAD + "j,q7,x,y,A\nj,What is it?,y,x,A\n", "v.csv")
    assert query("SELECT COUNT(*) FROM prompt") == [(1,)]
    assert query(MATCHES) == [(0, 2, "a", "b", "scored", None)]


def test_a_single_word_is_an_id_until_a_text_says_otherwise(database: Database, query: Query) -> None:
    land(database, HEAD + "j,Why?,x,y,A\n", "v.csv")
    assert query("SELECT key, messages FROM prompt") == [("Why?", None)]
    land(database, "prompt,category\nWhy?,c\n", "q.csv")
    assert query("SELECT key, text_hash FROM prompt") == [
        ("Why?", hash_messages([{"role": "user", "content": "Why?"}]))
    ]


def test_a_new_text_is_the_next_sample_and_the_same_text_is_the_same(
    database: Database, query: Query
) -> None:
    text = "prompt,model,response\nWhat is it?,x,one\nWhat is it?,x,two\nWhat is it?,x,one\n"
    report = land(database, text)
    assert (report.totals[Kind.RESPONSES].n_new, report.totals[Kind.RESPONSES].n_duplicate) == (2, 1)
    assert query("SELECT sample_index, turns FROM response ORDER BY sample_index") == [
        (0, '["one"]'), (1, '["two"]'),
    ]  # fmt: skip


def test_samples_that_the_source_numbers_may_have_one_text(database: Database, query: Query) -> None:
    text = "prompt,model,response,sample\nWhat is it?,x,one,0\nWhat is it?,x,one,1\n"
    assert land(database, text).totals[Kind.RESPONSES].n_new == 2
    assert land(database, text).n_new == 0
    assert query("SELECT COUNT(*) FROM response") == [(2,)]


def test_an_empty_response_is_a_response(database: Database, query: Query) -> None:
    land(database, '{"prompt": "What?", "model": "x", "response": ""}', "a.jsonl")
    assert query("SELECT turns, n_chars, n_words FROM response") == [('[""]', 0, 0)]


ANSWER = '{{"question_id": 1, "answer_id": "{0}", "model_id": "{1}", "text": "{0}"}}\n'


@pytest.mark.parametrize("calls", [1, 2], ids=["one import", "two imports"])
def test_two_versions_of_a_model_are_two_contestants(calls: int, database: Database, query: Query) -> None:
    first, second = ANSWER.format("a", "owl:v1"), ANSWER.format("b", "owl:v2")
    for text in [first + second] if calls == 1 else [first, second]:
        land(database, text, "a.jsonl")
    assert query("SELECT name, parameters FROM contestant ORDER BY id") == [
        ("owl", '{"version":"v1"}'), ("owl:v2", '{"version":"v2"}'),
    ]  # fmt: skip
    assert land(database, second + first, "a.jsonl").n_new == 0


def test_a_version_is_learnt_by_a_contestant_that_only_verdicts_named(
    database: Database, query: Query
) -> None:
    land(database, HEAD + "j,1,owl,elk,A\n", "v.csv")
    land(database, ANSWER.format("a", "owl:v1"), "a.jsonl")
    assert query("SELECT name, parameters FROM contestant ORDER BY id") == [
        ("owl", '{"version":"v1"}'), ("elk", "{}"),
    ]  # fmt: skip
    assert query("SELECT COUNT(*) FROM response") == [(2,)]


def test_a_contestant_that_can_be_asked_keeps_its_parameters(database: Database, query: Query) -> None:
    land(database, HEAD + "j,1,owl,elk,A\n", "v.csv")
    with database.write() as session:
        session.connection().exec_driver_sql("UPDATE contestant SET model = 'p/owl' WHERE name = 'owl'")
    land(database, ANSWER.format("a", "owl:v1"), "a.jsonl")
    assert query("SELECT name, parameters FROM contestant ORDER BY id")[-1] == ("owl:v1", '{"version":"v1"}')


def test_a_review_may_name_a_second_id_of_the_same_answer(database: Database, query: Query) -> None:
    answers = ANSWER.format("a", "owl") + ANSWER.format("b", "elk")
    twin = '{"question_id": 1, "answer_id": "a2", "model_id": "owl", "text": "a"}\n'
    review = '{"answer1_id": "a2", "answer2_id": "b", "score": [1, 2], "reviewer_id": "r", "text": "1 2"}'
    report = import_files(
        database, [("r.jsonl", review.encode()), ("a.jsonl", (answers + twin).encode())], "d"
    )
    assert report.n_bad == 0
    assert query(MATCHES) == [(0, 1, "b", None, "scored", None)]


def test_scores_of_one_judge_on_one_response_share_a_judgment(database: Database, query: Query) -> None:
    head = "judge,prompt,model,criterion,score\n"
    land(database, head + "j,p,x,clear,4\n")
    report = land(database, head + "j,p,x,clear,4\nj,p,x,short,2.5\nj,p,x,clear,5\n")
    assert (report.totals[Kind.SCORES].n_new, report.totals[Kind.SCORES].n_duplicate) == (2, 1)
    assert query(
        "SELECT repetition, criterion, score, level FROM grade g JOIN judgment x ON x.id = g.judgment_id"
        " ORDER BY g.id"
    ) == [(0, "clear", 4.0, None), (0, "short", 2.5, None), (1, "clear", 5.0, None)]
    assert query("SELECT DISTINCT state FROM judgment") == [("recorded_score",)]


def test_versions_of_a_recorded_judge_that_the_source_keeps_apart_stay_apart(
    database: Database, query: Query
) -> None:
    head = "judge,judge_version,prompt,shown_first,shown_second,verdict\n"
    land(database, head + "j,v1,p,x,y,A\nj,v2,p,x,y,A\nj,,p,x,y,A\n")
    assert query("SELECT COUNT(*) FROM judge WHERE name = 'j' AND kind = 'recorded'") == [(3,)]


def test_an_import_never_adds_to_a_live_judge(database: Database, query: Query) -> None:
    with database.write() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO judge (kind, name, version, mode, created_at)"
            " VALUES ('model', 'j', 'v1', 'pairwise', '2026-01-01 00:00:00')"
        )
    text = "judge,judge_version,prompt,shown_first,shown_second,verdict\nj,v1,p,x,y,A\n"
    land(database, text)
    assert query("SELECT DISTINCT j.kind FROM judgment x JOIN judge j ON j.id = x.judge_id") == [
        ("recorded",)
    ]
    assert land(database, text).n_new == 0


def test_datasets_do_not_mix(database: Database, query: Query) -> None:
    text = HEAD + "j,p,x,y,A\n"
    land(database, text, dataset="one")
    assert land(database, text, dataset="two").totals[Kind.JUDGMENTS].n_new == 1
    assert query("SELECT COUNT(*) FROM prompt") == [(2,)]
