"""Who the customer is: heard in what they say, kept with consent, used for hints, urgency, wording and the order of tiles."""
