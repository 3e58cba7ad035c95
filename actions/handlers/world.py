"""The world behind the form engine: the real services. See `forms.engine.World`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from actions.desk.clock import local
from actions.desk.customers import Account
from actions.desk.errors import AccountLocked, VerificationFailed
from actions.desk.lifecycle import ENDED
from actions.desk.tickets import Kind, Priority, TicketFilter
from actions.handlers.articles import answer_topic, ask_knowledge
from actions.handlers.context import OTHER_ACCOUNT, bare_question, subject
from actions.handlers.danger import safety_bubble
from actions.handlers.forms.answers import read_answer
from actions.handlers.forms.course import GIVEN
from actions.handlers.forms.flow import Flow, FlowField
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import FlowState
from actions.handlers.forms.step import Outcome
from actions.handlers.nodes import promise
from actions.handlers.operations import AFTER_VERIFICATION, OPERATIONS
from actions.handlers.operations.job import Job
from actions.handlers.operations.outages import before_filing
from actions.handlers.operations.tickets import KINDS, business_of
from actions.handlers.put_off import done_with, keep, kept, told
from actions.handlers.services import Services, Stopwatch
from actions.handlers.tariff_answer import price
from actions.handlers.words import Bubble

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
        if flow.emergency:
            outcome.bubbles.append(safety_bubble(self._services.phrases, said.words))
            called = self.hand_over(said, "用电险情", [said.words], "emergency")
            outcome.trace.update(called.trace)
        return outcome

    def trusted(self, said: Said, memory: dict[str, Any]) -> Account | None:
        """The account this customer has verified or linked, unless another one is named in this very sentence."""
        if OTHER_ACCOUNT.search(said.words) and said.value("account_no") is None:
            return None
        verified = memory.get("verified") or {}
        account = None
        if verified.get("until", "") > said.now.isoformat():
            account = self._services.customers.account(verified["account_no"])
        account = account or self._services.bound_account(said.customer_id or said.conversation_id)
        return account if account is not None and said.value("account_no") in (None, account.account_no) else None

    def _from_talk(self, flow: Flow, said: Said, memory: dict[str, Any]) -> dict[str, str]:
        """Values that the opening sentence or an earlier ticket of this conversation tells."""
        known: dict[str, str] = {}
        for item in flow.fields:
            value: str | None = None
            if "said" in item.prefill and said.words:
                value = self._from_opening(item, said)
            elif "last_ticket" in item.prefill and said.value("ticket_no") is None and said.value("phone") is None:
                value = self._last_ticket(said, memory)
            # A number given before the wish (户号3201889900。查电费) still counts.
            value = value or (memory.get("just_said") or {}).get(item.type)
            if not value and "earlier" in item.prefill:
                value = (memory.get(GIVEN) or {}).get(item.type)
            if value:
                known[item.name] = value
        return known

    @staticmethod
    def _from_opening(item: FlowField, said: Said) -> str | None:
        """The sentence that began the flow, when it already tells what the field wants."""
        if item.type == "text":
            # 我要投诉 tells nothing yet; a sentence with a story does.
            return said.words if len(said.words) >= max(12, item.least) else None
        return read_answer(item, said, asked=False).value

    def _last_ticket(self, said: Said, memory: dict[str, Any]) -> str | None:
        """The ticket meant without a number: of the kind named (那个投诉), else the one talked of last."""
        own = self._services.desk.tickets(TicketFilter(conversation_id=said.conversation_id), limit=20).tickets
        named = [t for t in own if KINDS[t.kind.value] in said.words]
        if named:
            return named[0].ticket_no
        last = memory.get("last_ticket")
        return str(last) if last else own[0].ticket_no if own else None

    def promise(self, flow: Flow, state: FlowState) -> str:
        """Who does what next, and within which limit."""
        kind = flow.done.settings.get("kind")
        if kind is None:
            return ""
        business = business_of(flow, state.values)
        return promise(self._services.desk, self._services.phrases, flow, Kind(kind), business)

    def look(self, flow: Flow, field: FlowField, state: FlowState, said: Said) -> Outcome:
        """Verification, and outages that are already known at an address."""
        if field.check == "verification":
            return self._verify(flow, state, said)
        if field.check == "ticket_by_phone":
            return self._ticket_by_phone(state)
        # The customer hears the reason and the expected time; the report is still taken, theirs may be another fault.
        with self.watch("action"):
            told = before_filing(self._services, state.values[field.name], self.trusted(said, self._memory))
        return Outcome(told)

    def _ticket_by_phone(self, state: FlowState) -> Outcome:
        """The newest ticket made with a phone: customers remember their phone, not a ticket number."""
        if "ticket_no" in state.values:
            return Outcome()
        wanted = TicketFilter(contact_phone=state.values["phone"])
        with self.watch("action"):
            found = self._services.desk.tickets(wanted, limit=10).tickets
        running = [t for t in found if t.status not in ENDED] or list(found)
        if not running:
            return Outcome([self._services.phrases.bubble("tickets_none")], ended=True)
        return Outcome(values={"ticket_no": running[0].ticket_no})

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

    def answer(self, flow: Flow | None, said: Said) -> Outcome | None:
        """A question in the middle of a flow: of this business's own materials first, else of anything."""
        if flow is not None and flow.about and any(word in said.words for word in MATERIALS) and len(said.words) <= 14:
            return answer_topic(self._services, flow.about)
        asked = self._services.tariff_words.question(said.words)
        found: Outcome | None
        if asked is not None and (asked.province or self._services.provinces.own):
            found = price(self._services, asked, said.now.date())
        else:  # which province it is would be one question too many in the middle of a business
            # 那要多久呢 in the middle of a business asks about that business.
            about = self._services.knowledge.hit(flow.about) if flow is not None and flow.about else None
            core = bare_question(said.words)
            question = f"{subject(about.title)}，{core}" if about is not None and core else said.words
            found = ask_knowledge(self._services, question, self.watch)
        if found is not None:
            for bubble in found.bubbles:
                bubble.buttons = []
        return found

    def hand_over(self, said: Said, reason: str, summary: list[str], priority: str) -> Outcome:
        """Queue the conversation for a person, with everything written down."""
        return hand_over(self._services, said, reason, summary, priority)

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

    def _whose(self, state: FlowState, said: Said, memory: dict[str, Any]) -> Account | None:
        """The account that this customer has shown to be his."""
        if state.verified:
            return self._services.customers.account(state.verified)
        return self.trusted(said, memory)


def hand_over(services: Services, said: Said, reason: str, summary: list[str], priority: str) -> Outcome:
    """Queue the conversation for a person; doing it again changes nothing."""
    waiting = services.handoffs.active(said.conversation_id)
    text = "\n".join(line for line in summary if line)
    services.handoffs.open(said.conversation_id, reason, text, Priority(priority), said.now, f"{said.turn_id}:handoff")
    ahead = len(services.handoffs.waiting()) - 1
    bubble: Bubble
    if waiting is not None and priority != "emergency":
        bubble = services.phrases.bubble("handed_over_already")
    else:
        bubble = services.phrases.bubble("handed_over", waiting=f"前面还有{ahead}位，" if ahead > 0 else "")
    return Outcome([bubble], {"handoff": "queued"})
