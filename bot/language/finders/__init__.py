"""One module a kind of value. A finder takes the regular text and today's date and returns what it found."""

from bot.language.entities import Finder
from bot.language.finders.addresses import find_addresses
from bot.language.finders.amounts import find_amounts
from bot.language.finders.codes import find_codes
from bot.language.finders.dates import find_dates

FINDERS: list[Finder] = [find_codes, find_addresses, find_dates, find_amounts]
