"""Hiding the names that responses give themselves, before they reach a blind voter; what is stored stays.

Two rules. A contestant's name that cannot be an ordinary word (`gpt-4o`, `vicuna-13b`) is hidden wherever it
stands. Every name, and those of known models and their makers, is hidden in a sentence in which the response
speaks of itself ("As Claude, I ...", "I was trained by OpenAI") and where it signs a line ("ChatGPT: ...").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MASK: Final = "[name hidden]"

_MODELS: Final = """
chat_gpt gpt o1 o3 o4 claude gemini gemma bard palm lamda llama code_llama mistral mixtral ministral qwen
tongyi deepseek vicuna alpaca koala grok command_r phi copilot sydney bing chatglm glm falcon dolly stablelm
open_assistant wizardlm zephyr kimi ernie nova granite olmo hermes pythia bloom bloomz jamba nemotron
"""
_MAKERS: Final = """
open_ai anthropic google google_ai google_deepmind deepmind meta meta_ai facebook microsoft mistral_ai alibaba
alibaba_cloud lmsys lmsys_org large_model_systems_organization cohere xai x.ai baidu zhipu zhipu_ai 01.ai
moonshot moonshot_ai amazon ibm nvidia stability_ai databricks eleutherai hugging_face stanford uc_berkeley
"""
_TAIL: Final = (
    r"(?:[ -]?(?:v?\d[\w.]*|turbo|mini|nano|pro|ultra|flash|opus|sonnet|haiku|large|small|instruct|chat)\b)*"
)
"""What follows a model's name: sizes, versions, variants."""

_SELF: Final = re.compile(
    r"\b(?:I\s+am|I['\u2019]m|I\s+was\s+(?:\w+\s+){0,2}(?:trained|created|made|developed|built|designed|fine-tuned)"
    r"|my\s+name(?:\s+is|['\u2019]s)|call\s+me|call\s+myself|this\s+is|I\s+go\s+by|known\s+as"
    r"|(?:trained|created|made|developed|built|designed|powered|fine-tuned|released)\s+by"
    r"|language\s+model|AI\s+(?:assistant|model|system)|chat\s?bot)\b|^\W*(?:as|being)\s",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"[^.!?\n]*(?:[.!?](?!\s|$)[^.!?\n]*)*(?:[.!?]+|\n|$)")
_SIGNED: Final = r"^(\W{{0,3}})({names})(?=\W{{0,3}}:|\s*$)|(?<=[\u2014\u2013-])(\s*)({names})(?=\W*$)"


@dataclass(frozen=True)
class Names:
    """What to hide: `plain` wherever it stands, `own` where a response speaks of itself or signs."""

    plain: re.Pattern[str] | None
    own: re.Pattern[str]
    signed: re.Pattern[str]

    def hide(self, text: str) -> str:
        """Return the text with every such name replaced by a visible mark."""
        if self.plain is not None:
            text = self.plain.sub(MASK, text)
        text = self.signed.sub(lambda found: f"{found[1] or found[3] or ''}{MASK}", text)
        return _SENTENCE.sub(self._hide_own, text)

    def _hide_own(self, sentence: re.Match[str]) -> str:
        said = sentence[0]
        return self.own.sub(MASK, said) if _SELF.search(said) else said


def get_names(contestants: Iterable[str]) -> Names:
    """Prepare what these contestants' responses are searched for; names and model ids alike."""
    return _names(tuple(sorted(set(contestants))))


def hide_names(turns: Sequence[str], names: Names) -> tuple[str, ...]:
    return tuple(names.hide(turn) for turn in turns)


@lru_cache(maxsize=32)
def _names(contestants: tuple[str, ...]) -> Names:
    own = {part for name in contestants for part in (name, name.rpartition("/")[2]) if len(part) > 1}
    plain = _either(_as_written(name) for name in own if _is_no_word(name))
    known = _either(_as_written(name) for name in (*_MAKERS.split(), *_MODELS.split()))
    every = "|".join([*sorted(map(_as_written, own), key=len, reverse=True), f"(?:{known}){_TAIL}"])
    return Names(
        plain=re.compile(_whole(plain), re.IGNORECASE) if plain else None,
        own=re.compile(_whole(every), re.IGNORECASE),
        signed=re.compile(_SIGNED.format(names=f"(?:{every})"), re.IGNORECASE | re.MULTILINE),
    )


def _is_no_word(name: str) -> bool:
    """Whether nobody would write it but to name the contestant: a digit beside letters, or parts joined."""
    has_letter = any(character.isalpha() for character in name)
    return len(name) > 2 and has_letter and bool(re.search(r"\d|[-_/:@]", name))


def _as_written(name: str) -> str:
    """Let spaces, hyphens and underscores stand for each other."""
    return r"[\s_-]?".join(re.escape(part) for part in re.split(r"[\s_-]+", name) if part)


def _either(patterns: Iterable[str]) -> str:
    return "|".join(sorted(patterns, key=len, reverse=True))


def _whole(pattern: str) -> str:
    return rf"(?<![\w])(?:{pattern})(?!\w)"
