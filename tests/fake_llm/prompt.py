"""What a script sees of the judge's prompt: the fenced blocks, and the asked form of the answer."""

import json
import re
from dataclasses import dataclass

from tests.fake_llm.reply import Request

_BLOCK = re.compile(
    r"<(?P<label>[a-z0-9-]+)-(?P<nonce>[0-9a-f]{16})>\n(?P<text>.*?)\n</(?P=label)-(?P=nonce)>", re.DOTALL
)
_CRITERION = re.compile(r"^Criterion: (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Shown:
    """The blocks that a judge is shown, by label, without their fences."""

    blocks: dict[str, str]

    @property
    def first(self) -> str:
        """The response shown first (or the only one)."""
        return self.blocks.get("response-a", self.blocks.get("response", ""))

    @property
    def second(self) -> str:
        """The response shown second."""
        return self.blocks.get("response-b", "")

    @property
    def numbered(self) -> list[str]:
        """The responses of a list, in shown order."""
        labels = sorted(
            (label for label in self.blocks if re.fullmatch(r"response-\d+", label)),
            key=lambda label: int(label.rpartition("-")[2]),
        )
        return [self.blocks[label] for label in labels]


def read_prompt(request: Request) -> Shown:
    """Read the fenced blocks of the first user message."""
    user = next(message["content"] for message in request["messages"] if message["role"] == "user")
    return Shown({found["label"]: found["text"] for found in _BLOCK.finditer(user)})


def asks_for_schema(request: Request) -> bool:
    """Tell whether the answer must follow a JSON schema."""
    return (request.get("response_format") or {}).get("type") == "json_schema"


def is_repair(request: Request) -> bool:
    """Tell whether this is the second turn, which asks for a usable answer."""
    return any(message["role"] == "assistant" for message in request["messages"])


def write_verdict(request: Request, verdict: str, reasoning: str = "One does more of what was asked.") -> str:
    """Write `A`, `B`, `tie` or `both_bad` (as shown) in the asked form."""
    if asks_for_schema(request):
        return json.dumps({"reasoning": reasoning, "verdict": verdict})
    tag = {"tie": "C", "both_bad": "D"}.get(verdict, verdict)
    return f"{reasoning}\n\n[[{tag}]]"


def write_levels(request: Request, level: int, reasoning: str = "It fits the description.") -> str:
    """Write the same level for every criterion in the asked form."""
    text = "\n".join(message["content"] for message in request["messages"] if message["role"] == "system")
    names = [name.strip() for name in _CRITERION.findall(text)]
    if asks_for_schema(request):
        entries = [{"name": name, "reasoning": reasoning, "level": level} for name in names]
        return json.dumps({"criteria": entries})
    tags = [f"[[{level}]]"] if len(names) == 1 else [f"[[{name}: {level}]]" for name in names]
    return "\n".join([reasoning, *tags])
