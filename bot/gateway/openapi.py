"""OpenAPI 3.1 of the API, made from the pydantic models and one table of operations.

A test holds the table against the router: a route that is not described here fails it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.gateway.problems import CONTENT_TYPE, Problem
from bot.gateway.schemas import (
    AfterQuery,
    Article,
    CategoryRequest,
    ChatRequest,
    ClassesView,
    HandoffDetail,
    HandoffList,
    HandoffQuery,
    HandoffView,
    Health,
    KnowledgeAnswer,
    KnowledgeQuery,
    LetterList,
    LetterView,
    OutboxQuery,
    Parsed,
    ParsedMany,
    ParseRequest,
    Ready,
    Said,
    SayRequest,
    SentList,
    SentQuery,
    TakeRequest,
    TicketEventRequest,
    TicketList,
    TicketQuery,
    TicketView,
)
from bot.gateway.schemas_flows import FlowList, FlowView
from bot.gateway.schemas_hub import CrewAnswer, CrewList, Estimate, IncidentList
from bot.gateway.schemas_kb import (
    ArticleLines,
    ArticleQuery,
    ChangeList,
    CheckedView,
    CheckRequest,
    GapList,
    GapQuery,
    HistoryView,
    HitTestQuery,
    HitTestView,
    KnowledgeStatus,
    PublishRequest,
    RollbackRequest,
    SaveRequest,
    WrittenView,
)
from bot.gateway.schemas_notices import (
    CallDone,
    CallList,
    CancelledPlan,
    Choice,
    Choices,
    NoticeList,
    NoticeQuery,
    NoticeView,
    PlanCancel,
    PlanImport,
    PlanList,
    PlanReview,
)
from bot.gateway.schemas_profiles import ProfileView
from bot.gateway.schemas_reports import OrdersQuery, ReportView, ServiceQuery, SurveyAnswer, SurveyView
from bot.gateway.schemas_stops import StopAct, StopDecision, StopImport, StopList, StopReviewView, StopView
from bot.gateway.schemas_uploads import OwnQuery, TicketMaterials, UploadFields, UploadList, UploadsQuery, UploadView
from bot.gateway.turn import Reply

REFS = "#/components/schemas/{model}"
_ERRORS = {
    400: "The request cannot be read",
    401: "The staff token is missing",
    403: "The staff token is wrong",
    404: "There is no such thing",
    405: "The method is not offered here",
    409: "Not possible in the present state; nothing was changed",
    413: "The body is too large",
    415: "The body is not declared as application/json (a file: as multipart/form-data)",
    417: "The Expect header cannot be met",
    422: "A field is missing or wrong",
    429: "Too many calls; see Retry-After",
    500: "A fault of the service",
    503: "A part that is needed is away",
}
_ALWAYS = (400, 405, 417, 429, 500)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path. `answers`: the models of a 200; several are alternatives; a text holds media types instead."""

    method: str
    path: str
    summary: str
    tag: str
    answers: tuple[type[BaseModel], ...] | str
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    form: type[BaseModel] | None = None
    """The fields of a form that is sent with a file."""
    staff: bool = False
    errors: tuple[int, ...] = ()
    also: str = ""
    """A media type of plain text that the body may come in as well."""

    @property
    def all_errors(self) -> list[int]:
        """Every error status it may answer."""
        body = (413, 415, 422) if self.body or self.form else ()
        query = (422,) if self.query else ()
        staff = (401, 403) if self.staff else ()
        return sorted({*_ALWAYS, *body, *query, *staff, *self.errors})


_AWAY = (503,)
_GONE = (404, 503)
_CLASH = (404, 409, 503)
_PROFILE = "/api/v1/conversations/{conversation_id}/profile"
_KB = "/api/v1/kb/"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PLANS = "/api/v1/outage-plans"
_STOPS = "/api/v1/stop-orders"
_STAFF_TICKET = "/api/v1/tickets/{ticket_no}"
_STAFF_HANDOFF = "/api/v1/handoffs/{handoff_id}"

OPERATIONS = (
    Operation("post", "/api/v1/chat", "One customer turn in, the whole reply out", "conversation", (Reply,), ChatRequest, errors=_AWAY),
    Operation("get", "/api/v1/messages", "What was sent to a conversation after a seq", "conversation", (SentList,), query=SentQuery, errors=_AWAY),
    Operation("get", _PROFILE, "What is kept of the conversation's customer", "conversation", (ProfileView,), errors=_GONE),
    Operation("delete", _PROFILE, "Delete it all and keep nothing more", "conversation", (ProfileView,), errors=_GONE),
    Operation("delete", _PROFILE + "/{trait}", "Delete one trait", "conversation", (ProfileView,), errors=_GONE),
    Operation("post", "/api/v1/parse", "Understanding only, no state", "conversation", (Parsed, ParsedMany), ParseRequest, errors=_AWAY),
    Operation("get", "/api/v1/knowledge", "Search the knowledge base", "knowledge", (KnowledgeAnswer,), query=KnowledgeQuery, errors=_AWAY),
    Operation("get", "/api/v1/knowledge/{topic}", "The article in force", "knowledge", (Article,), errors=(404,)),
    Operation("post", "/api/v1/knowledge/reload", "Serve the current version now", "editors", (KnowledgeStatus,), staff=True, errors=(404,)),
    Operation("get", _KB + "status", "What is served", "editors", (KnowledgeStatus,), staff=True, errors=(404,)),
    Operation("get", _KB + "articles", "Articles in force", "editors", (ArticleLines,), query=ArticleQuery, staff=True, errors=(404,)),
    Operation("get", _KB + "articles/{topic}", "One article, whole", "editors", (Article,), staff=True, errors=(404,)),
    Operation("get", _KB + "articles/{topic}/file", "An article as it is written", "editors", (WrittenView,), staff=True, errors=(404,)),
    Operation("post", _KB + "articles/{topic}/file", "Save a text without faults", "editors", (WrittenView,), SaveRequest, staff=True, errors=(404, 409)),
    Operation("post", _KB + "articles/{topic}/check", "Faults and looks of a text", "editors", (CheckedView,), CheckRequest, staff=True, errors=(404,)),
    Operation("get", _KB + "hit-test", "Ranks of a question in every signal", "editors", (HitTestView,), query=HitTestQuery, staff=True, errors=_GONE),
    Operation("get", _KB + "history", "Versions and what was done with them", "editors", (HistoryView,), staff=True, errors=(404,)),
    Operation("get", _KB + "diff", "What publishing would change", "editors", (ChangeList,), staff=True, errors=(404,)),
    Operation("get", _KB + "gaps", "Asked and not answered, by meaning", "editors", (GapList,), query=GapQuery, staff=True, errors=_GONE),
    Operation("post", _KB + "publish", "Begin publishing", "editors", (KnowledgeStatus,), PublishRequest, staff=True, errors=(404, 409)),
    Operation("post", _KB + "rollback", "Begin going back", "editors", (KnowledgeStatus,), RollbackRequest, staff=True, errors=(404, 409)),
    Operation("get", "/api/v1/flows", "Every business", "flows", (FlowList,), staff=True),
    Operation("get", "/api/v1/flows/{name}", "One business, with its picture", "flows", (FlowView,), staff=True, errors=(404,)),
    Operation("get", "/api/v1/tickets", "A page of tickets, newest first", "tickets", (TicketList,), query=TicketQuery, staff=True, errors=_AWAY),
    Operation("get", _STAFF_TICKET, "One ticket", "tickets", (TicketView,), staff=True, errors=_GONE),
    Operation("post", _STAFF_TICKET + "/events", "Move a ticket, or remark on it", "tickets", (TicketView,), TicketEventRequest, staff=True, errors=_CLASH),
    Operation("post", "/api/v1/uploads", "A photo or PDF of a paper", "uploads", (UploadView,), form=UploadFields, errors=(409, 503)),
    Operation("get", "/api/v1/uploads", "What a conversation has sent", "uploads", (UploadList,), query=UploadsQuery, errors=(404, 503)),
    Operation("get", "/api/v1/uploads/{upload_id}", "The file itself: for staff, or with its conversation's id", "uploads", "image/jpeg application/pdf", query=OwnQuery, errors=(401, 403, 404, 503)),
    Operation("get", _STAFF_TICKET + "/materials", "The papers of an application: needed, owed, come", "uploads", (TicketMaterials,), staff=True, errors=_GONE),
    Operation("post", _STAFF_TICKET + "/crew", "A crew takes or refuses the job", "repairs", (TicketView,), CrewAnswer, staff=True, errors=_CLASH),
    Operation("post", _STAFF_TICKET + "/estimate", "Say when power is expected back", "repairs", (TicketView,), Estimate, staff=True, errors=_CLASH),
    Operation("get", "/api/v1/crews", "Crews and their open jobs", "repairs", (CrewList,), staff=True, errors=_GONE),
    Operation("get", "/api/v1/incidents", "Open incidents by area", "repairs", (IncidentList,), staff=True, errors=_GONE),
    Operation("get", "/api/v1/handoffs", "Open hand-offs to a person", "handoffs", (HandoffList,), query=HandoffQuery, staff=True, errors=_AWAY),
    Operation("get", _STAFF_HANDOFF, "A hand-off with its conversation", "handoffs", (HandoffDetail,), query=AfterQuery, staff=True, errors=_GONE),
    Operation("post", _STAFF_HANDOFF + "/take", "Take a conversation over", "handoffs", (HandoffView,), TakeRequest, staff=True, errors=_CLASH),
    Operation("post", _STAFF_HANDOFF + "/say", "Say something to the customer", "handoffs", (Said,), SayRequest, staff=True, errors=_CLASH),
    Operation("post", _STAFF_HANDOFF + "/close", "Give the customer back to the assistant", "handoffs", (HandoffView,), staff=True, errors=_GONE),
    Operation("get", "/api/v1/outbox", "What leaves the house: waiting, delivered, given up", "outbox", (LetterList,), query=OutboxQuery, staff=True, errors=_AWAY),
    Operation("post", "/api/v1/outbox/{key}/retry", "Try a letter again now", "outbox", (LetterView,), staff=True, errors=_CLASH),
    Operation("get", _PLANS, "Outage plans and how many were told", "notices", (PlanList,), staff=True, errors=_GONE),
    Operation("post", _PLANS, "Store plans, also from a CSV sheet", "notices", (PlanReview,), PlanImport, staff=True, errors=_GONE, also="text/csv"),
    Operation("post", _PLANS + "/{outage_no}/cancel", "Call a plan off", "notices", (CancelledPlan,), PlanCancel, staff=True, errors=_CLASH),
    Operation("get", _STOPS, "Stop orders and how far they are", "notices", (StopList,), query=NoticeQuery, staff=True, errors=_GONE),
    Operation("post", _STOPS, "Store stop orders, also from a CSV sheet", "notices", (StopReviewView,), StopImport, staff=True, errors=_GONE, also="text/csv"),
    Operation("post", _STOPS + "/{order_no}/decision", "Decide on a protected customer's order", "notices", (StopView,), StopDecision, staff=True, errors=_CLASH),
    Operation("post", _STOPS + "/{order_no}/withdraw", "Call an order off", "notices", (StopView,), StopAct, staff=True, errors=_CLASH),
    Operation("post", _STOPS + "/{order_no}/cut", "The supply was stopped", "notices", (StopView,), StopAct, staff=True, errors=_CLASH),
    Operation("post", _STOPS + "/{order_no}/restored", "The supply is back", "notices", (StopView,), StopAct, staff=True, errors=_CLASH),
    Operation("get", "/api/v1/notices", "The latest notices", "notices", (NoticeList,), query=NoticeQuery, staff=True, errors=_GONE),
    Operation("get", "/api/v1/notices/calls", "Calls to be made by a person", "notices", (CallList,), query=NoticeQuery, staff=True, errors=_GONE),
    Operation("post", "/api/v1/notices/calls/{key}/done", "A call was made", "notices", (NoticeView,), CallDone, staff=True, errors=_GONE),
    Operation("get", "/api/v1/accounts/{account_no}/notices", "What a customer wants to be told", "notices", (Choices,), staff=True, errors=_GONE),
    Operation("post", "/api/v1/accounts/{account_no}/notices", "Switch notices on or off", "notices", (Choices,), Choice, staff=True, errors=_GONE),
    Operation("post", _STAFF_TICKET + "/category", "Correct or confirm the class", "tickets", (TicketView,), CategoryRequest, staff=True, errors=_GONE),
    Operation("get", "/api/v1/classes", "Classes of complaints and repairs", "tickets", (ClassesView,), staff=True),
    Operation("get", "/api/v1/reports/orders", "Orders by class, area, step and owner", "reports", (ReportView,), query=OrdersQuery, staff=True, errors=_GONE),
    Operation("get", "/api/v1/reports/orders.xlsx", "The same as a workbook", "reports", _XLSX, query=OrdersQuery, staff=True, errors=_GONE),
    Operation("get", "/api/v1/reports/service", "Containment, first contact, hand-overs, satisfaction", "reports", (ReportView,), query=ServiceQuery, staff=True, errors=_GONE),
    Operation("get", "/api/v1/reports/service.xlsx", "The same as a workbook", "reports", _XLSX, query=ServiceQuery, staff=True, errors=_GONE),
    Operation("get", _STAFF_TICKET + "/survey", "The satisfaction survey of a ticket", "tickets", (SurveyView,), staff=True, errors=_GONE),
    Operation("post", _STAFF_TICKET + "/survey", "A score given on the phone", "tickets", (SurveyView,), SurveyAnswer, staff=True, errors=_CLASH),
    Operation("get", "/healthz", "The process is alive", "operation", (Health,)),
    Operation("get", "/readyz", "Model, index and database are ready", "operation", (Ready,), errors=_AWAY),
    Operation("get", "/metrics", "Prometheus metrics", "operation", "text/plain"),
    Operation("get", "/api/v1/openapi.json", "This document", "operation", "application/json"),
    Operation("get", "/", "The chat page", "pages", "text/html", errors=(404,)),
    Operation("get", "/elder", "The chat page in 长辈模式", "pages", "text/html", errors=(404,)),
    Operation("get", "/desk", "The agents' desk", "pages", "text/html", errors=(404,)),
    Operation("get", "/ops", "The dashboard of operation", "pages", "text/html", errors=(404,)),
    Operation("get", "/ops/kb", "The editors' page", "pages", "text/html", errors=(404,)),
    Operation("get", "/ops/flows", "The businesses as pictures", "pages", "text/html", errors=(404,)),
    Operation("get", "/ops/reports", "The page of the reports", "pages", "text/html", errors=(404,)),
)
_ABOUT = (
    "电答：供电企业客户服务助手。The web page speaks the WebSocket protocol of docs/architecture.md at `GET /ws` "
    "(staff: `/ws?staff`). Errors are RFC 9457 problem details with a stable `code`."
)


@cache
def document() -> dict[str, Any]:
    """The whole document. Built once; do not change what is returned."""
    schemas, definitions = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "电答", "version": "1", "description": _ABOUT, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {"staff": {"type": "http", "scheme": "bearer", "description": "DIANDA_STAFF_TOKEN"}},
            "responses": {str(status): _problem(status, schemas) for status in _ERRORS},
        },
    }


_Schemas = dict[tuple[type[BaseModel], str], dict[str, Any]]


def _schemas() -> tuple[_Schemas, dict[str, Any]]:
    asked = sorted(set(_models()), key=lambda pair: (pair[0].__name__, pair[1]))
    refs, top = models_json_schema(asked, ref_template=REFS)  # type: ignore[arg-type]
    return {(model, mode): ref for (model, mode), ref in refs.items()}, top.get("$defs", {})  # type: ignore[misc]


def _models() -> Iterator[tuple[type[BaseModel], str]]:
    yield Problem, "serialization"
    for operation in OPERATIONS:
        if operation.body is not None:
            yield operation.body, "validation"
        if operation.form is not None:
            yield operation.form, "validation"
        if not isinstance(operation.answers, str):
            yield from ((model, "serialization") for model in operation.answers)


def _operation(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": _name(operation),
        "summary": operation.summary,
        "tags": [operation.tag],
        "responses": {"200": _answer(operation, schemas)}
        | {str(status): {"$ref": f"#/components/responses/{status}"} for status in operation.all_errors},
    }
    parameters = [*_path_parameters(operation.path), *_query_parameters(operation.query)]
    if parameters:
        described["parameters"] = parameters
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {
                "application/json": {"schema": schemas[operation.body, "validation"]},
                **({operation.also: {"schema": {"type": "string"}}} if operation.also else {}),
            },
        }
    if operation.form is not None:
        file = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}, "required": ["file"]}
        whole = {"allOf": [schemas[operation.form, "validation"], file]}
        described["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": whole}}}
    if operation.staff:
        described["security"] = [{"staff": []}]
    return described


def _name(operation: Operation) -> str:
    words = operation.path.replace("/api/v1", "").replace(".", "/").replace("{", "").replace("}", "").split("/")
    return "_".join([operation.method, *filter(None, words)])


def _answer(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    if isinstance(operation.answers, str):
        schema: dict[str, Any] = {"type": "object"} if operation.answers == "application/json" else {"type": "string"}
        return {"description": operation.summary, "content": {kind: {"schema": schema} for kind in operation.answers.split()}}
    refs = [schemas[model, "serialization"] for model in operation.answers]
    schema = refs[0] if len(refs) == 1 else {"anyOf": refs}
    return {"description": operation.summary, "content": {"application/json": {"schema": schema}}}


def _problem(status: int, schemas: _Schemas) -> dict[str, Any]:
    return {
        "description": _ERRORS[status],
        "content": {CONTENT_TYPE: {"schema": schemas[Problem, "serialization"]}},
    }


def _path_parameters(path: str) -> Iterator[dict[str, Any]]:
    for part in path.split("/"):
        if part.startswith("{"):
            schema = {"type": "string", "minLength": 1}
            yield {"name": part[1:-1], "in": "path", "required": True, "schema": schema}


def _query_parameters(model: type[BaseModel] | None) -> Iterator[dict[str, Any]]:
    if model is None:
        return
    whole = model.model_json_schema(ref_template=REFS)
    for name, schema in whole["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in whole.get("required", ()),
            "schema": _plain(schema, whole.get("$defs", {})),
        }


def _plain(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A query parameter's schema without null (leaving it out says that) and without references."""
    if "anyOf" in schema:
        (schema,) = (choice for choice in schema["anyOf"] if choice.get("type") != "null")
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    return schema
