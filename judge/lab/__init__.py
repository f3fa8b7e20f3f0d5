"""The bias lab's changes of a response: text in, text out, the same every time.

A change's name ends in its version (`padding@1`): a changed word is a new version, so that results of
different texts never meet. Nothing here knows whether a judge falls for it.
"""

from judge.lab.change import Change, Target, apply_change
from judge.lab.injections import INJECTIONS
from judge.lab.transforms import TRANSFORMS

CHANGES: dict[str, Change] = {change.name: change for change in (*TRANSFORMS, *INJECTIONS)}

__all__ = ["CHANGES", "INJECTIONS", "TRANSFORMS", "Change", "Target", "apply_change"]
