"""The HTTP server around the application: what cannot even be parsed is refused with a problem document too."""

from __future__ import annotations

import logging
from http import HTTPStatus

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from bot.gateway.middleware.problems import problem_response
from bot.gateway.problems import BadRequestError, InternalError

log = logging.getLogger("dianda.gateway")


class Runner(web.AppRunner):
    """aiohttp's runner with its access log off (ours masks) and problem documents for broken HTTP.

    Middlewares see only requests that could be read; a broken request line or header ends in the protocol itself.
    """

    def __init__(self, app: web.Application, *, shutdown_timeout: float = 5.0) -> None:
        super().__init__(app, access_log=None, handle_signals=False, shutdown_timeout=shutdown_timeout)

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        # aiohttp has no way to name the protocol class; this is its one place of making.
        server.__class__ = _Server
        return server


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        return _Protocol(self, loop=self._loop, **self._kwargs)


class _Protocol(RequestHandler):
    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what aiohttp itself could not handle; the connection is closed afterwards."""
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            # Anybody can send nonsense: not worth a traceback, and its bytes do not belong into a log.
            log.info("unreadable request from %s: %s", request.remote, type(exc).__name__)
        else:
            log.error("request from %s failed", request.remote, exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("part of an answer is sent already")
        response = problem_response(BadRequestError() if status < HTTPStatus.INTERNAL_SERVER_ERROR else InternalError())
        response.force_close()
        return response
