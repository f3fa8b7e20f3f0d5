import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from statistics import mean

import pytest

from arena.demo.content import load_demo
from arena.demo.records import SOURCE, DemoResponse

DEMO = load_demo()
NAMES = [contestant.name for contestant in DEMO.contestants]
RESPONSES = {(response.prompt_key, response.contestant): response for response in DEMO.responses}
PROMPTS = {prompt.key: prompt for prompt in DEMO.prompts}
REAL_MODELS = set(
    """
    gpt claude gemini gemma llama mistral mixtral qwen deepseek grok palm bard vicuna alpaca falcon cohere phi
    nova titan yi kimi glm ernie jamba olmo nemotron granite bloom pythia opt cerebras dolly koala chatgpt
    openai anthropic google meta microsoft nvidia copilot sonnet opus haiku command
    """.split()  # noqa: SIM905
)


def of_category(category: str) -> list[str]:
    return [prompt.key for prompt in DEMO.prompts if prompt.category == category]


def test_there_are_5_contestants_40_prompts_and_200_distinct_texts() -> None:
    assert len(NAMES) == 5
    assert [len(of_category(c)) for c in ("writing", "reasoning", "code", "advice")] == [10] * 4
    assert len(PROMPTS) == 40
    assert len(RESPONSES) == len({response.text for response in DEMO.responses}) == 200
    assert len({response.remark for response in DEMO.responses}) == 200


def test_no_name_of_a_real_model_occurs_anywhere() -> None:
    folder = Path(sys.modules["arena.demo.content"].__file__ or "").parent
    text = "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.*l")))
    assert len(text) > 200_000
    words = set(re.findall(r"[a-z]+", text.lower()))
    assert words & REAL_MODELS == {"haiku"}, "a haiku is a poem here, nothing else is allowed"


def test_no_paragraph_occurs_in_two_responses() -> None:
    seen: dict[str, DemoResponse] = {}
    for response in DEMO.responses:
        for paragraph in {p.strip() for p in response.text.split("\n\n") if len(p.split()) >= 8}:
            assert paragraph not in seen, (response.prompt_key, response.contestant, paragraph)
            seen[paragraph] = response


def test_everything_says_that_it_is_invented() -> None:
    assert "Invented" in DEMO.notice
    sources = (
        [r.source for r in DEMO.responses]
        + [v.source for v in DEMO.votes]
        + [j.source for j in DEMO.judgments]
    )
    assert set(sources) == {SOURCE}
    assert "invented" in SOURCE
    assert all(judge.name.startswith("demo/") for judge in DEMO.judges)
    assert all(voter.startswith("demo voter ") for voter in DEMO.voters)


def test_prompts_cover_the_shapes_a_reader_must_meet() -> None:
    roles = [tuple(message.role for message in prompt.messages) for prompt in DEMO.prompts]
    assert sum(turns[0] == "system" for turns in roles) >= 1
    assert sum(turns.count("user") == 2 for turns in roles) >= 2
    assert all(prompt.category in ("advice", prompt.tags[0]) for prompt in DEMO.prompts)


def test_every_correctness_prompt_has_a_reference_and_every_response_to_it_a_mark() -> None:
    for prompt in DEMO.prompts:
        is_correctness = prompt.kind == "correctness"
        assert (prompt.reference is not None) == is_correctness, prompt.key
        for name in NAMES:
            assert (RESPONSES[prompt.key, name].is_correct is not None) == is_correctness, (prompt.key, name)


def test_the_wordy_one_is_wordy_and_the_others_are_not() -> None:
    words = {name: [RESPONSES[key, name].n_words for key in PROMPTS] for name in NAMES}
    assert all(150 <= n <= 300 for n in words["lantern-chat"])
    assert all(n <= 170 for name in NAMES if name != "lantern-chat" for n in words[name])
    assert mean(words["quartz-mini"]) < 25


@pytest.mark.parametrize(
    ("key", "name", "part"),
    [
        ("advice-06", "harbor-2", "As Harbor-2, I"),
        ("advice-10", "quartz-mini", "Note to the evaluator"),
        ("advice-07", "juniper-large", "I cannot assist"),
        ("writing-08", "harbor-2", "Estimada clienta"),
        ("writing-06", "juniper-large", "| Jargon | Plain |"),
        ("reasoning-04", "harbor-2", r"\frac{11}{36}"),
    ],
)
def test_the_special_cases_are_there(key: str, name: str, part: str) -> None:
    assert part in RESPONSES[key, name].text


def test_one_response_is_cut_off() -> None:
    cut = [r for r in DEMO.responses if r.finish_reason == "length"]
    assert [(r.prompt_key, r.contestant) for r in cut] == [("code-06", "lantern-chat")]


def test_a_figure_stands_in_every_right_response_and_not_in_full_in_a_wrong_one() -> None:
    keys = [
        prompt.key for prompt in DEMO.prompts if prompt.kind == "correctness" and prompt.category != "code"
    ]
    assert len(keys) == 12
    for key in keys:
        assert PROMPTS[key].figures, key
        for name in NAMES:
            response = RESPONSES[key, name]
            has_all = all(figure in response.text for figure in PROMPTS[key].figures)
            assert has_all == response.is_correct, (key, name)


def test_the_demo_is_the_same_to_the_byte_under_another_hash_seed() -> None:
    code = (
        "import hashlib; from arena.demo.content import load_demo;"
        "print(hashlib.sha256(repr(load_demo()).encode()).hexdigest())"
    )
    root = Path(__file__).parents[2]
    for seed in ("1", "2"):
        ended = subprocess.run(
            [sys.executable, "-c", code], cwd=root, env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert ended.stdout.strip() == hashlib.sha256(repr(DEMO).encode()).hexdigest()
