"""Rasa's process: ``python -m bot.assistant serve|train …``, in Rasa's own environment.

The same as ``rasa run`` and ``rasa train`` with our configuration, without what those commands import beside it
(:mod:`bot.assistant.absent`) and with kept connections to the action webhook.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from pathlib import Path
from typing import Any

from bot.assistant.absent import leave_out

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m bot.assistant")
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="serve a trained model on this machine only")
    serving.add_argument("--model", type=Path, required=True)
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, required=True)
    training = commands.add_parser("train", help="train understanding and dialogue policy")
    training.add_argument("--data", type=Path, nargs="+", required=True)
    training.add_argument("--out", type=Path, required=True)
    training.add_argument("--name", required=True)
    wanted = parser.parse_args()
    leave_out(HERE / "config.yml")
    keep_quiet()
    if wanted.command == "serve":
        serve(wanted.model, wanted.host, wanted.port)
    else:
        sys.exit(train(wanted.data, wanted.out, wanted.name))


def keep_quiet() -> None:
    """Warnings and worse only, of Rasa's own log errors only: its lines carry what customers say."""
    from rasa.utils.log_utils import configure_structlog

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    configure_structlog(logging.ERROR)


def serve(model: Path, host: str, port: int) -> None:
    """Answer turns until told to stop. ``/webhooks/dianda/ready`` says 503 while the model is loading."""
    from rasa.core.agent import load_agent
    from rasa.core.channels.channel import register
    from rasa.core.utils import AvailableEndpoints
    from sanic import Sanic

    from bot.assistant.channel import DiandaChannel
    from bot.assistant.graph import run_straight
    from bot.assistant.webhook import KeptConnection, check_answers_briefly, remember_event_types
    from bot.language.ruler import ruler

    check_answers_briefly()
    remember_event_types()
    run_straight()
    endpoints = AvailableEndpoints.read_endpoints(str(HERE / "endpoints.yml"))
    endpoints.action = KeptConnection.of(endpoints.action)
    app = Sanic("dianda_assistant", configure_logging=False)
    app.ctx.agent = None
    register([DiandaChannel()], app, route="/webhooks/")

    async def load(app: Any, loop: asyncio.AbstractEventLoop) -> None:
        app.ctx.agent = await load_agent(model_path=str(model), endpoints=endpoints, loop=loop)
        # spaCy is opened behind the readiness, so that neither the start nor the first customer waits for it.
        loop.run_in_executor(None, ruler)

    async def let_go(app: Any, loop: asyncio.AbstractEventLoop) -> None:
        await endpoints.action.close()

    app.register_listener(load, "before_server_start")
    app.register_listener(let_go, "after_server_stop")
    app.run(host=host, port=port, workers=1, access_log=False, debug=False)


def train(data: list[Path], out: Path, name: str) -> int:
    """Train on `data` into ``out/name.tar.gz``; the exit code."""
    from rasa.model_training import train as rasa_train

    # Rasa's cache carries state between interpreters and configurations: always from the sources.
    result = rasa_train(
        domain=str(HERE / "domain"),
        config=str(HERE / "config.yml"),
        training_files=[str(path) for path in data],
        output=str(out),
        force_training=True,
        fixed_model_name=name,
    )
    return 0 if result.model else int(result.code or 1)


if __name__ == "__main__":
    main()
