"""The world behind the form engine: the real services. See `forms.engine.World`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from actions.desk.clock import local
from actions.desk.customers import Account
from actions.desk.errors import AccountLocked, VerificationFailed
from actions.desk.scope import tells_of_one_house
from actions.desk.tickets import Kind
from actions.handlers import arrears, own_tickets
from actions.handlers.articles import answer_topic
from actions.handlers.context import OTHER_ACCOUNT
from actions.handlers.danger import form as danger_form
from actions.handlers.danger.lines import safety_bubble
from actions.handlers.follow_ups import SURE, SURE_ENOUGH, asked_within
from actions.handlers.forms.answers import read_answer
from actions.handlers.forms.course import GIVEN
from actions.handlers.forms.flow import Flow, FlowField
from actions.handlers.forms.parts import plain_material
from actions.handlers.forms.said import Said
from actions.handlers.forms.sense import content_of_opening
from actions.handlers.forms.state import FlowState
from actions.handlers.forms.step import Outcome
from actions.handlers.handing_over import hand_over
from actions.handlers.how_long import how_long_told
from actions.handlers.nodes import promise
from actions.handlers.operations import AFTER_VERIFICATION, OPERATIONS
from actions.handlers.operations.invoices import months_billed
from actions.handlers.operations.job import Job
from actions.handlers.operations.outages import before_filing
from actions.handlers.operations.tickets import business_of
from actions.handlers.put_off import done_with, keep, kept, told
from actions.handlers.services import Services, Stopwatch
from actions.handlers.tariff_answer import price
from actions.handlers.trusted import trusted_account
from actions.handlers.wishes import WAITING, Wish
from actions.handlers.words import Bubble
from bot.language.hazards import danger

__all__ = ["ServiceWorld", "hand_over"]
VERIFIED_FOR = timedelta(minutes=30)
"""How long a verification holds in its conversation."""
MATERIALS = ("材料", "带什么", "手续", "要什么", "要啥", "资料", "证件", "流程", "怎么办理")


class ServiceWorld:
    """One turn's view of the services; also keeps where the turn's time went."""

    def __init__(self, services: Services, memory: dict[str, Any]) -> None:
        self._services = services
        self._memory = memory
        self.watch = Stopwatch()

    def begin(self, flow: Flow, state: FlowState, said: Said, memory: dict[str, Any]) -> Outcome:
        """Values known beforehand; for danger the safety lines and a person."""
        outcome = Outcome(values=self._from_talk(flow, said, memory))
        # Whoever binds an account means another one than the one already known.
        account = None if flow.done.operation == "bind_account" else self.trusted(said, memory)
        if account is not None:
            outcome.values.update(self._on_file(flow, state, account, {**outcome.values, **state.values}))
            if flow.verify:
                state.verified = account.account_no
                state.skipped.append("phone_last4")
                outcome.values["account_no"] = account.account_no
                seen = self._first_look(flow, replace(state, values={**outcome.values, **state.values}), account)
                outcome.bubbles += seen.bubbles
                outcome.ended = seen.ended
        if not flow.emergency and (left := kept(self._services, account, flow, said, memory)) is not None:
            outcome.values = {**outcome.values, **left.values}
            state.skipped += [name for name in left.skipped if name not in state.skipped]
            state.said = [*left.said, *state.said]
            state.papers = {**left.papers, **state.papers}
            resumed = replace(state, values={**outcome.values, **state.values})
            outcome.bubbles += told(self._services, flow, resumed).bubbles
        if flow.flow in own_tickets.ABOUT_TICKETS and "ticket_no" not in {**state.values, **outcome.values}:
            outcome.bubbles += own_tickets.several(self._services, said, account).bubbles
        if "report_outage" in flow.intents and account is None:
            outcome.bubbles += arrears.asked_about(self._services, said).bubbles
        if flow.emergency:
            seen = danger_form.opened(self._services.phrases, state, said, account)
            outcome.bubbles += seen.bubbles
            outcome.values.update(seen.values)
            called = self.hand_over(said, "用电险情", [said.words], "emergency")
            outcome.trace.update(called.trace)
        return outcome

    def trusted(self, said: Said, memory: dict[str, Any]) -> Account | None:
        """See `trusted_account`."""
        return trusted_account(self._services, said, memory)

    def _from_talk(self, flow: Flow, said: Said, memory: dict[str, Any]) -> dict[str, str]:
        """Values that the opening sentence or an earlier ticket of this conversation tells."""
        known: dict[str, str] = {}
        for item in flow.fields:
            value: str | None = None
            if "said" in item.prefill and said.words:
                value = self._from_opening(item, said)
            elif "last_ticket" in item.prefill and said.value("ticket_no") is None and said.value("phone") is None:
                value = own_tickets.meant_one(self._services, said, memory, self.trusted(said, memory))
            # A number given before the wish (户号3201889900。查电费) still counts.
            value = value or (memory.get("just_said") or {}).get(item.type)
            if not value and "earlier" in item.prefill and not _means_another(item, flow, said):
                value = (memory.get(GIVEN) or {}).get(item.type)
            if value:
                known[item.name] = value
        return known

    @staticmethod
    def _from_opening(item: FlowField, said: Said) -> str | None:
        """The sentence that began the flow, when it already tells what the field wants."""
        if item.type == "text":
            return content_of_opening(said.words, max(item.story, item.least))
        return read_answer(item, said, asked=False).value

    def promise(self, flow: Flow, state: FlowState) -> str:
        """Who does what next, and within which limit."""
        kind = flow.done.settings.get("kind")
        if kind is None:
            return own_tickets.what_it_is(state)
        business = business_of(flow, state.values)
        told = promise(self._services.desk, self._services.phrases, flow, Kind(kind), business)
        case = flow.materials_for(state.values)
        missing = case.missing_first(state.papers.values()) if case and self._services.papers is not None else []
        if not missing:
            return told
        return self._services.phrases.text("promise_after_papers", what="、".join(map(plain_material, missing))) + told

    def look(self, flow: Flow, field: FlowField, state: FlowState, said: Said) -> Outcome:
        """Verification, and outages that are already known at an address."""
        if field.check == "verification":
            return self._verify(flow, state, said)
        if field.check == "bill_story":
            # At the beginning the story is told once the account is known (`first_look`).
            account = self._services.known(state.verified) if state.asking else None
            return self._first_look(flow, state, account) if account is not None else Outcome()
        if field.check == "own_ticket":
            with self.watch("action"):
                return own_tickets.look(self._services, state, said, self._memory, self.trusted(said, self._memory))
        if field.type == "account_no":
            return arrears.look(self._services, self._services.known(state.values[field.name]), self._memory)
        if field.check == "bill_months":
            with self.watch("action"):
                return months_billed(self._services, state, said, field.name)
        # The customer hears the reason and the expected time; the report is still taken, theirs may be another fault.
        with self.watch("action"):
            alone = state.values.get("scope") == "single" or tells_of_one_house("；".join([*state.said, said.words]))
            told = before_filing(self._services, state.values[field.name], self.trusted(said, self._memory), alone=alone)
        return Outcome(told)

    def _verify(self, flow: Flow, state: FlowState, said: Said) -> Outcome:
        last4 = state.values.pop("phone_last4")
        try:
            with self.watch("action"):
                account = self._services.verifier.verify(
                    state.values["account_no"], last4, conversation_id=said.conversation_id
                )
        except VerificationFailed as failed:
            bubble = self._services.phrases.bubble("verify_failed", left=failed.remaining)
            return Outcome([bubble], ask_again="phone_last4")
        except AccountLocked as locked:
            until = local(locked.locked_until)
            return Outcome([self._services.phrases.bubble("verify_locked", until=f"{until:%H:%M}")], ended=True)
        state.verified = account.account_no
        state.skipped.append("phone_last4")
        until = said.now.replace(microsecond=0) + VERIFIED_FOR
        self._memory = {**self._memory, "verified": {"account_no": account.account_no, "until": until.isoformat()}}
        seen = self._first_look(flow, state, account)
        seen.values = {"account_no": account.account_no, **self._on_file(flow, state, account, state.values)}
        seen.memory = {"verified": {"account_no": account.account_no, "until": until.isoformat()}}
        return seen

    def _first_look(self, flow: Flow, state: FlowState, account: Account) -> Outcome:
        """What the customer should hear as soon as the account is known, perhaps that there is nothing to do."""
        look = AFTER_VERIFICATION.get(flow.first_look or "")
        return look(self._services, flow, state, account) if look else Outcome()

    @staticmethod
    def _on_file(flow: Flow, state: FlowState, account: Account, told: dict[str, str]) -> dict[str, str]:
        """What the verified account's file tells, so that it need not be asked."""
        known = {}
        for item in flow.fields:
            source = next((s for s in item.prefill if s.startswith("account.")), None)
            if source and item.name not in told:
                known[item.name] = str(getattr(account, source.removeprefix("account.")))
                state.on_file.append(item.name)
        return known

    def when(self, flow: Flow, state: FlowState) -> Outcome | None:
        """How long the business under way takes; of a power cut that is known, when power is back."""
        with self.watch("action"):
            told = how_long_told(self._services, flow, state.values, filed=state.asking is None)
        return Outcome([told]) if told is not None else None

    def safety(self, flow: Flow, state: FlowState, said: Said) -> Bubble:
        """The safety lines once more: of what is told now, else of what was told first."""
        first = state.said[0] if state.said else ""
        return safety_bubble(self._services.phrases, said.words if danger(said.words) else first)

    def article(self, topic: str) -> Outcome | None:
        """The article of a topic, without buttons: a business is under way."""
        found = answer_topic(self._services, topic)
        for bubble in found.bubbles if found else ():
            bubble.buttons = []
        return found

    def answer(self, flow: Flow | None, said: Said) -> Outcome | None:
        """A question in the middle of a flow: of this business's own materials first, else of anything."""
        if flow is not None and flow.about and any(word in said.words for word in MATERIALS) and len(said.words) <= 14:
            return answer_topic(self._services, flow.about)
        asked = self._services.tariff_words.question(said.words)
        found: Outcome | None
        if asked is not None and (asked.province or self._services.provinces.own):
            found = price(self._services, asked, said.now.date())
        else:  # which province it is would be one question too many in the middle of a business
            # 那要多久呢 in the middle of a business asks about that business; what was hardly a question must be answered surely.
            least = SURE if said.intent == "faq" else SURE_ENOUGH
            found = asked_within(self._services, said.words, flow, self._memory, self.watch, least=least)
        if found is not None:
            for bubble in found.bubbles:
                bubble.buttons = []
        return found

    def hand_over(self, said: Said, reason: str, summary: list[str], priority: str) -> Outcome:
        """Queue the conversation for a person, with everything written down."""
        account = self.trusted(said, self._memory)
        return hand_over(self._services, said, reason, summary, priority, account)

    def finish(self, flow: Flow, state: FlowState, said: Said, memory: dict[str, Any]) -> Outcome:
        """Do what the flow is for."""
        job = Job(self._services, flow, state, said, memory, self.watch)
        done = OPERATIONS[flow.done.operation](job)
        if not done.ask_again:
            done.memory.update(done_with(self._services, self._whose(state, said, memory), flow, memory))
        return done

    def keep(self, flow: Flow, state: FlowState, said: Said, memory: dict[str, Any]) -> Outcome:
        """Keep a form that is put off."""
        return keep(self._services, self._whose(state, said, memory), flow, state, said, memory)

    def set_aside(self, flow: Flow, state: FlowState, said: Said, memory: dict[str, Any]) -> dict[str, Any]:
        """Keep a form that danger interrupts: in this conversation, and as a wish that waits for the end of the danger."""
        wish = Wish(flow.intents[0], flow.title) if flow.intents else None
        waiting = [*memory.get(WAITING, ()), *([wish.to_json()] if wish else [])]
        return {**keep(self._services, None, flow, state, said, memory).memory, WAITING: waiting}

    def _whose(self, state: FlowState, said: Said, memory: dict[str, Any]) -> Account | None:
        """The account that this customer has shown to be his."""
        if state.verified:
            return self._services.known(state.verified)
        return self.trusted(said, memory)


def _means_another(item: FlowField, flow: Flow, said: Said) -> bool:
    """Whether an account given earlier is not the one meant: another one is named, or one is to be linked anew."""
    return item.type == "account_no" and (flow.done.operation == "bind_account" or bool(OTHER_ACCOUNT.search(said.words)))
