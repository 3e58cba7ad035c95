"""The customer's own look at what is known of them, and its deletion."""

from __future__ import annotations

from actions.handlers.forms.step import Outcome
from actions.handlers.operations.job import Job
from actions.handlers.profile.consent import forget_all, listing


def show(job: Job) -> Outcome:
    """The list, with where each thing comes from."""
    profiles = job.services.profiles
    if profiles is None:
        return Outcome([job.services.phrases.bubble("profile_nothing", refused="")])
    with job.watch("action"):
        return listing(job.services, profiles, job.said, job.memory)


def forget(job: Job) -> Outcome:
    """Delete everything that was said."""
    profiles = job.services.profiles
    if profiles is None:
        return Outcome([job.services.phrases.bubble("profile_nothing_to_forget")])
    with job.watch("action"):
        return forget_all(job.services, profiles, job.said, job.memory)
