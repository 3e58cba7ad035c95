"""The quarter of the complaint-order paper (domain facts 1.1, paper 001) as a file: its counts, and times that give its figures."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

HEADS = ["工单号", "类型", "一级分类", "二级分类", "区域", "受理时间", "派单时间", "接单时间", "联系时间", "办结时间", "回访时间", "责任人", "联系电话", "地址"]
# 378 orders: 131 of them service (34.66 %), 118 business (31.22 %).
CLASSES = (
    ("服务投诉", "服务行为", 90), ("服务投诉", "服务渠道", 41), ("营业投诉", "抄表催费", 70), ("营业投诉", "电能计量", 48),
    ("停送电投诉", "抢修服务", 60), ("供电质量投诉", "电压质量", 39), ("电网建设投诉", "电力施工", 30),
)  # fmt: skip
LATE = {"服务行为": 10, "抄表催费": 8, "电能计量": 5, "抢修服务": 5}
"""28 over the limit of the whole."""


def rows() -> list[list[str]]:
    """378 records, accepted at 9:00 on working days of the third quarter of 2026."""
    made: list[list[str]] = []
    number = 0
    for first, second, count in CLASSES:
        for nth in range(count):
            # Mondays: five working days end on the next Monday, 17:30.
            accepted = datetime(2026, 7, 6, 9, 0) + timedelta(weeks=number % 11)
            late = nth < LATE.get(second, 0)
            done = accepted + timedelta(days=8 if late else 4, hours=2)
            times = [accepted, accepted + timedelta(minutes=10), accepted + timedelta(hours=1), accepted + timedelta(hours=20), done, done + timedelta(hours=3)]
            number += 1
            made.append([
                f"TS{number:06d}", "投诉", first, second, "城区" if number <= 152 else "农村",
                *(f"{at:%Y-%m-%d %H:%M:%S}" for at in times), f"承办{number % 7}", f"138{number:08d}", f"某镇某村{number}号",
            ])  # fmt: skip
    return made


def write(path: Path, records: list[list[str]], encoding: str = "utf-8-sig") -> Path:
    """A file as a spreadsheet saves it."""
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows([HEADS, *records])
    return path
