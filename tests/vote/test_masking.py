"""Names that responses give themselves are hidden, and nothing else is."""

from __future__ import annotations

import pytest

from arena.vote.masking import MASK, get_names

NAMES = get_names(["gpt-4o-mini", "openai/gpt-4o-mini", "vicuna-13b", "birch", "house model"])


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("As GPT-4, I cannot say.", f"As {MASK}, I cannot say."),
        ("I am Claude made by Anthropic.", f"I am {MASK} made by {MASK}."),
        ("I'm Claude 3.5 Sonnet, and happy.", f"I'm {MASK}, and happy."),
        ("I\u2019m ChatGPT.", f"I\u2019m {MASK}."),
        ("My name is Bard. Bards sing.", f"My name is {MASK}. Bards sing."),
        ("I was trained by Google DeepMind.", f"I was trained by {MASK}."),
        ("I am a large language model, trained by OpenAI, based on GPT-4o mini.",
         f"I am a large language model, trained by {MASK}, based on {MASK}."),
        ("ChatGPT: Hello", f"{MASK}: Hello"),
        ("**Claude:** Hello", f"**{MASK}:** Hello"),
        ("Best,\nClaude", f"Best,\n{MASK}"),
        ("Good luck! \u2014 Llama 3", f"Good luck! \u2014 {MASK}"),
        ("You can call me birch.", f"You can call me {MASK}."),
        ("As House Model, I agree.", f"As {MASK}, I agree."),
        ("Here vicuna-13b answers.", f"Here {MASK} answers."),
        ("model='gpt-4o-mini'", f"model='{MASK}'"),
        ("We are Vicuna 13B.", f"We are {MASK}."),
    ],
)  # fmt: skip
def test_a_response_that_names_itself_is_masked(text: str, hidden: str) -> None:
    assert NAMES.hide(text) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "The birch is a tree.",
        "Claude Monet painted it.",
        "OpenAI released GPT-4 in 2023, Google released Gemini.",
        "Meta-analysis as such is hard.",
        "Gemini is a constellation; the bard sang of it.",
        "Call 555-1234. Phi is 1.618.",
        "",
    ],
)
def test_what_is_said_of_others_stays(text: str) -> None:
    assert NAMES.hide(text) == text


def test_a_long_text_is_searched_in_no_time() -> None:
    text = "I am " + "a" * 50_000 + " I am GPT" + "-" * 5_000 + "\n" * 5_000 + "As " * 5_000
    assert MASK in NAMES.hide(text)
