"""What short sentences were understood as: 你好, 转人工 and 电费怎么交 come all day, and mean the same each time.

Only sentences in which no value was found are remembered, so that nobody's number, name or place lies about, and only for
the day, by which dates are read. Not shared between threads.
"""

from __future__ import annotations

import copy
import re
from collections import OrderedDict
from datetime import date, datetime
from typing import Any, Callable, Dict, List, Optional
from zoneinfo import ZoneInfo

LONGEST = 16
MOST = 4096
_DIGIT = re.compile(r"\d|[一二三四五六七八九零幺〇]{3}")
_CHINA = ZoneInfo("Asia/Shanghai")

Understood = Dict[str, Any]


class HeardBefore:
    """The sentences understood last, least recently heard forgotten first."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Understood] = OrderedDict()
        self._day: Optional[date] = None

    def through(self, texts: List[str], understand: Callable[[List[str]], List[Understood]]) -> List[Understood]:
        """What `understand` makes of the texts, asked only for those that are not remembered."""
        self._forget_yesterday()
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        fresh = dict(zip(new, understand(new), strict=True)) if new else {}
        results = []
        for text in texts:
            if text in self._known:
                self._known.move_to_end(text)
            results.append(copy.deepcopy(self._known[text] if text in self._known else fresh[text]))
        for text, understood in fresh.items():
            if len(text) <= LONGEST and not understood["entities"] and not _DIGIT.search(text):
                self._known[text] = copy.deepcopy(understood)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return results

    def _forget_yesterday(self) -> None:
        today = datetime.now(_CHINA).date()
        if today != self._day:
            self._known.clear()
            self._day = today
