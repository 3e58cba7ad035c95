"""How many of what, and where: classes with their shares, areas, and what waits for a person to look at its class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl

from actions.reports.orders import Orders
from actions.reports.tables import Cell, Table, share, table
from actions.reports.words import AREA, KIND

TitleOf = Callable[[str], str]
"""A ticket's business (an intent, a variant of one, a flow's name) → its title."""


def overview(orders: Orders) -> Table:
    """All orders by kind and area."""
    rows: list[tuple[Cell, ...]] = []
    total = len(orders.tickets)
    for kind, name in KIND.items():
        here = orders.tickets.filter(pl.col("kind") == kind)
        if len(here):
            rows.append((name, len(here), share(len(here), total), *(len(here.filter(pl.col("area") == area)) for area in AREA)))
    if len(rows) > 1:
        every = (len(orders.tickets.filter(pl.col("area") == area)) for area in AREA)
        rows.append(("合计", total, share(total, total), *every))
    unknown = len(orders.tickets.filter(pl.col("area").is_null()))
    return table("overview", "总量", "类型 件数 占比 城区 农村 边远", rows, note=f"{unknown} 件没有区域。" if unknown else "")


def classes(orders: Orders) -> Table:
    """First-level classes with their share of their kind."""
    return _by(orders, "classes", "一级分类", ["kind", "first"], "类型 一级分类 件数 占比 城区 农村 边远", named=1)


def sub_classes(orders: Orders) -> Table:
    """Second-level classes with their share of their kind."""
    heads = "类型 一级分类 二级分类 件数 占比 城区 农村 边远"
    return _by(orders, "sub_classes", "二级分类", ["kind", "first", "second"], heads, named=2)


def businesses(orders: Orders, title_of: TitleOf) -> Table:
    """What was applied for and reported, by the business's own title; one that is a flow file alone is there like any other."""
    known = orders.tickets.filter(pl.col("business").is_not_null() & (pl.col("business") != ""))
    named = known.with_columns(pl.col("business").replace_strict({b: title_of(b) for b in known["business"].unique()}, return_dtype=pl.String))
    return _by(replace(orders, tickets=named), "businesses", "业务", ["kind", "business"], "类型 业务 件数 占比 城区 农村 边远", named=1)


def areas(orders: Orders) -> Table:
    """Urban, rural and remote with their share."""
    rows = [
        (name, len(here), share(len(here), len(orders.tickets)))
        for area, name in AREA.items()
        if len(here := orders.tickets.filter(pl.col("area") == area))
    ]
    return table("areas", "城区、农村、边远", "区域 件数 占比", rows, bars=1)


def review(orders: Orders) -> Table:
    """Tickets whose class a person should look at, because the classifier was not sure."""
    open_ = orders.tickets.filter(pl.col("review"))
    counted = open_.group_by("kind", "first").len().sort("kind", "first")
    rows = [(KIND[kind], first, number) for kind, first, number in counted.iter_rows()]
    return table("review", "分类待人工确认", "类型 暂定一级分类 件数", rows, bars=2, named=1)


def _by(orders: Orders, key: str, title: str, names: list[str], heads: str, *, named: int) -> Table:
    of_kind = dict(orders.tickets.group_by("kind").len().iter_rows())
    number = {area: (pl.col("area") == area).sum().alias(area) for area in AREA}
    counted = orders.tickets.group_by(names).agg(pl.len().alias("n"), *number.values())
    counted = counted.sort("kind", pl.col("n"), *names[1:], descending=[False, True, *(False for _ in names[1:])], nulls_last=True)
    rows = [
        (KIND[row["kind"]], *(row[name] or "—" for name in names[1:]), row["n"], share(row["n"], of_kind[row["kind"]]), *(row[a] for a in AREA))
        for row in counted.iter_rows(named=True)
    ]
    return table(key, title, heads, rows, bars=len(names), named=named, note="占比是占同类型工单。")
