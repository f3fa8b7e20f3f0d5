"""Read the demo's files into records: pure, deterministic to the byte, no database.

The prose is in one YAML file a category, the people and judges in `people_and_judges.yaml`, the votes in
`votes.jsonl`. Only the judgments are worked out, in `arena.demo.judgments`, from the hand-set qualities.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, get_args

import yaml

from arena.demo.judgments import judge_all
from arena.demo.noise import uniform
from arena.demo.records import (
    Category,
    DemoContent,
    DemoContestant,
    DemoJudge,
    DemoMessage,
    DemoPrompt,
    DemoResponse,
    DemoUnscored,
    DemoVote,
    Verdict,
)

_FOLDER: Final = Path(__file__).parent
_CHARS_PER_TOKEN: Final = 4


def load_demo() -> DemoContent:
    """Read and work out the whole demo: 5 contestants, 40 prompts, 200 responses, votes and judgments."""
    cast = _read_yaml("people_and_judges")
    contestants = tuple(DemoContestant(**fields) for fields in cast["contestants"])
    prompts: list[DemoPrompt] = []
    responses: list[DemoResponse] = []
    for category in get_args(Category):
        for fields in _read_yaml(category):
            prompt = _prompt(category, fields)
            prompts.append(prompt)
            responses += _responses(prompt, fields["responses"], contestants)
    judges = tuple(_judge(fields) for fields in cast["judges"])
    return DemoContent(
        notice=cast["notice"],
        contestants=contestants,
        prompts=tuple(prompts),
        responses=tuple(responses),
        voters=tuple(cast["voters"]),
        votes=tuple(_votes(contestants, n_pairs=len(prompts) * _n_pairs_of(len(contestants)))),
        judges=judges,
        judgments=judge_all(judges, prompts, responses, _read_yaml("sentences")),
    )


def _n_pairs_of(n: int) -> int:
    return n * (n - 1) // 2


def _read_yaml(name: str) -> Any:
    return yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def _prompt(category: Category, fields: Mapping[str, Any]) -> DemoPrompt:
    reference = fields.get("reference")
    return DemoPrompt(
        key=fields["key"],
        category=category,
        kind=fields["kind"],
        tags=tuple(fields["tags"]),
        messages=tuple(DemoMessage(m["role"], m["content"].strip()) for m in fields["messages"]),
        reference=reference.strip() if reference else None,
        figures=tuple(fields.get("figures", ())),
    )


def _responses(
    prompt: DemoPrompt, texts: Mapping[str, Mapping[str, Any]], contestants: tuple[DemoContestant, ...]
) -> Iterator[DemoResponse]:
    n_in = sum(len(message.content) for message in prompt.messages) // _CHARS_PER_TOKEN + 8
    for contestant in contestants:
        fields = texts[contestant.name]
        text = fields["text"].strip("\n")
        n_out = len(text) // _CHARS_PER_TOKEN + 1
        pace = 0.85 + 0.3 * uniform("pace", prompt.key, contestant.name)
        dollars = n_in * contestant.input_usd_per_million + n_out * contestant.output_usd_per_million
        yield DemoResponse(
            prompt_key=prompt.key,
            contestant=contestant.name,
            text=text,
            quality=fields["quality"],
            remark=fields["remark"],
            is_correct=fields.get("correct"),
            finish_reason=fields.get("finish_reason", "stop"),
            n_tokens_in=n_in,
            n_tokens_out=n_out,
            latency_s=round(pace * (contestant.first_token_s + n_out / contestant.tokens_per_s), 2),
            cost_usd=round(dollars / 1e6, 9),
        )


def _judge(fields: Mapping[str, Any]) -> DemoJudge:
    unscored = tuple(
        DemoUnscored(entry["prompt"], entry["first"], entry["second"], entry["reason"], entry.get("text"))
        for entry in fields["unscored"]
    )
    return DemoJudge(**{**fields, "unscored": unscored})


def _votes(contestants: tuple[DemoContestant, ...], *, n_pairs: int) -> Iterator[DemoVote]:
    place = {contestant.name: index for index, contestant in enumerate(contestants)}
    for line in (_FOLDER / "votes.jsonl").read_text(encoding="utf-8").splitlines():
        fields = json.loads(line)
        left, right = fields["left"], fields["right"]
        a, b = sorted((left, right), key=place.__getitem__)
        sides: dict[str, Verdict] = {a: "a", b: "b", "tie": "tie", "both_bad": "both_bad"}
        yield DemoVote(
            prompt_key=fields["prompt"],
            contestant_a=a,
            contestant_b=b,
            voter=fields["voter"],
            verdict=sides[fields["verdict"]],
            shown_order="ab" if left == a else "ba",
            time_taken_s=fields["seconds"],
            reasons=tuple(fields["reasons"]),
            comment=fields.get("comment"),
            pick_rule="uniform",
            pick_probability=1 / n_pairs,
        )
