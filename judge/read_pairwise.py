"""Read a pairwise reply: one of A, B, tie, both bad, as shown."""

import re

from judge.json_answer import JsonAnswer, find_json, looks_like_json, mend_json
from judge.judgment import Verdict
from judge.offer import INVALID_JSON, NO_VERDICT, Failure, Offer, ShownVerdict
from judge.spec import JudgeSpec
from judge.tags import Tag, find_tags

_SHOWN_BY_TAG: dict[str, ShownVerdict] = {
    "a": "first",
    "b": "second",
    "c": "tie",
    "tie": "tie",
    "d": "both_bad",
    "both_bad": "both_bad",
    "both bad": "both_bad",
}
_SHOWN_BY_JSON: dict[str, ShownVerdict] = {
    "a": "first",
    "b": "second",
    "tie": "tie",
    "both_bad": "both_bad",
    "both bad": "both_bad",
}
MENU_OF_SHOWN: dict[ShownVerdict, Verdict] = {
    "first": "a",
    "second": "b",
    "tie": "tie",
    "both_bad": "both_bad",
}
_NEARLY = re.compile(r"\b[a-z]\b|\A[^\W\d_]\Z|\Atie\b|\Aboth\b|\Adraw\b|\Aresponse\b|\Aassistant\b")
_NUMBER = re.compile(r"\A\d+(?:\.\d+)?(?:\s*/\s*\d+)?\Z")


def read_pairwise(spec: JudgeSpec, visible: str) -> Offer | Failure:
    """Read a text without thinking; the caller has dealt with empty and cut-off ones."""
    answers = find_json(visible, "verdict")
    is_whole = len(answers) == 1 and answers[0].is_whole
    if is_whole:
        return _read_json(spec, answers[0])
    tags = find_tags(visible)
    if answers:
        return _read_mixed(spec, answers, tags, visible)
    if looks_like_json(visible, "verdict"):
        mended = mend_json(visible, "verdict")
        return INVALID_JSON if mended is None else _read_json(spec, mended)
    return _read_tags(spec, tags, visible)


def _read_json(spec: JudgeSpec, answer: JsonAnswer) -> Offer | Failure:
    if "verdict" in answer.repeated:
        return Failure("conflicting", "the answer names two different verdicts")
    value = answer.value["verdict"]
    if value is None or value == "":
        return NO_VERDICT
    shown = _SHOWN_BY_JSON.get(_plain(value)) if isinstance(value, str) else None
    if shown is None or MENU_OF_SHOWN[shown] not in spec.verdicts:
        return Failure("off_menu", f"the verdict {str(value)[:40]!r} is not on the menu")
    reasoning = answer.value.get("reasoning")
    return Offer(answer.path, reasoning if isinstance(reasoning, str) else "", verdict=shown)


def _plain(value: str) -> str:
    stripped = value.strip()
    if stripped.startswith("[[") and stripped.endswith("]]"):
        stripped = stripped[2:-2].strip()
    return stripped.casefold()


def _read_mixed(
    spec: JudgeSpec, answers: tuple[JsonAnswer, ...], tags: tuple[Tag, ...], visible: str
) -> Offer | Failure:
    """Read JSON among other text: it counts only if it was asked for, ends the reply and stands alone."""
    offers = [_read_json(spec, answer) for answer in answers]
    said = {offer.verdict for offer in offers if isinstance(offer, Offer)}
    said |= {_SHOWN_BY_TAG[tag.content] for tag in tags if tag.content in _SHOWN_BY_TAG}
    if len(said) > 1 or any(isinstance(o, Failure) and o.reason == "conflicting" for o in offers):
        return Failure("conflicting", "the answer holds two different verdicts")
    if any(tag.content in _SHOWN_BY_TAG and not tag.is_quoted for tag in tags):
        return _read_tags(spec, tags, visible)
    if spec.response_format == "schema" and answers[-1].is_final:
        return offers[-1]
    return NO_VERDICT


def _read_tags(spec: JudgeSpec, tags: tuple[Tag, ...], visible: str) -> Offer | Failure:
    on_menu = {_SHOWN_BY_TAG[tag.content] for tag in tags if tag.content in _SHOWN_BY_TAG}
    nearly = {tag.content for tag in tags if tag.content not in _SHOWN_BY_TAG and _NEARLY.search(tag.content)}
    if len(on_menu) + len(nearly) > 1:
        written = " and ".join(sorted({f"[[{tag.content.upper()}]]" for tag in tags}))
        return Failure("conflicting", f"the answer holds different verdict tags: {written}")
    if nearly:
        return Failure("off_menu", f"the tag [[{nearly.pop()}]] is not on the menu")
    if not on_menu:
        number = next((tag.content for tag in tags if _NUMBER.match(tag.content)), None)
        return Failure("off_menu", f"the tag [[{number}]] is not on the menu") if number else NO_VERDICT
    if all(tag.is_quoted for tag in tags if tag.content in _SHOWN_BY_TAG):
        return Failure("no_verdict", "the only verdict tag is quoted or only spoken of")
    shown = on_menu.pop()
    if MENU_OF_SHOWN[shown] not in spec.verdicts:
        return Failure("off_menu", f"the verdict {shown} is not on the menu")
    return Offer("tag", visible, verdict=shown)
