"""The one question whether what was said may be kept, its answer, and the customer's own look at what is kept."""

from __future__ import annotations

import re
from typing import Any

from actions.desk.clock import local
from actions.desk.profiles import PROFILE_KEPT, SENSITIVE, Fact, Source, Trait
from actions.handlers.forms.assent import is_no, is_yes
from actions.handlers.forms.said import Said
from actions.handlers.forms.step import Outcome
from actions.handlers.profile.known import HEARD, CustomerProfiles
from actions.handlers.services import Services
from actions.handlers.words import Phrases, button

ASKED = "profile_asked"
"""Memory: the traits that the last reply asked about, while its answer is waited for."""
ASKED_HERE = "profile_asked_here"
"""Memory: the question was put in this conversation."""
LISTED = "profile_listed"
"""Memory: the last reply was the list of what is kept."""
_CHOICE = "profile"
_KEEP = re.compile(r"^(?:可以|好的?|行|那就|你|您|帮我|请|就)*(?:记|存)(?:吧|下来?|着|上)")
_NOT = re.compile(r"不(?:用|要|必|需要|想让你)?(?:记|存)|别(?:记|存)")
_DELETE = re.compile(r"^(?:全部|全|都|把|这些|它们?|给我|请|帮我|统统|的)*(?:删|清空|清掉|抹掉|去掉)|不要记|别记|不用记|不许记")


def answer_to(services: Services, profiles: CustomerProfiles, said: Said, memory: dict[str, Any]) -> Outcome | None:
    """The answer to the question, or to the list; None for every other turn. Its memory is what changes in it."""
    name, _, rest = (said.value("choice") or "").partition(":") if said.pressed else ("", "", "")
    if name == _CHOICE:
        return _pressed(services, profiles, said, memory, rest)
    if said.intent == "report_hazard":
        return None
    if (asked := memory.get(ASKED)) and not said.pressed:
        if _NOT.search(said.words) or is_no(said):
            return _refused(services, profiles, said, memory, asked)
        if _KEEP.match(said.words) or is_yes(said):
            return _agreed(services, profiles, said, memory, asked)
    if memory.get(LISTED) and _DELETE.search(said.words):
        return forget_all(services, profiles, said, memory)
    return None


def _pressed(services: Services, profiles: CustomerProfiles, said: Said, memory: dict[str, Any], what: str) -> Outcome | None:
    verb, _, names = what.partition(":")
    traits = [name for name in names.split(",") if name in set(Trait)]
    match verb:
        case "yes":
            return _agreed(services, profiles, said, memory, traits)
        case "no":
            return _refused(services, profiles, said, memory, traits)
        case "allow":
            profiles.allow_again(services, said, memory)
            return Outcome([services.phrases.bubble("profile_allowed")], memory={ASKED_HERE: False})
        case "forget" if traits:
            trait = Trait(traits[0])
            profiles.forget(services, said, memory, trait)
            heard = {k: v for k, v in (memory.get(HEARD) or {}).items() if k != trait.value}
            told = services.phrases.bubble("profile_forgotten_one", what=profiles.statements.title(trait).replace("{value}", ""))
            return Outcome([told], _CHANGED, {HEARD: heard})
        case "forget":
            return forget_all(services, profiles, said, memory)
    return None


_CHANGED: dict[str, Any] = {"profile": "changed"}
"""The trace of a turn after which pages should look again."""


def _agreed(services: Services, profiles: CustomerProfiles, said: Said, memory: dict[str, Any], names: list[str]) -> Outcome:
    kept = profiles.agree(services, said, memory, [Trait(name) for name in names])
    bubble = services.phrases.bubble("profile_agreed", what=_titles(profiles, kept))
    return Outcome([bubble], _CHANGED, {ASKED: None})


def _refused(services: Services, profiles: CustomerProfiles, said: Said, memory: dict[str, Any], names: list[str]) -> Outcome:
    profiles.refuse(services, said, memory, [Trait(name) for name in names])
    return Outcome([services.phrases.bubble("profile_refused")], memory={ASKED: None})


def question(services: Services, profiles: CustomerProfiles, said: Said, memory: dict[str, Any]) -> Outcome | None:
    """What the end of a business brings: the question, or a line that something agreed to was kept; None when neither."""
    new = profiles.keep_covered(services, said, memory)
    if new:
        bubble = services.phrases.bubble("profile_kept_too", what=_titles(profiles, new))
        return Outcome([bubble], _CHANGED)
    if memory.get(ASKED_HERE):
        return None
    kept, known = profiles.kept(services, said, memory), profiles.known(services, said, memory)
    # What the account's file says need not be asked.
    heard = [fact for fact in profiles.heard(memory) if known[fact.trait].source is Source.STATEMENT]
    open_ = [fact for fact in heard if not kept.covers(fact.trait) and kept.may_ask(fact.trait)]
    if not open_:
        return None
    phrases, names = services.phrases, [fact.trait.value for fact in open_]
    sensitive = phrases.text("profile_sensitive") if SENSITIVE & {fact.trait for fact in open_} else ""
    what = "，".join(profiles.statements.keep(fact.trait, fact.value) for fact in open_)
    bubble = phrases.bubble("profile_ask", what=what, sensitive=sensitive)
    bubble.buttons = [
        button(phrases.text(f"button_profile_{verb}"), "/inform", choice=f"{_CHOICE}:{verb}:{','.join(names)}")
        for verb in ("yes", "no")
    ]
    return Outcome([bubble], memory={ASKED: names, ASKED_HERE: True})


def listing(services: Services, profiles: CustomerProfiles, said: Said, memory: dict[str, Any]) -> Outcome:
    """What is known of the customer, where each thing comes from, and how to delete it."""
    phrases, kept = services.phrases, profiles.kept(services, said, memory)
    known = profiles.known(services, said, memory)
    if not known:
        refused = kept.consent is not None and not kept.consent.agreed
        bubble = phrases.bubble("profile_nothing", refused=phrases.text("profile_nothing_refused") if refused else "")
        if refused:
            bubble.buttons = [button(phrases.text("button_profile_allow"), "/inform", choice=f"{_CHOICE}:allow")]
        return Outcome([bubble])
    stored = {fact.trait for fact in kept.facts}
    lines = [_line(phrases, profiles, fact, stored) for fact in known.values()]
    own = [fact for fact in known.values() if fact.source is Source.STATEMENT]
    until = phrases.text("profile_list_end" if own else "profile_list_end_account")
    bubble = phrases.bubble("profile_list", lines="\n".join(lines), spoken=_titles(profiles, known.values()), until=until)
    if own:
        bubble.buttons = [button(phrases.text("button_profile_forget"), "/inform", choice=f"{_CHOICE}:forget")]
    for fact in own[:4] if len(own) > 1 else ():
        title = phrases.text("button_profile_forget_one", title=profiles.statements.title(fact.trait, fact.value))
        bubble.buttons.append(button(title, "/inform", choice=f"{_CHOICE}:forget:{fact.trait}"))
    return Outcome([bubble], memory={LISTED: True})


def forget_all(services: Services, profiles: CustomerProfiles, said: Said, memory: dict[str, Any]) -> Outcome:
    """Delete everything that was said, kept or not, and keep nothing from now on."""
    gone = {fact.trait: fact for fact in (*profiles.heard(memory), *profiles.forget_all(services, said, memory))}
    phrases = services.phrases
    if gone:
        bubble = phrases.bubble("profile_forgotten", what=_titles(profiles, gone.values()))
    else:
        bubble = phrases.bubble("profile_nothing_to_forget")
    return Outcome([bubble], _CHANGED, {HEARD: {}, ASKED: None, LISTED: None})


def _line(phrases: Phrases, profiles: CustomerProfiles, fact: Fact, stored: set[Trait]) -> str:
    title = profiles.statements.title(fact.trait, fact.value)
    if fact.source is Source.ACCOUNT or fact.noted_at is None:
        return phrases.text("profile_line_account", title=title)
    if fact.trait not in stored:
        return phrases.text("profile_line_heard", title=title)
    day, until = local(fact.noted_at), local(fact.noted_at + PROFILE_KEPT)
    return phrases.text(
        "profile_line_statement", title=title, words=fact.words[:40],
        day=f"{day.year}年{day.month}月{day.day}日", until=f"{until.year}年{until.month}月{until.day}日",
    )  # fmt: skip


def _titles(profiles: CustomerProfiles, facts: Any) -> str:
    return "、".join(profiles.statements.title(fact.trait, fact.value) for fact in facts)
