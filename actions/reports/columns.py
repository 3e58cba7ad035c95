"""The columns of a ticket file (CSV), by their Chinese or English heading; docs/operations.md, "Reports", documents them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "no": ("工单号", "工单编号", "ticket_no"),
        "kind": ("类型", "业务类型", "kind"),
        "first": ("一级分类", "class"),
        "second": ("二级分类", "sub_class"),
        "area": ("区域", "城乡", "area"),
        "priority": ("优先级", "priority"),
        "status": ("状态", "status"),
        "business": ("业务", "business"),
        "owner": ("责任人", "责任单位", "owner"),
        "phone": ("联系电话", "phone"),
        "account": ("户号", "account_no"),
        "address": ("地址", "address"),
        "accepted": ("受理时间", "accepted_at"),
        "dispatched": ("派单时间", "dispatched_at"),
        "acknowledged": ("接单时间", "acknowledged_at"),
        "contacted": ("联系时间", "contacted_at"),
        "en_route": ("出发时间", "en_route_at"),
        "on_site": ("到场时间", "on_site_at"),
        "resolved": ("办结时间", "resolved_at"),
        "called_back": ("回访时间", "called_back_at"),
        "closed": ("归档时间", "closed_at"),
    }
)
REQUIRED = ("no", "first", "accepted")

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "repair": "repair", "报修": "repair", "故障报修": "repair", "complaint": "complaint", "投诉": "complaint",
        "service_request": "service_request", "服务申请": "service_request", "业务申请": "service_request",
        "consultation": "consultation", "咨询": "consultation", "业务咨询": "consultation", "opinion": "opinion", "意见": "opinion",
        "suggestion": "suggestion", "建议": "suggestion", "praise": "praise", "表扬": "praise",
        "violation_report": "violation_report", "举报": "violation_report",
    }
)  # fmt: skip
AREAS: Mapping[str, str] = MappingProxyType(
    {
        "urban": "urban", "城区": "urban", "城市": "urban", "城": "urban", "rural": "rural", "农村": "rural", "乡村": "rural", "农": "rural",
        "remote": "remote", "边远": "remote", "偏远": "remote", "边远地区": "remote",
    }
)  # fmt: skip
PRIORITIES: Mapping[str, str] = MappingProxyType(
    {"emergency": "emergency", "特急": "emergency", "urgent": "urgent", "紧急": "urgent", "normal": "normal", "一般": "normal"}
)
STATUSES: Mapping[str, str] = MappingProxyType(
    {
        "已受理": "accepted", "已派单": "dispatched", "已接单": "acknowledged", "已联系": "contacted", "已出发": "en_route",
        "已到场": "on_site", "已办结": "resolved", "已回访": "called_back", "已归档": "closed", "已撤销": "withdrawn",
        "已退回": "returned", "重新处理": "reopened", "已合并": "merged",
        **{name: name for name in (
            "accepted", "dispatched", "acknowledged", "contacted", "en_route", "on_site", "resolved", "called_back", "closed",
            "withdrawn", "returned", "reopened", "merged",
        )},
    }
)  # fmt: skip
TIME_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M")
"""Local time. A `T` in place of the blank, fractions of a second and `+08:00` at the end are taken too."""
