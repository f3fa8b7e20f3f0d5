"""May this judge be trusted? Cards from stored matches."""

from arena.audit.card import get_cards
from arena.audit.records import Figure, JudgeCard, ReasonCount

__all__ = ["Figure", "JudgeCard", "ReasonCount", "get_cards"]
