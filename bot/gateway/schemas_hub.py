"""The repair hub's requests and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel

from actions.desk.clock import rfc3339
from actions.desk.hub import CrewState
from actions.desk.repairs import Incident
from bot.gateway.fields import Id, Note


class CrewJob(BaseModel):
    """A ticket a crew was asked for; `answer_by` is null once it has answered."""

    ticket_no: str
    answer_by: str | None


class CrewView(BaseModel):
    """A crew and its open jobs."""

    crew_no: str
    name: str
    lat: float
    lon: float
    skills: list[str]
    jobs: list[CrewJob]


class CrewList(BaseModel):
    """Every crew, by number."""

    crews: list[CrewView]


class IncidentView(BaseModel):
    """Reports of one area: the ticket that leads, how many report, whether the whole area is suspected to be out."""

    ticket_no: str
    area: str
    reports: int
    opened_at: str
    last_report_at: str
    suspected_at: str | None
    restore_at: str | None
    crew_no: str | None


class IncidentList(BaseModel):
    """Open incidents, newest report first."""

    incidents: list[IncidentView]


class CrewAnswer(BaseModel):
    """A crew takes the job it was asked for, or refuses it and says why in `note`."""

    crew_no: Id
    answer: Literal["accept", "refuse"]
    note: Note = ""


class Estimate(BaseModel):
    """When power is expected back: a moment to come, with its zone."""

    restore_at: AwareDatetime
    actor: Id = "staff"
    note: Note = ""


def crew_view(state: CrewState) -> CrewView:
    """A crew as the API shows it."""
    crew = state.crew
    jobs = [CrewJob(ticket_no=job.ticket_no, answer_by=_text(job.answer_by)) for job in state.jobs]
    return CrewView(
        crew_no=crew.crew_no, name=crew.name, lat=crew.lat, lon=crew.lon, skills=list(crew.skills), jobs=jobs
    )


def incident_view(incident: Incident) -> IncidentView:
    """An incident as the API shows it."""
    lead = incident.lead
    return IncidentView(
        ticket_no=lead.ticket_no,
        area="" if lead.area is None else lead.area.label,
        reports=incident.reports,
        opened_at=rfc3339(lead.opened_at),
        last_report_at=rfc3339(lead.last_at or lead.opened_at),
        suspected_at=_text(lead.suspected_at),
        restore_at=_text(lead.restore_at),
        crew_no=lead.crew_no,
    )


def _text(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)
