"""Estimates before a run: priced, unknown, from past calls, and never more than said at most."""

from dataclasses import replace

import pytest

from judge import (
    CallReply,
    PastCalls,
    Price,
    cost_of,
    count_tokens,
    estimate,
    load_rubric,
    make_spec,
    most_usd,
    price_of,
    request_for,
)
from judge.litellm_client import import_litellm
from judge.price_map import load_price_map, supports_response_schema
from tests.judge.subjects import FENCE_KEY, PAIR, judge_for

PRICED = make_spec("openai/gpt-4o-mini", load_rubric("helpfulness"), response_format="tags")


def test_a_known_model_has_its_listed_price() -> None:
    assert price_of("gpt-4o-mini") == price_of("openai/gpt-4o-mini") == Price(0.15e-6, 0.60e-6)


@pytest.mark.parametrize(
    "model", ["hosted_vllm/gpt-4o-mini", "openai/my-own", "ollama/llama3", "codestral/codestral-latest"]
)
def test_a_model_without_a_price_is_unknown_and_never_free(model: str) -> None:
    assert price_of(model) is None
    spec = replace(PRICED, model=model)
    sample = [request_for(spec, PAIR, "ab", 0, FENCE_KEY)]
    estimated = estimate(spec, 10, sample)
    assert (estimated.cost_usd, estimated.most_usd) == (None, None)
    assert estimated.n_tokens_in > 0
    assert most_usd(sample[0]) is None


def test_an_estimate_is_calls_times_tokens_times_price() -> None:
    sample = [request_for(PRICED, PAIR, order, 0, FENCE_KEY) for order in ("ab", "ba")]
    estimated = estimate(PRICED, 100, sample)
    assert estimated.n_calls == 100
    assert estimated.n_tokens_out == 100 * 300
    assert estimated.cost_usd == pytest.approx(estimated.n_tokens_in * 0.15e-6 + 30_000 * 0.60e-6)
    assert estimated.most_usd is not None
    assert estimated.cost_usd is not None
    assert estimated.most_usd > estimated.cost_usd
    assert estimated.token_source == "tokenizer"


def test_past_calls_replace_the_guess() -> None:
    past = PastCalls(n_calls=50, mean_tokens_in=1000, mean_tokens_out=80, calls_per_judgment=1.1)
    estimated = estimate(PRICED, 100, [], past=past)
    assert (estimated.n_calls, estimated.n_tokens_in, estimated.n_tokens_out) == (110, 110_000, 8_800)
    assert estimated.token_source == "past calls"


def test_a_builtin_judge_costs_nothing_because_it_makes_no_call() -> None:
    spec = make_spec("builtin/longest", load_rubric("style"))
    estimated = estimate(spec, 100, [])
    assert (estimated.n_calls, estimated.cost_usd) == (0, 0.0)


def test_tokens_are_counted_as_litellm_counts_them() -> None:
    litellm = import_litellm()
    for text in ("How do I undo my last commit?", "Wie geht das? 我不知道。", "<|endoftext|>", "x" * 500):
        assert count_tokens(text) == litellm.token_counter(model="gpt-4o", text=text)


def test_the_price_map_agrees_with_litellm_about_schemas() -> None:
    litellm = import_litellm()
    models = [name for name, entry in load_price_map().items() if entry.get("mode") == "chat"]
    models = [name for name in models if not name.startswith("github_copilot/")]  # asks for a login
    theirs = {model: litellm.supports_response_schema(model=model) for model in models}
    assert [model for model in models if supports_response_schema(model) and not theirs[model]] == []
    n_theirs = sum(theirs.values())
    assert n_theirs > 1000
    assert sum(supports_response_schema(model) for model in models) >= 0.95 * n_theirs


def test_a_price_somebody_typed_in_prices_a_reply() -> None:
    reply = CallReply("x", n_tokens_in=100, n_tokens_out=10)
    assert cost_of(reply, Price(1e-6, 2e-6)) == pytest.approx(120e-6)
    assert cost_of(reply, None) is None
    assert cost_of(CallReply("x"), Price(1e-6, 2e-6)) is None


def test_an_unknown_model_is_asked_for_tags_and_a_known_one_for_a_schema() -> None:
    rubric = load_rubric("style")
    assert make_spec("hosted_vllm/x", rubric).response_format == "tags"
    assert make_spec("openai/gpt-4o", rubric).response_format == "schema"
    assert make_spec("hosted_vllm/x", rubric, response_format="schema").response_format == "schema"
    assert judge_for().answer_schema is None
