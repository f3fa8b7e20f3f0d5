"""Asking contestants for responses: planned from what is missing, worked off outside of any page, resumed."""

from arena.generate.control import control_generation, resume_generation
from arena.generate.estimate import GenerationEstimate, estimate_generation
from arena.generate.plan import start_generation
from arena.generate.spec import ContestantSpec, GenerationSpec
from arena.generate.status import GenerationStatus, get_generation, list_generations

__all__ = [
    "ContestantSpec",
    "GenerationEstimate",
    "GenerationSpec",
    "GenerationStatus",
    "control_generation",
    "estimate_generation",
    "get_generation",
    "list_generations",
    "resume_generation",
    "start_generation",
]
