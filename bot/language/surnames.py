"""Chinese surnames and what given names are made of. Data for :mod:`bot.language.names`."""

from __future__ import annotations

from bot.language.wordlists import listed

USUAL_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔钟谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛闫尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武赖洪莫孔汤"
    "康施牛樊葛邢齐易乔伍庞颜倪庄聂章鲁岳翟殷詹欧耿兰焦俞左柳祝宁尚舒阮柯纪梅童凌毕裴霍涂苗翁冉骆蓝辛靳柴蒙鲍喻祁滕屈饶牟艾尤穆卓吉缪褚娄窦戚岑景卜晏卫宗瞿佟臧闵邬卞姬仇栾隋刁巫寇桑郎甄仲虞敖巩佘邝匡鞠荆郁胥栗楚冼蔺"
)
"""Surnames of nineteen people in twenty; none of them is a function word."""
SURNAMES = USUAL_SURNAMES | frozenset(
    "常温文安申包符单成盛谷曲游管华房解阳时农司古简车项连芦麦党宫费冷席米柏桂全应苟边商沙荣丛明池查麻苑迟官封谈惠乐冀南班储原燕鄢劳谌奚皮粟楼盘伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰卿国狄平宣晋初云容敬扈晁芮普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况鲜印逯隆茹慕危玉银亢嵇湛戎茅揭尉冶斯元檀阴昝智幸奉植衡富尧关"
)
COMPOUND_SURNAMES = (
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "长孙", "宇文", "轩辕", "独孤",
    "南宫", "西门", "东郭", "端木", "申屠", "澹台", "公冶", "太史", "闾丘", "濮阳", "淳于", "单于", "呼延", "赫连", "拓跋", "完颜", "叶赫", "纳兰",
)  # fmt: skip

NEVER_GIVEN = frozenset(
    "电费停号表单块度几多少不没有了的吗呢啊吧呀哦在是我你他她它们这那哪什么怎样要会能把被给让从到去请问查交缴扣收付退充账帐户闸线箱灯修报装办催投诉贵便下里外后很太都也还又就才只再更过着压量价网卡码点钱款额路站所局厅桩缺欠坏断烧漏爆换改销拆移绑解转撤且否因为但或并与及跟对错找打接发送看听说讲话写填念叫等约喂哎诶嗯谢您啥咋嘛哈嘞咯啦吃喝睡觉买卖租住屋楼幢层室间区县镇乡街巷弄组队闭除候段机载死丢痴师女士姐总谁赔射"
)
"""Characters that stand in no given name, but in the words that begin like a surname (查电费, 常停电, 高压线)."""
GIVEN_WORDS = frozenset(
    listed(
        """
        东方 乐乐 健康 光明 光荣 前进 卫国 向东 向阳 和平 团结 国庆 国强 大伟 大海 天明 太平
        学习 安康 富贵 平安 建军 建华 建国 建设 得胜 志强 成功 振兴 援朝 文化 文明 明亮 春天
        春雨 春风 晓明 晨光 桂花 欢欢 永远 海洋 爱国 玉兰 立春 红旗 美丽 美好 胜利 自强 英雄
        解放 跃进 金山 长城 长江 阳光 静静 黄河
    """
    )
)
"""Everyday words that are given names all the same."""
BY_SOUND = "阿艾巴白布次达丹德迪尔嘎格古哈海吉加江卡凯克库拉兰勒丽力罗洛玛麦曼米木穆娜尼努帕普其奇热萨桑塔特提图吐托娃旺乌西希亚央依伊尤玉扎泽孜卓措姆多杰仁才让顿珠贡顺班禅巧宗志林堆拜斯肯别沙汗买如则"
"""Characters with which Mongolian, Tibetan and Uyghur names are written."""
