"""May this judge be trusted? Cards from stored matches."""

from arena.audit.card import JudgeCard, ReasonCount, get_cards

__all__ = ["JudgeCard", "ReasonCount", "get_cards"]
