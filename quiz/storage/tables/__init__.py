"""The tables. Marks are integers in hundredths, times aware UTC; responses, marks, decisions, papers and the audit log are append-only by trigger."""

from __future__ import annotations

from quiz.storage.tables.appeals import AppealAnswerRow, AppealRow
from quiz.storage.tables.banks import (
    DocumentRow,
    PictureRow,
    ProposalEventRow,
    ProposalPictureRow,
    ProposalRow,
    QuestionPersonRow,
    QuestionRevisionRow,
    QuestionRow,
    QuestionUseRow,
)
from quiz.storage.tables.base import APPEND_ONLY, Base, BigId, Moment
from quiz.storage.tables.cadre_records import CertificateEndRow, CertificateRow, RecordIssueRow, SampleDrawRow, SampleRow
from quiz.storage.tables.corrections import CorrectionRow, OverrideRow
from quiz.storage.tables.hall import (
    AttemptVoidRow,
    ClockAlarmRow,
    ClockRow,
    HallEventRow,
    LateDecisionRow,
    PauseRow,
    PresenceRow,
    SittingSiteRow,
)
from quiz.storage.tables.marking import ClaimRow, ReadingRow
from quiz.storage.tables.people import AccountRow, CadreRow, GrantRow, LoginRow, PostRow, StrangerRow, UnitRow
from quiz.storage.tables.practice import PracticeAnswerRow, PracticeSetRow
from quiz.storage.tables.records import AuditRow, DecisionRow, GradingRow, MarkRow
from quiz.storage.tables.scans import KeyingRow, ScanDecisionRow, ScanImageRow, ScanRow
from quiz.storage.tables.sittings import (
    AdmissionRow,
    AmendmentRow,
    AttemptChangeRow,
    AttemptRow,
    PaperQuestionRow,
    PaperRow,
    ResponseRow,
    SittingRow,
    VisitRow,
)

__all__ = [
    "APPEND_ONLY",
    "AccountRow",
    "AdmissionRow",
    "AmendmentRow",
    "AppealAnswerRow",
    "AppealRow",
    "AttemptChangeRow",
    "AttemptRow",
    "AttemptVoidRow",
    "AuditRow",
    "Base",
    "BigId",
    "CadreRow",
    "CertificateEndRow",
    "CertificateRow",
    "ClaimRow",
    "ClockAlarmRow",
    "ClockRow",
    "CorrectionRow",
    "DecisionRow",
    "DocumentRow",
    "GradingRow",
    "GrantRow",
    "HallEventRow",
    "KeyingRow",
    "LateDecisionRow",
    "LoginRow",
    "MarkRow",
    "Moment",
    "OverrideRow",
    "PaperQuestionRow",
    "PaperRow",
    "PauseRow",
    "PictureRow",
    "PostRow",
    "PracticeAnswerRow",
    "PracticeSetRow",
    "PresenceRow",
    "ProposalEventRow",
    "ProposalPictureRow",
    "ProposalRow",
    "QuestionPersonRow",
    "QuestionRevisionRow",
    "QuestionRow",
    "QuestionUseRow",
    "ReadingRow",
    "RecordIssueRow",
    "ResponseRow",
    "SampleDrawRow",
    "SampleRow",
    "ScanDecisionRow",
    "ScanImageRow",
    "ScanRow",
    "SittingRow",
    "SittingSiteRow",
    "StrangerRow",
    "UnitRow",
    "VisitRow",
]
