"""Families of models, to mark a judge that shares a contestant's family (self-preference)."""

import re

_FAMILIES: tuple[tuple[str, str], ...] = (
    ("openai", r"gpt|chatgpt|davinci|\bo[1-9]\b|codex"),
    ("anthropic", r"claude"),
    ("google", r"gemini|gemma|palm|\bbard\b"),
    ("deepseek", r"deepseek"),
    ("qwen", r"qwen|qwq"),
    ("mistral", r"mistral|mixtral|codestral|magistral|ministral|devstral|pixtral"),
    ("meta", r"llama|vicuna|alpaca"),
    ("xai", r"grok"),
    ("cohere", r"command|\baya\b"),
    ("microsoft", r"\bphi\b|phi-?[0-9]|wizardlm"),
    ("moonshot", r"kimi"),
    ("zhipu", r"\bglm\b|glm-?[0-9]|chatglm"),
    ("amazon", r"\bnova\b|titan"),
    ("ibm", r"granite"),
    ("nvidia", r"nemotron"),
    ("01-ai", r"\byi\b"),
)


def family_of(model: str) -> str | None:
    """Name the family that a model id or contestant name belongs to; None when it is not recognised.

    A distilled or tuned model counts with the first family in its name that is listed first here:
    `deepseek-r1-distill-qwen` is deepseek, `vicuna` is meta, whose weights it tunes.
    """
    name = model.rpartition("/")[2].casefold()
    return next((family for family, pattern in _FAMILIES if re.search(pattern, name)), None)


def shares_family(judge_model: str, contestant_family: str | None) -> bool | None:
    """Tell whether a judge and a contestant share a family; None when either is unknown."""
    own = family_of(judge_model)
    return None if own is None or contestant_family is None else own == contestant_family
