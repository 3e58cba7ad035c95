"""Where the danger is: whatever is said of a place is enough to send somebody; how near it is, is told along."""

from __future__ import annotations

import re

from actions.desk.customers import Account
from actions.handlers.areas import read_area
from actions.handlers.danger.heard import danger_words
from actions.handlers.forms.heard import ASKS
from actions.handlers.forms.said import Said
from bot.language.addresses import read_address
from bot.language.normalise import normalise

_LONGEST = 40
_LEADING = re.compile(r"^(?:哎呀?|喂|快|就|那个|这个|我?在|地址是?|地点是?|出事的?地方是?|[,，。!！、 ])+")


def place_said(said: Said, *, asked: bool, tells: bool) -> str | None:
    """The place in these words, or None. ``asked``: a place was asked for; ``tells``: the words already tell something else."""
    if said.pressed:
        return None
    found = said.value("address") or (read_address(said.words) if asked else None)
    if found or not asked or tells or not said.words:
        return found
    words = normalise(said.words).text
    vague = len(words) <= _LONGEST and danger_words().says(words, "places") and not ASKS.search(words)
    return (_LEADING.sub("", words) or words) if vague else None


def is_vague(place: str) -> bool:
    """Whether nobody could drive there by this place alone: it names no road, estate or village."""
    return read_area(place) is None


def whole(place: str, account: Account | None) -> str:
    """A place at 我家, with the address of the account that the customer has shown to be his."""
    if account is None or not re.search(danger_words().file.mine, place) or account.address in place:
        return place
    return f"{account.address}（{place}）"
