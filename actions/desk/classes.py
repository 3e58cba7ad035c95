"""The classes of complaints and repairs, and what a classifier says of a ticket.

Names: domain facts 4.3 (complaints, five first levels of paper 001) and 4.4 (faults).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from actions.desk.categories import classify as by_rules
from actions.desk.tickets import Kind

CLASSES: Mapping[Kind, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        Kind.COMPLAINT: MappingProxyType(
            {
                "服务投诉": ("服务行为", "服务渠道", "充电服务"),
                "营业投诉": ("业扩报装", "用电变更", "抄表催费", "电费电价", "电能计量", "业务收费"),
                "停送电投诉": ("停送电信息公告", "停电计划执行", "抢修服务", "停电问题"),
                "供电质量投诉": ("电压质量", "供电可靠性"),
                "电网建设投诉": ("电力施工", "供电设施", "供电能力", "施工人员"),
            }
        ),
        Kind.REPAIR: MappingProxyType(
            {
                "低压故障": ("一户停电", "多户停电", "低压线路", "进户装置", "公共设备"),
                "高压故障": ("高压线路", "变电设备"),
                "电能质量故障": ("电压低", "电压高", "电压波动"),
                "计量故障": ("电能表",),
                "客户内部故障": ("居民内部故障",),
                "充电设施故障": ("充电桩",),
                "非电力故障": ("其他单位设施",),
            }
        ),
    }
)
"""Kind → first level → second levels. Kinds that are not in it are not classified."""

SURE = 0.6
"""Below this confidence of the first level a person looks. Cross-validated: nine of ten complaints are above it, 94 % of
those right; below it half are wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """What a classifier says: the category, how sure of its first level (0–1; None by rules, which do not know), is it urgent."""

    category: tuple[str, ...] = ()
    confidence: float | None = None
    urgent: bool = False

    @property
    def review(self) -> bool:
        """Whether a person is to look at the category."""
        return self.confidence is not None and self.confidence < SURE


class Rules:
    """The `Classifier` that needs no training: keywords, first match wins (`categories`)."""

    def classify(self, kind: Kind, text: str) -> Classified:
        """See `ports.classifier.Classifier`."""
        return Classified(category=by_rules(kind, text))


def is_class(kind: Kind, category: tuple[str, ...]) -> bool:
    """Whether these are a first and a second level of the kind."""
    first, second = category if len(category) == 2 else ("", "")
    return second in CLASSES.get(kind, {}).get(first, ())
