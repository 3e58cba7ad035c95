"""One module a kind of value. A finder takes the regular text and today's date and returns what it found."""

from bot.language.finders.addresses import find_addresses
from bot.language.finders.amounts import find_amounts
from bot.language.finders.appliances import find_appliances
from bot.language.finders.codes import find_codes
from bot.language.finders.dates import find_dates
from bot.language.finders.names import find_names
from bot.language.found import Finder

# In the order of certainty: a later finder must not claim what an earlier one has taken. Addresses come before dates and
# amounts, because 赵庄12号 is no day and 三元里 no money.
FINDERS: list[Finder] = [find_codes, find_addresses, find_dates, find_amounts, find_names, find_appliances]
