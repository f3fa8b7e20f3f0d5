"""Text in, judgment out: templates, rubrics, the verdict boundary, and the one file that calls models.

Knows no database, no Streamlit, and nothing of `arena`, `ranking` or `db`. LiteLLM is imported by
`judge.litellm_client` alone, and only when a call is made.
"""

from judge.builtin import BUILTIN_NAMES, check_builtin
from judge.calls import CallReply, CallRequest, Complete, JsonValue, Parameters, ShownOrder, TokenLogprob
from judge.errors import (
    CallError,
    CallRejectedError,
    CallTimeoutError,
    ConnectionLostError,
    FinalCallError,
    GaveUpError,
    JudgeError,
    MissingReferenceError,
    OverBudgetError,
    ProviderCallError,
    RateLimitError,
    RubricError,
    ServerError,
    SpecError,
    TemplateError,
    TransientCallError,
)
from judge.judging import (
    grade_single,
    judge_order,
    judge_pair,
    judge_subject,
    repair_request,
    reread,
    unscored,
)
from judge.judgment import (
    REASONS,
    VERDICTS,
    Call,
    Grade,
    Judgment,
    PairJudgment,
    ParsePath,
    Reason,
    State,
    Verdict,
)
from judge.reading import Reading, read_reply
from judge.render import request_for
from judge.rubric import Criterion, Level, Rubric
from judge.rubric_file import load_rubric, parse_rubric, render_rubric, shipped_rubric_names
from judge.spec import PARSER_VERSION, JudgeSpec, make_spec
from judge.template import Mode, Template
from judge.template_file import default_template, parse_template, render_template
from judge.texts import Message, Pair, Single, Slate

__all__ = [
    "BUILTIN_NAMES",
    "PARSER_VERSION",
    "REASONS",
    "VERDICTS",
    "Call",
    "CallError",
    "CallRejectedError",
    "CallReply",
    "CallRequest",
    "CallTimeoutError",
    "Complete",
    "ConnectionLostError",
    "Criterion",
    "FinalCallError",
    "GaveUpError",
    "Grade",
    "JsonValue",
    "JudgeError",
    "JudgeSpec",
    "Judgment",
    "Level",
    "Message",
    "MissingReferenceError",
    "Mode",
    "OverBudgetError",
    "Pair",
    "PairJudgment",
    "Parameters",
    "ParsePath",
    "ProviderCallError",
    "RateLimitError",
    "Reading",
    "Reason",
    "Rubric",
    "RubricError",
    "ServerError",
    "ShownOrder",
    "Single",
    "Slate",
    "SpecError",
    "State",
    "Template",
    "TemplateError",
    "TokenLogprob",
    "TransientCallError",
    "Verdict",
    "check_builtin",
    "default_template",
    "grade_single",
    "judge_order",
    "judge_pair",
    "judge_subject",
    "load_rubric",
    "make_spec",
    "parse_rubric",
    "parse_template",
    "read_reply",
    "render_rubric",
    "render_template",
    "repair_request",
    "request_for",
    "reread",
    "shipped_rubric_names",
    "unscored",
]
