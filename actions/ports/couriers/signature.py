"""The signature of a webhook: that it is from us, unchanged, and of now.

`Dianda-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>." + body>`. The time is signed with the body, so that a call
overheard once cannot be played again later.
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime, timedelta

HEADER = "Dianda-Signature"
TOLERANCE = timedelta(minutes=5)
_FORM = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def sign(secret: bytes, body: bytes, at: datetime) -> str:
    """The header's value for `body`, sent at `at` (aware)."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(secret, seconds, body)}"


def verify(secret: bytes, header: str, body: bytes, now: datetime, tolerance: timedelta = TOLERANCE) -> bool:
    """Whether `header` is the signature of `body` by the owner of `secret`, made within `tolerance` of `now`. For receivers."""
    found = _FORM.fullmatch(header)
    if found is None:
        return False
    seconds = int(found[1])
    fresh = abs(now.timestamp() - seconds) <= tolerance.total_seconds()
    return hmac.compare_digest(_digest(secret, seconds, body), found[2]) and fresh


def _digest(secret: bytes, seconds: int, body: bytes) -> str:
    return hmac.new(secret, f"{seconds}.".encode() + body, "sha256").hexdigest()
