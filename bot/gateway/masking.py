"""Personal data out of logs and metrics: numbers, names and house numbers are struck out, the sense stays.

Masking errs on the side of too much: a log is for finding faults, the customer's words are in the
(encrypted) database for whoever may read them. The last digits of a phone are part of what verifies a
customer, so nothing of a number's tail survives.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

_DIGIT = "0-9０-９"
_SPOKEN = "零〇一二三四五六七八九幺两洞拐勾"
# Digits may be grouped by blanks, dashes or dots: 138-0013-8000, 3201 5566 77.
_GAP = r"[ \t　\-－—–·.]{0,2}"
_ROAD = "路街道巷弄里村镇乡组屯庄苑园寓厦区楼"
_HOUSE_UNITS = "号院|号楼|号|弄|支弄|栋|幢|座|单元|梯|室|层|楼|户|房|组|#"
_HAN = r"㐀-鿿"

# A ticket number (letters, date, sequence) names nobody and is what an operator searches for.
_TICKET = r"(?<![A-Za-z0-9])[A-Z]{2}20\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{6,8}(?!\d)"
_DATE = r"(?<![0-9])20\d\d-[01]\d-[0-3]\d(?!\d)"
_NUMBER = re.compile(
    rf"(?P<kept>{_TICKET}|{_DATE})|(?P<digits>[{_SPOKEN}{_DIGIT}](?:{_GAP}[{_SPOKEN}{_DIGIT}]){{6,}}(?:{_GAP}[XxＸｘ])?)"
)
_NAME = re.compile(
    rf"(我叫|我的名字(?:叫|是)|名字(?:叫|是|:|：)?|姓名(?:是|叫|:|：)?|联系人(?:是|叫|:|：)?|户主(?:是|叫|:|：)|称呼我|免贵姓|我姓)"
    rf"([ \t　]*)([{_HAN}](?:[·•]?[{_HAN}]){{0,7}})"
)
_HOUSE = re.compile(
    rf"(?<=[{_ROAD}])((?:第?[{_DIGIT}A-Za-z一二三四五六七八九十百〇零]{{1,6}}(?:{_HOUSE_UNITS}|[-－—]))+[{_DIGIT}A-Za-z]{{0,5}}"
    rf"(?:[{_HAN}]{{0,8}}?(?:[{_DIGIT}A-Za-z一二三四五六七八九十百〇零]{{1,6}}(?:{_HOUSE_UNITS}|[-－—]))+[{_DIGIT}A-Za-z]{{0,5}})*)"
)
_MAIL = re.compile(r"[\w.+-]+@(?=[\w-]+\.)")
STRUCK = "***"


def mask(text: str) -> str:
    """Return `text` with phones, account, id and card numbers, names and addresses below road level struck out.

    Idempotent: masking twice changes nothing more. Ticket numbers and dates are kept.
    """
    for pattern, replace in _RULES:
        text = pattern.sub(replace, text)
    return text


def _number(found: re.Match[str]) -> str:
    """Two leading characters tell a phone from an account number; the rest would tell whose it is."""
    return found["kept"] or found["digits"][:2] + STRUCK


def _name(found: re.Match[str]) -> str:
    return found[1] + found[2] + STRUCK


def _struck(_: re.Match[str]) -> str:
    return STRUCK


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_MAIL, lambda _: STRUCK + "@"),
    (_HOUSE, _struck),
    (_NUMBER, _number),
    (_NAME, _name),
)


class MaskingFilter(logging.Filter):
    """A logging filter that masks the finished message of every record, whoever wrote it.

    Attach it to handlers, not loggers: a handler's filter also sees the records of child loggers.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace message and arguments by the masked text; never drops a record."""
        try:
            record.msg, record.args = mask(record.getMessage()), None
        except (TypeError, ValueError):  # a badly formatted log call must not lose the line
            record.msg, record.args = mask(str(record.msg)), None
        if record.exc_info and not record.exc_text:
            record.exc_text = mask(logging.Formatter().formatException(record.exc_info))
        return True


def set_up_logging(level: str = "info") -> None:
    """Send all logs to stderr, masked, one line a record: `time level logger message`."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s %(message)s"))
    handler.addFilter(MaskingFilter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
