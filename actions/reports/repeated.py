"""The same customer with the same matter again within a window: what was called done and was not.

Known again by phone, account or address, whichever two orders share; the matter is the sub-class. Three and more are to be
escalated (domain facts 4.3).
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from actions.reports.orders import CUSTOMER, Orders
from actions.reports.tables import Table, table
from actions.reports.timing import MOST_LISTED

_BY = {"phone": "电话", "account": "户号", "address": "地址"}


def repeated(orders: Orders, window: timedelta, kind: str = "complaint") -> Table:
    """Groups of repeated orders, the most often repeated first."""
    mine = orders.tickets.filter(pl.col("kind") == kind).with_row_index("at")
    edges = pl.concat([_links(mine, name, window) for name in CUSTOMER])
    groups, listed = _groups(mine, edges)
    rows = [
        (row["first"], row["second"] or "—", row["n"], "、".join(_BY[name] for name in sorted(row["by"], key=list(_BY).index)), f"{row['begin']:%Y-%m-%d}", f"{row['last']:%Y-%m-%d}", "、".join(row["numbers"]))
        for row in listed.iter_rows(named=True)
    ]  # fmt: skip
    often = len(groups.filter(pl.col("n") >= 3))
    note = f"{window.days} 天内同一客户（电话、户号或地址相同）同一事项：{len(groups)} 组，共 {groups['n'].sum()} 件；其中 3 件以上 {often} 组，应升级处理。"
    if len(groups) > MOST_LISTED:
        note += f"只列出 {MOST_LISTED} 组。"
    return table("repeated", "重复投诉", "一级分类 二级分类 件数 相同的是 第一件 最近一件 工单", rows, note=note)


def _links(mine: pl.DataFrame, name: str, window: timedelta) -> pl.DataFrame:
    """Pairs of orders, one next after the other by the same key and matter, no further apart than `window`."""
    known = mine.filter(pl.col(name).is_not_null()).sort(name, "first", "second", "accepted")
    # In this order one next after the other of the same key and matter are neighbours.
    same = pl.all_horizontal(pl.col(key).eq_missing(pl.col(key).shift(1)) for key in (name, "first", "second"))
    near = same & ((pl.col("accepted") - pl.col("accepted").shift(1)) <= window)
    return known.select(pl.col("at").shift(1).alias("a"), pl.col("at").alias("b"), near.alias("near"), pl.lit(name).alias("by")).filter("near").drop("near")


def _groups(mine: pl.DataFrame, edges: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(all groups with `n`, `begin` and `last`; those that are listed, with all that is shown of them)."""
    a, b = edges["a"].to_numpy(), edges["b"].to_numpy()
    shape = (len(mine), len(mine))
    graph = coo_array((np.ones(len(edges), dtype=np.int8), (a, b)), shape=shape)
    _, group = connected_components(graph, directed=False)
    member = pl.Series("group", group, dtype=pl.Int64)
    by = pl.DataFrame({"group": pl.Series(group[b], dtype=pl.Int64), "by": edges["by"]}).group_by("group").agg(pl.col("by").unique())
    mine = mine.with_columns(member).join(by.select("group"), on="group", how="semi")
    counted = mine.group_by("group").agg(pl.len().alias("n"), pl.col("accepted").min().alias("begin"), pl.col("accepted").max().alias("last"))
    # What is shown is gathered of what is shown: the numbers of all the others would be put together for nothing.
    shown = counted.sort("n", "last", descending=True).head(MOST_LISTED).select("group").with_row_index("rank")
    told = mine.join(shown, on="group", how="inner").sort("accepted").group_by("group").agg(
        pl.col("first").first(), pl.col("second").first(), pl.col("no").alias("numbers"), pl.col("rank").first()
    )  # fmt: skip
    return counted, told.join(counted, on="group").join(by, on="group").sort("rank")
