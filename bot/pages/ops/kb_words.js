// The editors' page's own words.

export const ACTION = { publish: "发布", rollback: "回退" };
export const WORK = { running: "进行中，请稍候…", done: "已完成", failed: "没有完成" };
export const CHANGE = { added: "新增", removed: "删除", changed: "修改" };
export const REASON = { unanswered: "没有答案", doubt: "两篇相近", out_of_scope: "认作无关" };
export const SIGNAL = { words: "BM25 词", characters: "BM25 字", sounds: "BM25 音", near: "语义 问法", said: "语义 正文", classified: "分类" };
