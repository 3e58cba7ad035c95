"""Everything the desk refuses, in one tree. `code` is stable: the API's problem details and the handlers' words key on it.

::

    DeskError                      desk_error
    ├── UnknownTicket              unknown_ticket         no such ticket
    ├── InvalidTicketNo            invalid_ticket_no      not a ticket number, or its check digit is wrong
    ├── InvalidTicket              invalid_ticket         intake refused; .problems names field and reason
    ├── IllegalMove                illegal_move           the state machine has no such step; .allowed names those it has
    ├── StaleVersion               stale_version          somebody else changed the ticket since it was read
    ├── DuplicateRequest           duplicate_request      between store and desk: the request id has its ticket already
    ├── InvalidCursor              invalid_cursor         not a cursor of this listing
    ├── UnknownProfile             unknown_profile        no such set of limits
    ├── VerificationError          verification_error     no personal figure may be shown
    │   ├── VerificationFailed     verification_failed    account and digits do not belong together; .remaining
    │   └── AccountLocked          account_locked         too many failures; .locked_until
    ├── UnknownAccount             unknown_account        no such account to bind
    ├── CustomersAway              customers_away         the utility's customer system does not answer, or not sensibly
    ├── UnknownTurn                unknown_turn           no such turn in the journal
    ├── UnknownHandoff             unknown_handoff        no such conversation waiting for a person
    ├── HandoffTaken               handoff_taken          another agent has it, or it is closed
    ├── UnknownLetter              unknown_letter         no such letter in the outbox
    ├── UnknownSurvey          unknown_survey         the customer was not asked
    ├── SurveyAnswered         survey_answered        the score was given before, and stays
    ├── LetterDelivered            letter_delivered       it has arrived; there is nothing to retry
    ├── UnknownPlan                unknown_plan           no such outage plan
    ├── PlanOver                   plan_over              it has begun, is over or was cancelled before
    ├── UnknownStop                unknown_stop           no such stop order
    ├── StopOver                   stop_over              this cannot be done with it (any more)
    ├── UnknownCall                unknown_call           no such call waits to be made
    └── ForeignDatabase            foreign_database       demo data asked for where real accounts are
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar


class DeskError(Exception):
    """The root. Its text is English, for logs and developers; customers read the words kept for `code`."""

    code: ClassVar[str] = "desk_error"


class UnknownTicket(DeskError):
    """No ticket has this number."""

    code = "unknown_ticket"

    def __init__(self, ticket_no: str) -> None:
        """`ticket_no` as it was asked for."""
        super().__init__(f"no ticket {ticket_no}")
        self.ticket_no = ticket_no


class InvalidTicketNo(DeskError):
    """The text is not a ticket number, or its check digit does not fit."""

    code = "invalid_ticket_no"


class InvalidTicket(DeskError):
    """A ticket or a change of one does not meet the record standard."""

    code = "invalid_ticket"

    def __init__(self, problems: Iterable[tuple[str, str]]) -> None:
        """`problems`: (field, reason) pairs; the reasons are `missing`, `invalid` and `too_long`."""
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{field}: {reason}" for field, reason in self.problems))


class IllegalMove(DeskError):
    """The ticket cannot take this step from where it stands. Nothing was changed."""

    code = "illegal_move"

    def __init__(self, what: str, status: str, allowed: Iterable[str]) -> None:
        """`what` was asked of a ticket in `status`, where only `allowed` event types are."""
        self.allowed = tuple(allowed)
        super().__init__(f"{what} is not possible when {status}; possible: {', '.join(self.allowed) or 'nothing'}")


class StaleVersion(DeskError):
    """The ticket has changed since the version the caller had read. Nothing was changed."""

    code = "stale_version"

    def __init__(self, ticket_no: str, expected: int, actual: int | None = None) -> None:
        """`expected` is the version the caller knew; `actual` the present one where it is known."""
        super().__init__(f"{ticket_no} is no longer at version {expected}" + (f" but at {actual}" if actual else ""))


class DuplicateRequest(DeskError):
    """A ticket was already made for this request id."""

    code = "duplicate_request"


class InvalidCursor(DeskError):
    """The cursor was not given out by this listing."""

    code = "invalid_cursor"


class UnknownProfile(DeskError):
    """No set of limits has this name."""

    code = "unknown_profile"


class VerificationError(DeskError):
    """The caller has not shown that the account is theirs."""

    code = "verification_error"


class VerificationFailed(VerificationError):
    """Account number and digits do not belong together. Says nothing about which of them was wrong."""

    code = "verification_failed"

    def __init__(self, remaining: int) -> None:
        """`remaining`: tries left before the lock, at least 1."""
        super().__init__(f"verification failed, {remaining} tries left")
        self.remaining = remaining


class AccountLocked(VerificationError):
    """Too many failures; nothing is compared until `locked_until`."""

    code = "account_locked"

    def __init__(self, locked_until: datetime) -> None:
        """`locked_until`: aware, the first moment at which a try counts again."""
        super().__init__(f"locked until {locked_until.isoformat(timespec='seconds')}")
        self.locked_until = locked_until


class UnknownAccount(DeskError):
    """No account has this number."""

    code = "unknown_account"


class CustomersAway(DeskError):
    """The utility's customer system cannot be asked now. Its text names nobody."""

    code = "customers_away"


class UnknownTurn(DeskError):
    """The journal holds no such turn."""

    code = "unknown_turn"


class UnknownHandoff(DeskError):
    """There is no such handoff."""

    code = "unknown_handoff"


class HandoffTaken(DeskError):
    """Another agent holds the handoff, or it is closed."""

    code = "handoff_taken"


class UnknownLetter(DeskError):
    """The outbox holds no such letter."""

    code = "unknown_letter"


class LetterDelivered(DeskError):
    """The letter has arrived and is not sent again."""

    code = "letter_delivered"


class UnknownSurvey(DeskError):
    """The customer of this ticket was not asked."""

    code = "unknown_survey"


class SurveyAnswered(DeskError):
    """The survey has its score already."""

    code = "survey_answered"


class UnknownPlan(DeskError):
    """There is no outage plan of this number."""

    code = "unknown_plan"


class PlanOver(DeskError):
    """The plan has begun, is over, or was cancelled before: it cannot be cancelled any more."""

    code = "plan_over"


class UnknownStop(DeskError):
    """There is no stop order of this number."""

    code = "unknown_stop"


class StopOver(DeskError):
    """The stop order is not at a point where this can be done: decided, carried out, paid or withdrawn already, or not handed over yet."""

    code = "stop_over"


class UnknownCall(DeskError):
    """No such call to a customer waits to be made."""

    code = "unknown_call"


class ForeignDatabase(DeskError):
    """The database holds accounts that are not the demo's; demo data does not go into it."""

    code = "foreign_database"
