"""Providers by what is set, servers by what answers, and one call to try a model."""

from __future__ import annotations

import json
import sys

import pytest

from arena.asking_child import CHILDREN
from arena.cli.main import main
from arena.errors import UsageError
from arena.local_servers import LocalServer, find_servers
from arena.providers import PROVIDERS, find_missing_key, get_price, list_prices, list_providers
from arena.trial import most_trial_usd, try_model
from db import Database, tables
from judge.litellm_client import import_litellm
from tests.fake_llm import scripts, serve
from tests.fake_llm.scripts import NAMED


def test_a_provider_is_ready_when_a_whole_group_is_set_and_goes_first() -> None:
    states = list_providers(
        {"MISTRAL_API_KEY": "x", "AZURE_API_KEY": "x", "AWS_PROFILE": "p", "XAI_API_KEY": " "}
    )
    ready = [state.provider.name for state in states if state.is_ready]
    assert ready == ["mistral", "bedrock"]
    assert [state.provider.name for state in states[:2]] == ready
    azure = next(state for state in states if state.provider.name == "azure")
    assert azure.missing == ("AZURE_API_BASE", "AZURE_API_VERSION")
    assert "'x'" not in repr(states)


@pytest.mark.parametrize(
    ("model", "api_base", "missing"),
    [
        ("openai/gpt-4o-mini", None, ("OPENAI_API_KEY",)),
        ("openai/mine", "http://localhost:1/v1", ()),
        ("builtin/longest", None, ()),
        ("ollama_chat/llama3", None, ()),
        ("no-slash", None, ()),
    ],
)
def test_what_a_model_lacks_is_known_before_it_is_asked(
    model: str, api_base: str | None, missing: tuple[str, ...]
) -> None:
    assert find_missing_key(model, api_base, {}) == missing


def test_litellm_asks_for_the_same_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    named = {name for provider in PROVIDERS for group in provider.variables for name in group}
    for name in named:
        monkeypatch.delenv(name, raising=False)
    litellm = import_litellm()
    for provider in PROVIDERS:
        asked = set(litellm.validate_environment(provider.model)["missing_keys"])
        known = {name for group in provider.variables for name in group}
        assert asked <= known or not asked, provider.name


def test_an_unpriced_model_is_unknown_and_not_free(poems: Database) -> None:
    assert get_price("openai/gpt-4o-mini").input_usd == pytest.approx(0.15)
    assert get_price("hosted_vllm/mine").input_usd is None
    assert most_trial_usd("hosted_vllm/mine") is None
    most = most_trial_usd("openai/gpt-4o-mini")
    assert most is not None
    assert 0 < most < 0.0001
    with poems.write() as session:
        typed = {"input_usd_per_million": 2.0, "output_usd_per_million": 4.0}
        session.add(tables.ContestantRow(name="own", model="hosted_vllm/mine", parameters={}, **typed))
    assert [(one.model, one.output_usd) for one in list_prices(poems)] == [("hosted_vllm/mine", 4.0)]


def test_a_server_on_this_machine_is_found_with_its_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arena.local_servers.TIMEOUT_S", 300.0)
    with serve(scripts.longest) as llm:
        port = int(llm.url.rpartition(":")[2])
        (found,) = find_servers([port, 9])
    assert found.models == ("fake",)
    assert (found.api_base, found.judge_name("fake")) == (f"http://127.0.0.1:{port}/v1", "hosted_vllm/fake")
    assert LocalServer(11434, "ollama", None, ("llama3",)).judge_name("llama3") == "ollama_chat/llama3"
    assert find_servers([port]) == []


def test_one_call_in_a_child_process_tells_whether_a_model_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "judge.litellm_client", None)  # not in this process
    monkeypatch.setattr("arena.trial.CHILD_TIMEOUT_S", 300.0)
    try:
        with serve(scripts.longest) as llm:
            trial = try_model("hosted_vllm/fake", llm.api_base)
            assert llm.stats()["n_requests"] == 1
            (child,) = CHILDREN.waiting
            dead = try_model("hosted_vllm/fake", "http://127.0.0.1:9/v1")
            assert CHILDREN.waiting == [child]  # kept, so that LiteLLM is imported once
    finally:
        CHILDREN.end_all()
    assert dead.sentence == "No server answers: nothing listens at 127.0.0.1:9; is the server running?"
    assert trial.is_ok
    assert trial.cost_usd is None
    assert trial.latency_s is not None


@pytest.mark.parametrize(
    ("script", "sentence"), [("no-key", "The key was refused"), ("no-model", "knows no such model")]
)
def test_what_went_wrong_is_said_in_words(
    script: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(NAMED[script]) as llm:
        code = main(["models", "--try", "hosted_vllm/fake", "--api-base", llm.api_base, "--format", "json"])
    assert code == 1
    assert sentence in json.loads(capsys.readouterr().out)["sentence"]


def test_a_missing_key_costs_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    trial = try_model("openai/gpt-4o-mini")
    assert (trial.is_ok, trial.sentence) == (False, "The key is missing: set OPENAI_API_KEY.")


def test_an_address_without_its_scheme_is_refused_in_words() -> None:
    with pytest.raises(UsageError, match="as http://localhost:8671/v1"):
        try_model("hosted_vllm/mine", "localhost:8671/v1")


@pytest.mark.parametrize("name", ["", "gpt-4o", "openai/", "builtin/longest", "-x/y"])
def test_what_is_no_model_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="no model to call"):
        try_model(name)
