"""Read a listwise reply: every response exactly once, in groups, best first, numbered as shown."""

import re
from typing import Any

from judge.json_answer import JsonAnswer, find_json, looks_like_json, mend_json
from judge.offer import INVALID_JSON, NO_VERDICT, Failure, Offer
from judge.spec import JudgeSpec
from judge.tags import find_tags

_RANKING = re.compile(r"\A\d{1,4}(?:\s*[>=]\s*\d{1,4})*\Z")


def read_listwise(spec: JudgeSpec, visible: str, n_responses: int) -> Offer | Failure:
    """Read a text without thinking; the caller has dealt with empty and cut-off ones."""
    answers = find_json(visible, "ranking")
    if len(answers) == 1 and answers[0].is_whole:
        return _read_json(answers[0], n_responses)
    rankings = {tag.content.replace(" ", "") for tag in find_tags(visible) if _RANKING.match(tag.content)}
    if len(rankings) + len(answers) > 1:
        return Failure("conflicting", "the answer holds different rankings")
    if answers:
        is_usable = spec.response_format == "schema" and answers[0].is_final
        return _read_json(answers[0], n_responses) if is_usable else NO_VERDICT
    if looks_like_json(visible, "ranking"):
        mended = mend_json(visible, "ranking")
        return INVALID_JSON if mended is None else _read_json(mended, n_responses)
    if not rankings:
        return NO_VERDICT
    if all(tag.is_quoted for tag in find_tags(visible) if _RANKING.match(tag.content)):
        return Failure("no_verdict", "the only ranking is quoted or only spoken of")
    groups = tuple(tuple(int(number) for number in group.split("=")) for group in rankings.pop().split(">"))
    return _check(groups, n_responses, Offer("tag", visible))


def _read_json(answer: JsonAnswer, n_responses: int) -> Offer | Failure:
    if "ranking" in answer.repeated:
        return Failure("conflicting", "the answer holds two rankings")
    groups: list[tuple[int, ...]] = []
    ranking: Any = answer.value["ranking"]
    for group in ranking if isinstance(ranking, list) else ():
        members = group if isinstance(group, list) else [group]
        if not members or not all(type(member) is int for member in members):
            return Failure("off_menu", "the ranking must hold groups of response numbers")
        groups.append(tuple(members))
    reasoning = answer.value.get("reasoning")
    offer = Offer(answer.path, reasoning if isinstance(reasoning, str) else "")
    return _check(tuple(groups), n_responses, offer) if groups else NO_VERDICT


def _check(groups: tuple[tuple[int, ...], ...], n_responses: int, offer: Offer) -> Offer | Failure:
    named = sorted(number for group in groups for number in group)
    if len(set(named)) != len(named):
        return Failure("conflicting", "the ranking names a response twice")
    if named != list(range(1, n_responses + 1)):
        return Failure("off_menu", f"the ranking must name the responses 1 to {n_responses}, each once")
    ranking = tuple(tuple(sorted(number - 1 for number in group)) for group in groups)
    return Offer(offer.path, offer.reasoning, ranking=ranking)
