"""`/api/v1/kb/…`, for staff: articles, hit test, versions, gaps; and the service's own knowledge exchanged on demand."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from bot.gateway.editors import BusyError, EditorDesk
from bot.gateway.middleware.auth import require_staff
from bot.gateway.middleware.kinds import REQUEST_ID
from bot.gateway.problems import ConflictError, NotFoundError
from bot.gateway.reading import as_json, path_part, plain, read_body, read_query
from bot.gateway.routes.adding import add as add_route
from bot.gateway.schemas_kb import (
    ArticleQuery,
    CheckRequest,
    GapQuery,
    HitTestQuery,
    PublishRequest,
    RollbackRequest,
    SaveRequest,
)
from bot.gateway.services import SERVICES
from knowledge_base.errors import NotPublishable, StaleArticle, UnknownArticle

log = logging.getLogger("dianda.knowledge")
audit = logging.getLogger("dianda.audit")


def add(app: web.Application) -> None:
    """Add the routes of this module."""
    add_route(app, "GET", "/api/v1/kb/status", status)
    add_route(app, "GET", "/api/v1/kb/articles", articles)
    add_route(app, "GET", "/api/v1/kb/articles/{topic}", article)
    add_route(app, "GET", "/api/v1/kb/articles/{topic}/file", file)
    add_route(app, "POST", "/api/v1/kb/articles/{topic}/file", save)
    add_route(app, "POST", "/api/v1/kb/articles/{topic}/check", check)
    add_route(app, "GET", "/api/v1/kb/hit-test", hit_test)
    add_route(app, "GET", "/api/v1/kb/history", history)
    add_route(app, "GET", "/api/v1/kb/diff", diff)
    add_route(app, "GET", "/api/v1/kb/gaps", gaps)
    add_route(app, "POST", "/api/v1/kb/publish", publish)
    add_route(app, "POST", "/api/v1/kb/rollback", rollback)
    add_route(app, "POST", "/api/v1/knowledge/reload", reload)


async def status(request: web.Request) -> web.Response:
    """What is served, and how the latest publishing goes."""
    return _status(_desk(request))


async def articles(request: web.Request) -> web.Response:
    """The articles in force, by topic; with `q` those in which all its words occur."""
    desk, query = _desk(request), read_query(request, ArticleQuery)
    found = await asyncio.to_thread(desk.articles, query.q)
    shown = [
        {"topic": a.topic, "group": a.group, "title": a.title, "answer": a.answer, "region": a.region,
         "valid_from": str(a.valid_from), "valid_to": a.valid_to and str(a.valid_to), "questions": len(a.questions)}
        for a in found
    ]  # fmt: skip
    return as_json({"articles": shown})


async def article(request: web.Request) -> web.Response:
    """One article, whole, as it is served."""
    desk = _desk(request)
    found = await asyncio.to_thread(desk.live.article, path_part(request, "topic"))
    if found is None:
        raise NotFoundError("unknown_topic")
    return as_json(plain(found))


async def file(request: web.Request) -> web.Response:
    """An article as it is written, in the folder that publishing takes."""
    desk = _desk(request)
    try:
        return as_json(plain(await asyncio.to_thread(desk.files.read, path_part(request, "topic"))))
    except UnknownArticle:
        raise NotFoundError("unknown_topic") from None


async def check(request: web.Request) -> web.Response:
    """What a text would be as this article: its faults, and how a customer would see it. Nothing is saved."""
    desk, wanted = _desk(request), await read_body(request, CheckRequest)
    try:
        return as_json(plain(await asyncio.to_thread(desk.files.check, path_part(request, "topic"), wanted.text)))
    except UnknownArticle:
        raise NotFoundError("unknown_topic") from None


async def save(request: web.Request) -> web.Response:
    """Save a text without faults; it is served once it is published."""
    desk, wanted, topic = _desk(request), await read_body(request, SaveRequest), path_part(request, "topic")
    try:
        written = await asyncio.to_thread(desk.files.save, topic, wanted.text, wanted.stamp)
    except UnknownArticle:
        raise NotFoundError("unknown_topic") from None
    except StaleArticle:
        raise ConflictError(detail="这篇文章刚被别人改过，请重新打开再改。") from None
    except NotPublishable as error:
        raise ConflictError(detail=f"有 {len(error.problems)} 处问题，没有保存，请先预览、改正。") from None
    except OSError:
        log.exception("an article cannot be saved")
        raise ConflictError(detail="文章所在的文件夹不能写，没有保存，请联系管理员。") from None
    audit.info("staff saved the article %s, request %s", topic, request[REQUEST_ID])
    return as_json(plain(written))


async def hit_test(request: web.Request) -> web.Response:
    """Ranks of a question in every signal."""
    desk, query = _desk(request), read_query(request, HitTestQuery)
    return as_json(plain(await asyncio.to_thread(desk.hit_test, query.q, query.k)))


async def history(request: web.Request) -> web.Response:
    """Versions, oldest first, and what was done with them, latest first."""
    versions, events = await asyncio.to_thread(_desk(request).history)
    return as_json({"versions": [v.to_json() for v in versions], "events": [e.to_json() for e in events]})


async def diff(request: web.Request) -> web.Response:
    """What publishing now would change."""
    changes = await asyncio.to_thread(_desk(request).changes)
    return as_json({"changes": [change.to_json() for change in changes]})


async def gaps(request: web.Request) -> web.Response:
    """What was asked and not answered, grouped by meaning."""
    desk, query = _desk(request), read_query(request, GapQuery)
    return as_json({"gaps": plain(await asyncio.to_thread(desk.gaps, query.days))})


async def publish(request: web.Request) -> web.Response:
    """Begin publishing; the status tells how it goes."""
    desk, wanted = _desk(request), await read_body(request, PublishRequest)
    return _begin(request, desk, "publish", wanted.author, wanted.reason)


async def rollback(request: web.Request) -> web.Response:
    """Begin going back to an earlier version."""
    desk, wanted = _desk(request), await read_body(request, RollbackRequest)
    return _begin(request, desk, "rollback", wanted.author, wanted.reason, wanted.version)


async def reload(request: web.Request) -> web.Response:
    """Serve the current version now, not at the next look; the answer tells which that is."""
    desk = _desk(request)
    await asyncio.to_thread(desk.live.refresh, now=True)
    return _status(desk)


def _desk(request: web.Request) -> EditorDesk:
    require_staff(request)
    desk = request.app[SERVICES].editors
    if desk is None:  # a gateway over another knowledge base than ours
        raise NotFoundError
    return desk


def _begin(request: web.Request, desk: EditorDesk, action: str, author: str, reason: str, version: str = "") -> web.Response:
    try:
        desk.begin(action, author, reason, version)
    except BusyError:
        raise ConflictError(detail="正在发布或回退，请等它完成。") from None
    audit.info("staff began to %s the knowledge base, request %s", action, request[REQUEST_ID])
    return _status(desk)


def _status(desk: EditorDesk) -> web.Response:
    served = desk.live.served
    return as_json({
        "version": served.version.to_json() if served.version else None,
        "articles": len(served.base.topics),
        "problem": desk.live.problem,
        "work": plain(desk.work),
    })  # fmt: skip
