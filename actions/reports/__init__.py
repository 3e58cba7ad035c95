"""Reports: what the tickets of a period teach. After the complaint-order paper (domain facts 1.1, paper 001).

    database ─┐
              ├─▶ Orders (columns, in polars) ─▶ figures ─▶ tables ─▶ terminal · xlsx · page · JSON
    CSV ──────┘        bad rows, each with its reason

Loading polars takes half a second, so it is imported where it is used by the service.

No name, phone, address or account number is in any table: customers are compared by them and then forgotten.
"""
