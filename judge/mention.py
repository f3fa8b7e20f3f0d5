"""Tell a tag that is offered from one that is only spoken of: negated, asked about, or another's words.

It errs towards "only spoken of", which costs a repair turn. A tag on a line of its own is always offered.
"""

import re

_LOOK_BACK, _LOOK_AHEAD = 160, 32
_WORDS = r"(?:\s+[^\s,.:;!?]+){0,4}\s*\Z"
_NEGATED = re.compile(
    r"(?:\bnot|n['’]t|\bnever|\bcannot|\bneither|\bnor|\brather\s+than|\binstead\s+of|\bwithout|\bnicht|\bstatt|\bpas"
    r"|\bno|\bnon|\bне)\s+(?:(?:be|a|an|the|to|say|choose|pick|give|answer|write|output|clearly|really|der|die|das)\s+){0,3}\Z"
    r"|(?:不是|并非|而不是|而非|不选)\s*\Z",
    re.IGNORECASE,
)
_OTHERS_WORDS = re.compile(
    r"\b(?:response|assistant|answer|candidate|model|antwort|réponse|respuesta)\s+[AB12]\b[^.\n\[]{0,60}?\b(?:ends?|ending"
    r"|contains?|includes?|writes?|wrote|says?|said|appends?|adds?|inserts?|embeds?|outputs?|prints?|claims?|tells?|asks?"
    r"|instructs?|demands?|orders?|tries|attempts|repeats?|injects?|endet|schreibt|enthält|contient|écrit|dice|contiene)\b"
    + _WORDS,
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"(?:\be\.g\.|\bfor\s+example|\bsuch\s+as|\bz\.\s?B\.|\bzum\s+Beispiel),?\s*\Z", re.IGNORECASE
)
_ASKED = re.compile(
    r"\A[*_)\s]{0,4}(?:[?？]|(?:if|unless|when|whenever|wenn|falls|si|если|如果)\b)", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?。！？]\s|\n")


def is_only_mentioned(text: str, start: int, end: int) -> bool:
    """Tell whether the tag at `text[start:end]` is spoken of rather than offered."""
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    before = text[max(line_start, start - _LOOK_BACK) : start]
    after = text[end : min(len(text) if line_end < 0 else line_end, end + _LOOK_AHEAD)]
    if not before.strip(" \t*_#>|-") and not after.strip(" \t*_.|"):
        return False
    *_, sentence = _SENTENCE_END.split(before)
    if _ASKED.match(after) is not None or _EXAMPLE.search(before) is not None:
        return True
    return any(pattern.search(sentence) is not None for pattern in (_NEGATED, _OTHERS_WORDS))
