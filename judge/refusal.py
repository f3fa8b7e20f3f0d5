"""Tell a refusal from other replies without a verdict. It only names the failure, and makes no verdict."""

import re

_REFUSAL = re.compile(
    r"""
    \b(?:i\s+(?:can(?:no|')?t|can’t|can\s+not|won'?t|will\s+not|am\s+(?:unable|not\s+able)|must\s+decline|
        refuse|do\s+not\s+feel\s+comfortable|don't\s+feel\s+comfortable)|i'm\s+(?:unable|not\s+able|not\s+comfortable)|
        i’m\s+(?:unable|not\s+able|not\s+comfortable))\b
    .{0,80}\b(?:assist|help|comply|judg|evaluat|compar|rate|rating|grad|provid|continu|engage|respond|content|
        fulfil|request|do\s+that|discuss|choos)
    | \bi\s+must\s+decline\b | \b(?:sorry|apologi[sz]e),?\s+(?:but\s+)?i\s+(?:can|am|will|won)
    | \bagainst\s+my\s+(?:guidelines|programming|policy) | \bviolates?\s+(?:our|my|the)\s+(?:content\s+)?polic
    | 我(?:无法|不能|不便)|抱歉.{0,6}(?:无法|不能)|お手伝いできません|申し訳(?:ありません|ございません)
    | \bich\s+kann\b.{0,40}\bnicht\b.{0,40}(?:helfen|bewerten|beurteilen|unterstützen|vergleichen)
    | \bles?\s+siento\b.{0,30}\bno\s+puedo\b | \blo\s+siento\b.{0,30}\bno\s+puedo\b
    | \bje\s+(?:ne\s+)?(?:peux|suis)\s+pas\b | \bdésolée?\b.{0,30}\bje\b
    | \bя\s+не\s+могу\b | \bn[ãa]o\s+posso\s+(?:ajudar|avaliar|comparar|fazer)
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_LOOK_AT = 600


def is_refusal(visible: str) -> bool:
    """Tell whether a text without thinking reads like a refusal; only its first 600 characters count."""
    return _REFUSAL.search(visible[:_LOOK_AT]) is not None
