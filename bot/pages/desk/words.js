// Every word the staff pages say, apart from the fixed ones in their index.html.

export const KIND = {
  repair: "报修", complaint: "投诉", service_request: "业务申请", consultation: "咨询",
  opinion: "意见", suggestion: "建议", praise: "表扬", violation_report: "举报",
};

export const STATUS = {
  accepted: "已受理", dispatched: "已派单", acknowledged: "已接单", contacted: "已联系客户", en_route: "赶赴现场",
  on_site: "已到现场", resolved: "已处理完", called_back: "已回访", closed: "已办结", withdrawn: "已撤销",
  returned: "已退回", reopened: "重新处理", merged: "已并入",
};

/** Statuses after which no more work is expected. */
export const ENDED = ["closed", "withdrawn", "merged"];

/** A line of the log. */
export const EVENT = {
  accepted: "受理", dispatched: "派单", acknowledged: "接单", contacted: "联系客户", en_route: "出发", on_site: "到达现场",
  resolved: "处理完毕", called_back: "回访", closed: "办结归档", withdrawn: "撤销", returned: "退回重派", reopened: "重新处理",
  merged: "并入", urged: "催办", noted: "备注", classified: "改分类", escalated: "升级上报", warned: "时限预警", breached: "超时",
  paused: "暂停计时", resumed: "恢复计时", joined: "并入主单", suspected: "疑似片区故障", estimated: "预计来电", supplemented: "补交材料",
};

export const STEP = {
  arrive: "到达现场", restore: "恢复供电", dispatch: "派单", contact: "联系客户", reply: "答复客户", total: "全部办完",
  reconnect: "恢复供电", test: "出校验结果", visit: "上门核实", plan: "答复供电方案", connect: "装表接电",
};

export const CLOCK = { running: "计时中", warned: "即将超时", breached: "超时", met: "按时完成", cancelled: "已取消", paused: "等待客户，暂停计时" };
export const PRIORITY = { emergency: "特急", urgent: "紧急", normal: "普通" };
export const AREA = { urban: "城区", rural: "农村", remote: "偏远地区" };
export const CHANNEL = { web: "网页", wechat: "微信", wecom: "企业微信", voice: "电话语音", ivr: "电话按键", api: "接口" };
export const ACTOR = { system: "系统", customer: "客户", staff: "工作人员" };
export const WHO = { user: "客户", bot: "智能客服", agent: "坐席", system: "服务通知" };
export const HANDOFF = { queued: "等待接入", active: "接待中", closed: "已结束" };

/** Reasons the gateway itself writes; the assistant's are Chinese already. */
export const REASON = { unanswered: "自动答复多次失败", customer_request: "客户要求人工", danger: "用电险情" };

/** For errors that bring no Chinese of their own, by HTTP status; 0 is no answer at all. */
export const FAILED = {
  0: "连不上服务，请检查网络后再试。",
  401: "请输入工作人员令牌。",
  403: "工作人员令牌不正确。",
  404: "没有找到，可能已被删除。",
  409: "当前状态下不能这样操作，未作任何更改。",
  413: "内容太长，请删减后再试。",
  422: "内容不符合要求，请检查后再试。",
  429: "操作太快了，请稍等片刻再试。",
  503: "系统暂时不可用，请稍后再试。",
};
export const FAILED_OTHERWISE = "系统出了点问题，请稍后再试。";

export const WORDS = {
  review: "分类待确认",
  confirmClass: "确认或更正",
  changeClass: "更正分类",
  keepClass: "确定",
  classKept: "已分类为",
  token: "工作人员令牌",
  signIn: "登录",
  signingIn: "正在登录…",
  tokenHint: "令牌只保存在这个标签页里，关闭页面即清除。",
  tokenMissing: "请输入工作人员令牌。",
  lost: "连不上服务，正在自动重试…",
  none: "—",
  reveal: "显示",
  conceal: "隐藏",
  chosen: "点选",
  offered: "可选",
  waited: "已等",
  unread: "新消息",
  mine: "我",
  noNote: "请先写备注内容。",
  possible: "现在可以：",
  nothingPossible: "这张工单已经结束，不能再操作。",
  taken: "已接入，可以直接回复客户。",
  ended: "已结束人工服务，客户已转回智能客服。",
  sent: "已发送",
  emergencyWaiting: "有特急客户等待接入",
  newWaiting: "有新的客户等待接入",
  left: "还剩",
  breachedDone: "超时完成",
  more: "再看 50 张",
};

/** The word for a code, or the code itself: something unknown must not look like nothing. */
export const word = (table, code) => (Object.hasOwn(table, code) ? table[code] : code ?? "");
