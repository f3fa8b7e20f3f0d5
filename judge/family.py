"""Families of models, to mark a judge that shares a contestant's family (self-preference)."""

import re

_FAMILIES: tuple[tuple[str, str], ...] = (
    ("gpt", r"gpt|chatgpt|davinci|\bo[1-9]\b|codex"),
    ("claude", r"claude"),
    ("gemini", r"gemini|gemma|palm|\bbard\b"),
    ("deepseek", r"deepseek"),
    ("qwen", r"qwen|qwq"),
    ("mistral", r"mistral|mixtral|codestral|magistral|ministral|devstral|pixtral"),
    ("llama", r"llama|vicuna|alpaca"),
    ("grok", r"grok"),
    ("command", r"command|\baya\b"),
    ("phi", r"\bphi\b|phi-?[0-9]|wizardlm"),
    ("kimi", r"kimi"),
    ("glm", r"\bglm\b|glm-?[0-9]|chatglm"),
    ("nova", r"\bnova\b|titan"),
    ("granite", r"granite"),
    ("nemotron", r"nemotron"),
    ("yi", r"\byi\b"),
)


def family_of(model: str) -> str | None:
    """Name the family that a model id or contestant name belongs to; None when it is not recognised.

    A distilled or tuned model counts with the first family in its name that is listed first here:
    `deepseek-r1-distill-qwen` is deepseek, `vicuna` is llama, whose weights it tunes.
    """
    name = model.rpartition("/")[2].casefold()
    return next((family for family, pattern in _FAMILIES if re.search(pattern, name)), None)


def shares_family(judge_model: str, contestant_family: str | None) -> bool | None:
    """Tell whether a judge and a contestant share a family; None when either is unknown."""
    own = family_of(judge_model)
    return None if own is None or contestant_family is None else own == contestant_family
