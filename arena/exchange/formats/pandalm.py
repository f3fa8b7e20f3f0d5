"""PandaLM: pairs of responses with the labels of three people, and a judge's verdicts that refer to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from arena.exchange.errors import RowError
from arena.exchange.formats.spec import Context, Field, Format, Judges, PairOfFile, Phase, RowReader
from arena.exchange.records import Item, PairItem, PromptItem, ResponseItem
from arena.exchange.values import get_id, get_text, join_words, need_id, need_text, read_tags
from arena.exchange.verdicts import TIE, read_verdict

_ANNOTATOR: Final = re.compile(r"annotator_?\d+$")
_TEST_SET: Final = re.compile(r"[-_ ]?test[-_ ]?set.*$", re.IGNORECASE)


def _test_set(context: Context) -> RowReader:
    judges = Judges("pairwise")
    people = tuple(key for key in context.keys if _ANNOTATOR.match(key))

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        names = need_id(row, "cmp_key").split("_")
        if len(names) != 2:
            raise RowError("'cmp_key' does not name two models with one '_' between them")
        prompt = _prompt(row)
        first = ResponseItem(names[0], (need_text(row, "response1"),))
        second = ResponseItem(names[1], (need_text(row, "response2"),))
        if (key := get_id(row, "idx")) is not None:
            context.pairs[key] = PairOfFile(prompt, first, second)
        return [
            PairItem(line, prompt, first, second, judges.get(person, "human"), _label(row.get(person)))
            for person in people
        ]

    return read


def _prompt(row: Mapping[str, Any]) -> PromptItem:
    return PromptItem(
        messages=(("user", join_words(row, ("instruction", "input"))),),
        tags=read_tags(row, ("motivation_app", "category")),
    )


def _label(value: object) -> Any:
    return TIE if str(value).strip() == "0" else read_verdict(value)


def _judgments(context: Context) -> RowReader:
    judges = Judges("pairwise")
    name = context.constants.get("judge") or _TEST_SET.sub("", context.stem) or context.stem

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        key = need_id(row, "idx")
        pair = context.pairs.get(key)
        if pair is None:
            raise RowError(
                f"pair '{key}' is in no PandaLM test set of this import;"
                " import testset-v1.json together with it"
            )
        verdict = read_verdict(row.get("verdict"))
        reasoning = get_text(row, "reasoning") or None
        return [PairItem(line, pair.prompt, pair.first, pair.second, judges.get(name), verdict, reasoning)]

    return read


FORMATS = (
    Format("pandalm-test-set", "PandaLM pairs with labels of people", Phase.JUDGMENTS,
           (Field("cmp_key"), Field("instruction"), Field("response1"), Field("response2"),
            Field("annotator1")), _test_set),
    Format("pandalm-judgments", "a judge's verdicts on PandaLM pairs", Phase.REFERENCES,
           (Field("idx"), Field("verdict", ("gpt_result", "pandalm_result", "result"))), _judgments,
           optional=(Field("reasoning", ("gpt_reason", "pandalm_reason", "reason")),)),
)  # fmt: skip
