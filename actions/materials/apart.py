"""Looks at a file in a process of its own, with little memory and time, and nothing of the service's secrets in its reach.

Decoders of pictures and PDFs are where hostile files do their harm: what bursts or hangs here is that process alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from actions.materials.clean import Clean
from actions.materials.refused import Reason, Refused

MEMORY = 1_536 * 1024 * 1024
CPU_SECONDS = 20
SECONDS = 60.0
"""By the wall clock: a busy machine gives the work less than its own time."""

_ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def look_apart(data: bytes, *, memory: int = MEMORY, cpu_seconds: int = CPU_SECONDS) -> Clean:
    """See `clean.clean`. A file that breaks or holds up the process is refused as unsafe. Blocks: call it in a thread."""
    try:
        command = [sys.executable, "-m", "actions.materials", str(memory), str(cpu_seconds)]
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, cwd=_ROOT, env=_ENVIRONMENT, check=False)
    except subprocess.TimeoutExpired:
        raise Refused(Reason.UNSAFE) from None
    head, _, content = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        raise Refused(Reason.UNSAFE)
    told = json.loads(head)
    if "refused" in told:
        raise Refused(Reason(told["refused"]))
    return Clean(told["media_type"], content, told["pages"], told["width"], told["height"])
