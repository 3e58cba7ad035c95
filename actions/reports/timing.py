"""How long the steps take, and what was late: per step, in all, by sub-class, and what is about to be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import polars as pl

from actions.desk.clock import SHANGHAI
from actions.reports.orders import Orders
from actions.reports.tables import Table, share, table
from actions.reports.words import KIND, STAGE, STEP, lasting

MOST_LISTED = 200
_WHOLE = {"complaint": ("total",)}
"""Whose lateness makes an order late: of a complaint the whole (paper 001), of the others any step."""

_STAGES = (
    ("dispatched", ("accepted",)),
    ("acknowledged", ("dispatched",)),
    ("contacted", ("acknowledged",)),
    ("on_site", ("acknowledged",)),
    ("resolved", ("on_site", "contacted", "acknowledged")),
    ("called_back", ("resolved",)),
)
"""A stage of the work and the steps it may count from, the first that was taken."""


class Timing:
    """The times of some tickets, judged at `now` (aware)."""

    def __init__(self, orders: Orders, now: datetime) -> None:
        self.now = now.astimezone(SHANGHAI).replace(tzinfo=None)
        end = pl.coalesce("end", pl.lit(self.now))
        self.steps = orders.steps.join(
            orders.tickets.select("no", "kind", "first", "second", "owner"), on="no", how="inner"
        ).with_columns((end > pl.col("due")).alias("late"))
        ended = pl.coalesce("called_back", "closed")
        self.tickets = orders.tickets.with_columns((ended - pl.col("accepted")).dt.total_seconds().alias("lasted"))
        decisive = pl.lit(False)
        for kind in KIND:
            steps = _WHOLE.get(kind)
            decisive = decisive | ((pl.col("kind") == kind) & (pl.col("step").is_in(steps) if steps else pl.lit(True)))
        late = self.steps.filter(decisive & pl.col("late")).select("no").unique()
        self.late = self.tickets.join(late, on="no", how="semi")
        """The orders that are late."""

    def stages(self) -> Table:
        """How long each stage of the work takes, whether it has a limit or not."""
        rows = []
        for name, starts in _STAGES:
            length = (pl.col(name) - pl.coalesce(starts)).dt.total_seconds()
            lasted = self.tickets.select(length.alias("s")).drop_nulls()["s"]
            lasted = lasted.filter(lasted >= 0)
            if len(lasted):
                rows.append((STAGE[name], len(lasted), lasting(_mean(lasted)), lasting(_middle(lasted)), lasting(lasted.max())))  # type: ignore[arg-type]
        return table("stages", "各环节历时", "环节 件数 平均 中位 最长", rows, note="按时钟计；没有走到的环节不计。")

    def limits(self) -> Table:
        """Per step with a limit: how many, how many late, and by how much."""
        rows = []
        for (kind, step), group in _groups(self.steps, "kind", "step"):
            late = group.filter(pl.col("late"))
            beyond = (pl.coalesce(late["end"], pl.Series([self.now] * len(late), dtype=pl.Datetime("us"))) - late["due"]) if len(late) else None
            excess = None if beyond is None else _mean(pl.select(beyond).to_series().dt.total_seconds())
            lasted = (group["end"] - group["start"]).drop_nulls().dt.total_seconds()
            rows.append((KIND[kind], STEP.get(step, step), len(group), lasting(_mean(lasted)), len(late), share(len(late), len(group)), lasting(excess)))
        return table(
            "limits", "时限与超时", "类型 时限 件数 平均历时 超时 超时率 平均超出", rows,
            note="期限按工作日历和地区计算，暂停的时间不算；平均超出按时钟计，未完成的算到现在。", bars=4, named=1,
        )  # fmt: skip

    def whole(self) -> Table:
        """The whole of the orders, by kind."""
        rows = []
        for (kind,), group in _groups(self.tickets, "kind"):
            lasted = group["lasted"].drop_nulls()
            late = self.late.filter(pl.col("kind") == kind)
            rows.append((KIND[kind], len(group), len(lasted), lasting(_mean(lasted)), lasting(_middle(lasted)), len(late), share(len(late), len(group))))
        return table(
            "whole", "全程", "类型 件数 已办完 平均总时长 中位 超期 超期率", rows,
            note="总时长从受理到回访结束。投诉按总时限判断超期，其他类型任一步超时即为超期。",
        )  # fmt: skip

    def late_by_class(self) -> Table:
        """What the late orders are about."""
        names = ["kind", "first", "second"]
        every = self.tickets.group_by(names).agg(pl.len().alias("all"))
        counted = self.late.group_by(names).agg(pl.len().alias("late")).join(every, on=names, nulls_equal=True)
        rows = [
            (KIND[kind], first, second or "—", late, share(late, len(self.late)), share(late, number))
            for kind, first, second, late, number in counted.iter_rows()
        ]
        rows.sort(key=lambda row: (-int(row[3]), row[1], row[2]))
        return table("late_by_class", "超期工单的分类", "类型 一级分类 二级分类 超期 占超期 占本类", rows, bars=3, named=2)

    def near(self) -> Table:
        """Open limits of which 80 % or more is used, the nearest first; those already late are not among them."""
        near = self.steps.filter(pl.col("end").is_null() & ~pl.col("late") & (pl.col("warn") <= self.now)).sort("due", "no")
        rows = [
            (no, KIND[kind], second or first, STEP.get(step, step), f"{due:%Y-%m-%d %H:%M}", lasting((due - self.now).total_seconds()), owner or "—")
            for no, kind, first, second, step, due, owner in near.select("no", "kind", "first", "second", "step", "due", "owner").head(MOST_LISTED).iter_rows()
        ]  # fmt: skip
        rest = f"共 {len(near)} 项，只列出最紧的 {MOST_LISTED} 项。" if len(near) > MOST_LISTED else ""
        return table("near", "临近超时（已用 80 % 以上）", "工单 类型 分类 时限 期限 剩余 责任人", rows, note=rest)

    def owners(self) -> Table:
        """Per owner: how many, how long, how many late."""
        number = pl.len().alias("n"), pl.col("lasted").count().alias("done"), pl.col("lasted").sum().alias("seconds")
        late = self.late.group_by("owner").agg(pl.len().alias("late"))
        steps = self.steps.filter("late").group_by("owner").agg(pl.len().alias("steps"))
        counted = self.tickets.group_by("owner").agg(*number)
        for more in (late, steps):
            counted = counted.join(more, on="owner", how="left", nulls_equal=True)
        rows = [
            (owner or "未分派", n, done, lasting(seconds / done if done else None), late_, share(late_, n), steps_)
            for owner, n, done, seconds, late_, steps_ in counted.fill_null(0).with_columns(counted["owner"]).iter_rows()
        ]
        rows.sort(key=lambda row: (-int(row[1]), str(row[0])))
        rest = f"共 {len(rows)} 人，只列出件数最多的 {MOST_LISTED} 人。" if len(rows) > MOST_LISTED else ""
        return table("owners", "按责任人", "责任人 件数 已办完 平均总时长 超期 超期率 超时环节", rows[:MOST_LISTED], note=rest, bars=1)


def _groups(frame: pl.DataFrame, *names: str) -> Iterator[tuple[tuple[str, ...], pl.DataFrame]]:
    """Groups in the order of their names."""
    parts = frame.partition_by(*names, as_dict=True, include_key=True)
    yield from sorted(parts.items(), key=lambda item: tuple(str(key or "") for key in item[0]))


def _mean(seconds: pl.Series) -> float | None:
    """The exact mean: a sum of whole seconds, divided once."""
    return None if not len(seconds) else int(seconds.sum()) / len(seconds)


def _middle(seconds: pl.Series) -> float | None:
    middle = seconds.median()
    return None if middle is None else float(middle)  # type: ignore[arg-type]
