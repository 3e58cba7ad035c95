"""Words of the reports' tables, for staff."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

KIND: Mapping[str, str] = MappingProxyType(
    {
        "repair": "报修", "complaint": "投诉", "service_request": "服务申请", "consultation": "咨询", "opinion": "意见",
        "suggestion": "建议", "praise": "表扬", "violation_report": "举报",
    }
)  # fmt: skip
AREA: Mapping[str, str] = MappingProxyType({"urban": "城区", "rural": "农村", "remote": "边远"})
STAGE: Mapping[str, str] = MappingProxyType(
    {
        "dispatched": "受理到派单", "acknowledged": "派单到接单", "contacted": "接单到联系客户", "on_site": "接单到到场",
        "resolved": "联系（到场）到办结", "called_back": "办结到回访", "total": "受理到回访结束",
    }
)  # fmt: skip
STEP: Mapping[str, str] = MappingProxyType(
    {
        "arrive": "到达现场", "restore": "恢复供电", "dispatch": "派单", "contact": "联系客户", "reply": "处理答复", "total": "全程",
        "reconnect": "复电", "test": "校验结果", "plan": "供电方案答复", "connect": "装表接电",
    }
)  # fmt: skip
"""The steps that have a limit (`actions.desk.limits`)."""
POST: Mapping[str, str] = MappingProxyType({"dispatch": "调度席", "crew": "抢修班组", "handler": "承办人", "callback": "回访席"})


def lasting(seconds: int | float | None) -> str:
    """A length of time in words, to the minute: 5天7小时20分; 0分 for less than half a minute; — for none."""
    if seconds is None:
        return "—"
    minutes = int(abs(seconds) / 60 + 0.5)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [f"{days}天" if days else "", f"{hours}小时" if hours else "", f"{minutes}分" if minutes or not (days or hours) else ""]
    return ("-" if seconds < 0 else "") + "".join(parts)
