// Every word the page itself says to a customer, apart from the fixed ones in index.html.

export const WHO = { bot: "智能客服", agent: "人工客服", system: "服务通知" };

export const STATE = {
  waiting: "等待网络，恢复后自动发送",
  sending: "发送中…",
  accepted: "已送达",
  failed: "未送达",
};

export const BANNER = {
  connecting: "正在连接…",
  offline: "网络断开了，正在重新连接…",
};

export const HANDOFF = {
  queued: "正在为您转接人工客服，请稍候…",
  active: "人工客服正在为您服务",
};

export const TICKET_KIND = {
  repair: "报修工单",
  complaint: "投诉工单",
  service_request: "业务申请",
  consultation: "咨询工单",
  opinion: "意见工单",
  suggestion: "建议工单",
  praise: "表扬工单",
  violation_report: "举报工单",
};

export const PRIORITY = { emergency: "特急", urgent: "紧急", normal: "普通" };

export const EMERGENCY_CALLS = [
  { number: "119", label: "火警" },
  { number: "120", label: "急救" },
  { number: "110", label: "报警" },
  { number: "95598", label: "抢修" },
];

export const WORDS = {
  emergency: "请先保证人身安全",
  retry: "重试",
  remove: "删除",
  read: "朗读",
  stop: "停止朗读",
  copy: "复制",
  copyNumber: "复制工单号",
  copied: "已复制",
  ticketNo: "工单号",
  chosen: "已选择",
  choose: "可以选择：",
  failedReason: "没有发送成功，请重试。",
  elderPlaceholder: "打字问我",
  autoreadOn: "自动朗读：开",
  autoreadOff: "自动朗读：关",
};

export const UPLOAD = {
  button: "上传照片或文件",
  label: (names) => `上传照片或文件，可以传：${names}`,
  progress: (name) => `上传进度：${name}`,
  sending: "上传中…",
  percent: (value) => `上传中 ${value}%`,
  checking: "正在看能不能看清…",
  failed: "没有上传成功，请重试。",
  offline: "网络断开了，没有上传成功。",
  tooBig: "文件太大了，请不要超过10MB；可以一页一页拍。",
  stop: "取消",
  again: "重试",
  choose: "重新选择",
  remove: "删除",
  sent: "已上传的文件",
};

export const citationCount = (count) => `依据 ${count} 条`;
export const due = (when, label) => `最晚 ${when} 前${label}`;
export const counter = (length, limit) =>
  length > limit ? `${length}/${limit}，超出 ${length - limit} 字，请删减` : `${length}/${limit}`;
