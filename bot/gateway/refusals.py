"""What the desk refuses, as problems of the API."""

from __future__ import annotations

from actions.desk.errors import (
    DeskError,
    HandoffTaken,
    IllegalMove,
    InvalidCursor,
    InvalidTicket,
    InvalidTicketNo,
    LetterDelivered,
    PlanOver,
    StaleVersion,
    StopOver,
    SurveyAnswered,
    UnknownAccount,
    UnknownCall,
    UnknownHandoff,
    UnknownLetter,
    UnknownPlan,
    UnknownStop,
    UnknownSurvey,
    UnknownTicket,
)
from bot.gateway.problems import (
    ConflictError,
    FieldProblem,
    InternalError,
    InvalidFieldsError,
    NotFoundError,
    ProblemError,
)


def from_desk_error(error: DeskError) -> ProblemError:
    """The problem for `error`, under the desk's own code; one nobody should have let through becomes a 500."""
    match error:
        case UnknownTicket() | InvalidTicketNo():
            return NotFoundError("unknown_ticket")
        case UnknownHandoff():
            return NotFoundError("unknown_handoff")
        case UnknownLetter() | UnknownSurvey() | UnknownPlan() | UnknownStop() | UnknownCall() | UnknownAccount():
            return NotFoundError(error.code)
        case IllegalMove():
            return ConflictError(error.code, allowed=list(error.allowed))
        case StaleVersion() | HandoffTaken() | LetterDelivered() | SurveyAnswered() | PlanOver() | StopOver():
            return ConflictError(error.code)
        case InvalidTicket():
            fields = [FieldProblem(field=field, message=reason) for field, reason in error.problems]
            return InvalidFieldsError(error.code, errors=fields)
        case InvalidCursor():
            return InvalidFieldsError(error.code, errors=[FieldProblem(field="cursor", message="not given out here")])
        case _:
            return InternalError()
