"""From log-probabilities of the verdict's token to the probability of the verdict."""

import math
import re

from judge.calls import CallReply, TokenLogprob
from judge.offer import Offer, ShownVerdict
from judge.read_pairwise import MENU_OF_SHOWN
from judge.spec import JudgeSpec

_TAG_PLACE = re.compile(r"\[\[\s*([ABCD])")
_JSON_PLACE = re.compile(r"\"verdict\"\s*:\s*\"\s*(A|B|tie|both)")
_SHOWN_BY_TOKEN: dict[str, ShownVerdict] = {
    "A": "first",
    "B": "second",
    "C": "tie",
    "tie": "tie",
    "D": "both_bad",
    "both": "both_bad",
    "both_bad": "both_bad",
}


def verdict_probability(
    spec: JudgeSpec, reply: CallReply, offer: Offer, *, is_swapped: bool
) -> tuple[float | None, float | None]:
    """Give the probability of the offered verdict among the menu, and the expected outcome of stored `a`.

    Taken from the alternatives of the token that spells the verdict, renormalised over the menu (G-Eval,
    Liu et al. 2023, section 2.1, weights levels the same way). Both are None without log-probabilities,
    in other modes, and where the verdict is spelled nowhere or more than once.
    """
    if reply.logprobs is None or offer.verdict is None or offer.path == "builtin":
        return None, None
    token = _verdict_token(reply.logprobs, _TAG_PLACE if offer.path == "tag" else _JSON_PLACE)
    if token is None:
        return None, None
    weights = _menu_weights(spec, token, is_json=offer.path != "tag")
    total = sum(weights.values())
    if total <= 0 or offer.verdict not in weights:
        return None, None
    first = (
        weights.get("first", 0.0) + 0.5 * (weights.get("tie", 0.0) + weights.get("both_bad", 0.0))
    ) / total
    return weights[offer.verdict] / total, 1 - first if is_swapped else first


def _plain(token: str) -> str:
    return token.strip(" \t\n\"'[]*`:")


def _verdict_token(tokens: tuple[TokenLogprob, ...], place: re.Pattern[str]) -> TokenLogprob | None:
    """Find the token that spells the verdict; None unless there is exactly one place for it."""
    found = list(place.finditer("".join(token.token for token in tokens)))
    if len(found) != 1:
        return None
    end = 0
    for token in tokens:
        end += len(token.token)
        if end > found[0].start(1):
            return token
    return None


def _menu_weights(spec: JudgeSpec, token: TokenLogprob, *, is_json: bool) -> dict[ShownVerdict, float]:
    letters_only = {"C", "D"}
    weights: dict[ShownVerdict, float] = {}
    for text, logprob in token.top or ((token.token, token.logprob),):
        plain = _plain(text)
        shown = _SHOWN_BY_TOKEN.get(plain)
        if shown is None or (is_json and plain in letters_only) or MENU_OF_SHOWN[shown] not in spec.verdicts:
            continue
        weights[shown] = weights.get(shown, 0.0) + math.exp(min(logprob, 0.0))
    return weights
