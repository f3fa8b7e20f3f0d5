"""The bias lab: re-judge pairs of which one response was changed, and see how often the verdict follows."""

from arena.lab.child import start_lab_process
from arena.lab.lock import is_lab_busy
from arena.lab.plan import LabEstimate, LabSpec, estimate_lab, start_lab
from arena.lab.results import LabFigure, LabReport, get_lab_report
from arena.lab.status import LabStatus, get_lab_status, list_lab_status
from arena.lab.work import pause_lab, resume_lab, work_off_lab, work_off_waiting_labs

__all__ = [
    "LabEstimate",
    "LabFigure",
    "LabReport",
    "LabSpec",
    "LabStatus",
    "estimate_lab",
    "get_lab_report",
    "get_lab_status",
    "is_lab_busy",
    "list_lab_status",
    "pause_lab",
    "resume_lab",
    "start_lab",
    "start_lab_process",
    "work_off_lab",
    "work_off_waiting_labs",
]
