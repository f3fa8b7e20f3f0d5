"""Every table, with the rules that no row may break. See docs/data.md for how they hang together.

A judgment is one call of a judge or one human vote, in one shown order. A match is one pair of responses,
one judge, one repetition: two judgments in opposite orders, or one for votes and imported one-order
judgments. In both, verdict `a` means the response whose contestant has the lower id (`response_a_id`).
"""

from db.tables.anchors import AnchorPairRow, AnchorSetRow
from db.tables.base import NAMING, REASONS, VERDICTS, Base, UtcDateTime, one_of, utc_now
from db.tables.judging import CallRow, JudgeRow, RubricRow, RunRow
from db.tables.lab import LabJudgmentRow, LabRunRow
from db.tables.matches import GradeRow, JudgmentRow, MatchRow
from db.tables.materials import (
    ContestantRow,
    DatasetRow,
    PromptRow,
    PromptTagRow,
    ReferenceRow,
    ResponseRow,
    SettingRow,
)
from db.tables.scores import ExactScoreRow, GenerationRow
from db.tables.tallies import ChangeTallyRow, KeptArraysRow, MatchTallyRow
from db.tables.voting import (
    MARKS,
    BallotRow,
    DisagreementMarkRow,
    GoldPairRow,
    VoteInviteRow,
    VotePoolRow,
    VoteRow,
)
from db.tables.workers import AllowanceRow, WorkerRow

__all__ = [
    "MARKS",
    "NAMING",
    "REASONS",
    "VERDICTS",
    "AllowanceRow",
    "AnchorPairRow",
    "AnchorSetRow",
    "BallotRow",
    "Base",
    "CallRow",
    "ChangeTallyRow",
    "ContestantRow",
    "DatasetRow",
    "DisagreementMarkRow",
    "ExactScoreRow",
    "GenerationRow",
    "GoldPairRow",
    "GradeRow",
    "JudgeRow",
    "JudgmentRow",
    "KeptArraysRow",
    "LabJudgmentRow",
    "LabRunRow",
    "MatchRow",
    "MatchTallyRow",
    "PromptRow",
    "PromptTagRow",
    "ReferenceRow",
    "ResponseRow",
    "RubricRow",
    "RunRow",
    "SettingRow",
    "UtcDateTime",
    "VoteInviteRow",
    "VotePoolRow",
    "VoteRow",
    "WorkerRow",
    "one_of",
    "utc_now",
]
