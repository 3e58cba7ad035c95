"""What people say between the digits of a number that they read out: how long it is, which part comes next, a pause.

None of it belongs to the number: 头四位是3203，后面六位是887712 is 3203887712. Used by :mod:`bot.language.normalise`.
"""

from __future__ import annotations

import re

_D = "[0-9零〇一二三四五六七八九幺两洞拐勾]"
_COUNT = "[一二两三四五六七八九十1-9]"
_LONGER = "(?:十[二三六]?|1[0236])"
# While the blanks still stand: 幺二 十三位的 is no 二十三.
LENGTH_SAID = re.compile(
    rf"(?<={_D})[ ,，、]+(?:一共|总共|共)?(?:是)?{_LONGER}位(?:数字?)?的?(?![一-鿿]*{_D})"
    rf"|(?:一共|总共|共)(?:是)?{_LONGER}位(?:数字?)?的?[ ,，、:：]*(?={_D})"
)
"""How many digits it has: 十三位的, 一共10位."""
_HEAD = rf"(?:头|前|开头|前面|前头)(?:{_COUNT}位|{_COUNT}个数?字?)是?[:： ]*(?={_D})"
_NEXT = (
    rf"(?:(?:那个|这个|就是|再|接着|然后|跟着)*(?:后|后面|后头|后边|中间|最后|末尾|剩下)的?"
    rf"(?:{_COUNT}(?:位|个)(?:数字?)?(?:是)?|是|就是|[接跟]着?)|(?:接着|然后|再|跟着)(?:后面|是)*|后面|后头|最后|下面)"
)
_PAUSED = r"(?:停一下|等一下|稍等|等等|(?:让)?我(?:再)?看[看下一]{1,2}|那个|那啥|这个|啥来着|怎么说|嗯+|呃+|啊+|哦+|额+|噢+|还有|空一?格|空)"
_BETWEEN = (
    rf"(?<={_D}{_D})(?:[开打]头的?)?[,，、 ]*(?:{_PAUSED}[,，、 ]*)*(?:{_NEXT}|{_PAUSED})[,，、:： ]*(?:{_PAUSED}[,，、 ]*)*"
    rf"(?={_D}{{2}}|双{_D}|{_D}(?!{_D})(?![个月号点块元栋楼度位年天]))"
)
_LAST = (
    rf"(?<={_D}{_D})[,，、 ]*(?:最后|末尾|还有)(?:一个|一位|的)*(?:数字?)?(?:是)?[:： ]*"
    rf"(?={_D}(?!{_D})(?![个月号点块元栋楼度位年天]))"
)
ASIDE = re.compile(f"{_BETWEEN}|{_LAST}|{_HEAD}")
"""Words between two parts of a number, or before its first: 后面是, 那个, 最后一个, 头四位是."""
DOUBLED = re.compile(rf"(?:(?<={_D})|(?<={_D}[,，、 ]))双({_D})|双({_D})(?=[,，、 ]?(?:双{_D}|{_D}{{2}}))")
"""双六 in a number: 66."""
