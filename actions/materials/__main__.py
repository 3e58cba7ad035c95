"""The process that looks at one file: bytes in; out come a line of JSON and, when it is taken, the file made anew.

`python -m actions.materials MEMORY CPU_SECONDS`: it binds itself before it loads a decoder or reads a byte.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

from actions.materials.refused import Reason, Refused


def bind(memory: int, cpu_seconds: int) -> None:
    """Take no more than this from now on; write no file, leave no image of the memory."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main() -> None:
    """Read, look, write."""
    bind(int(sys.argv[1]), int(sys.argv[2]))
    from actions.materials.clean import clean  # under the limits already

    head: dict[str, Any]
    data = sys.stdin.buffer.read()
    try:
        made = clean(data)
    except Refused as refused:
        head, content = {"refused": refused.reason.value}, b""
    except (MemoryError, RecursionError):
        head, content = {"refused": Reason.UNSAFE.value}, b""
    else:
        head = {"media_type": made.media_type, "pages": made.pages, "width": made.width, "height": made.height}
        content = made.content
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + content)


if __name__ == "__main__":
    main()
