"""A utility's customer system by the book (docs/systems.md), over the demo utility; and on a bad day."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from actions.desk.clock import SHANGHAI
from actions.ports.couriers.signature import HEADER, verify
from actions.ports.http.line import signed
from actions.ports.memory import MemoryCustomers

SECRET = "a secret of the tests"


@dataclass
class Faults:
    """What goes wrong, one question after the other; then it works. `asked` counts the questions."""

    queue: list[str] = field(default_factory=list)
    asked: int = 0
    unsigned: int = 0


def plain(value: Any) -> Any:
    """A dataclass as the contract writes it."""
    fields = {**asdict(value)}
    return {name: _cell(each) for name, each in fields.items()}


def _cell(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def answer(customers: MemoryCustomers, path: str, body: bytes) -> Any:
    """What the system says; None is 404."""
    parts = urlsplit(path)
    names = [unquote(part) for part in parts.path.strip("/").split("/")]
    if names == ["accounts", "search"]:
        return {"accounts": [plain(each) for each in customers.find_accounts(json.loads(body)["phone"])]}
    account = customers.account(names[1])
    if account is None:
        return None
    if names[2:] == ["bills"]:
        return {"account_no": names[1], "bills": [plain(each) for each in reversed(customers.bills(names[1]))]}
    if names[2:] == ["payments"]:
        return {"account_no": names[1], "payments": [plain(each) for each in customers.payments(names[1])]}
    if names[2:] == ["similar"]:
        month = parse_qs(parts.query)["month"][0]
        found = customers.similar_usage(names[1], month)
        return None if found is None else {"account_no": names[1], "month": month, **plain(found)}
    return plain(account)


@contextmanager
def customer_system(customers: MemoryCustomers, *faults: str) -> Iterator[tuple[str, Faults]]:
    """It, on a loopback port; yields its base address."""
    bad = Faults(list(faults))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(OSError):
                self._answer("GET")

        def do_POST(self) -> None:
            with suppress(OSError):
                self._answer("POST")

        def _answer(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            bad.asked += 1
            path = self.path.removeprefix("/v1")
            if not verify(SECRET.encode(), self.headers.get(HEADER, ""), signed(method, path, body), datetime.now(SHANGHAI)):
                bad.unsigned += 1
                self._send(401, b"")
                return
            fault = bad.queue.pop(0) if bad.queue else ""
            said = answer(customers, path, body)
            raw = b"" if said is None else json.dumps(said, ensure_ascii=False).encode()
            if fault == "hang up":
                self.connection.close()
            elif fault == "stall":
                time.sleep(2)
            elif fault == "drip":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
                for _ in range(40):
                    self.wfile.write(b" ")
                    time.sleep(0.05)
            elif fault == "twice":
                self._send(200, raw)
                self._send(200, raw)
            elif fault == "endless":
                self._send(200, b"[" + b"1," * 700_000 + b"1]")
            elif fault.isdigit():
                self._send(int(fault), raw)
            elif fault:
                self._send(200, fault.encode())
            else:
                self._send(404 if said is None else 200, raw)

        def _send(self, status: int, raw: bytes) -> None:
            self.wfile.write(b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(raw)) + raw)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", bad
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
