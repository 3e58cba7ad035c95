// The dashboard's own words; what it shares with the desk is in /static/desk/words.js.

export const PART = { assistant: "对话助手", knowledge: "知识库", database: "数据库" };

export const OUTCOME = {
  answered: "助手已答复", with_agent: "坐席接待中", left_agent: "客户结束人工", late: "事后补答",
  assistant_down: "助手不可用，已记下", slow: "处理较久，先回等待语",
  busy: "前面未完，先回等待语", fault: "助手出错，将重试", action_failed: "办理失败，将重试", gave_up: "多次失败，转人工",
};

/** Outcomes after which the customer still waited for an answer. */
export const UNANSWERED = ["assistant_down", "slow", "busy", "fault", "action_failed", "gave_up"];

export const INTENT = {
  query_bill: "查电费账单", query_balance: "查余额欠费", query_usage: "查用电量", query_payment: "查缴费记录",
  dispute_bill: "电费异议", request_invoice: "开电费发票", how_to_pay: "怎么交电费", payment_problem: "缴费异常",
  report_outage: "停电报修", query_outage: "查停电信息", report_hazard: "用电险情", report_power_quality: "电压异常",
  report_meter_fault: "电表故障", claim_damage: "家电损坏索赔", request_reconnection: "欠费复电", query_ticket: "查工单进度",
  urge_ticket: "催办", cancel_ticket: "撤销工单", file_complaint: "投诉", make_suggestion: "意见建议", give_praise: "表扬",
  report_violation: "举报", apply_new_service: "新装用电", change_capacity: "增容减容", transfer_account: "过户更名",
  close_account: "销户", apply_ev_charger: "充电桩报装", apply_pv: "光伏并网", change_tariff_plan: "电价变更",
  bind_account: "绑定户号", unbind_account: "解绑户号", query_account_number: "查户号", update_contact: "修改联系方式",
  manage_notifications: "通知订阅", faq: "政策咨询", human_agent: "转人工", greet: "问候", goodbye: "告别", thank: "感谢",
  affirm: "肯定", deny: "否定", inform: "提供信息", cancel: "取消当前操作", repeat: "再说一遍",
  switch_elderly_mode: "切换长辈模式", ask_capabilities: "询问功能", bot_challenge: "询问是否机器人", out_of_scope: "无关内容",
  start_flow: "按钮进入业务", none: "未经理解", other: "其他",
};

export const ELAPSED = { nlu: "理解", dialogue: "对话决策", knowledge: "知识检索", action: "业务办理" };
export const HANDOFF_EVENT = { queued: "进入队列", taken: "坐席接入", closed: "坐席结束", left: "客户返回智能客服" };
export const SOCKET = { customer: "客户网页连接", staff: "坐席连接" };
export const LIMIT = { address: "按地址限流", conversation: "按会话限流" };
export const ANSWERS = { "2": "成功（2xx）", "3": "未变化（3xx）", "4": "被拒绝（4xx）", "5": "出错（5xx）" };

export const PLAN_TYPE = { planned: "计划", temporary: "临时" };
export const ROUND = { tell: "正在通知", again: "下次提醒", cancel: "正在通知取消" };
export const WAITS = { turn: "等待发送", retry: "上次没送到，稍后再试", quiet_hours: "安静时段，早上再发" };
export const NOTICE = {
  outage_ahead: "停电预告", outage_again: "停电前提醒", outage_changed: "停电有变动", outage_spared: "停电不再涉及", outage_cancelled: "停电取消",
  balance_low: "余额不足", balance_empty: "余额用完", bill_overdue: "电费逾期提醒", bill_demand: "电费催交", stop_ahead: "欠费停电通知", stop_soon: "停电前30分钟", stop_off: "停电撤回", stop_restore: "将复电",
};
const NEWS = {
  accepted: "已受理", dispatched: "已派单", acknowledged: "已接单", contacted: "已联系", en_route: "人员出发", on_site: "人员到场",
  estimated: "预计恢复", resolved: "已处理", called_back: "已回访", closed: "已办结", warned: "时限预警", breached: "时限超时",
  call_customer: "请致电客户", asked: "派班组", suspected: "疑似片区停电", no_crew: "没有可派班组", ask_restored: "请核实是否来电", reopened: "重新处理",
};
const AUDIENCE = { customer: "给客户", staff: "给员工", utility: "给业务系统" };

/** customer.outage_ahead → 给客户：停电预告 */
export function letterWords(topic) {
  const at = topic.indexOf(".");
  const [audience, what] = [topic.slice(0, at), topic.slice(at + 1)];
  return `${AUDIENCE[audience] ?? audience}：${NOTICE[what] ?? NEWS[what] ?? "工单进展"}`;
}

export const asOf = (time) => `截至 ${time}`;
export const staleSince = (time) => `未能更新，数据截至 ${time}`;
