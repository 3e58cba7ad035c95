"""The customer's web chat page in a real browser, against a scripted stand-in of the service.

Each test asserts what a customer would notice. Chromium comes from ``DIANDA_CHROMIUM`` or the path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.browser.fake_assistant import (
    DROP_BEFORE,
    DROP_MID_TURN,
    DROP_STORED,
    FACTORY,
    REFUSE_ONCE,
    SILENT,
    SLOW,
    FakeAssistant,
    message,
)

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
POINT = 96 / 72  # CSS pixels

# Headless Chromium has no voices: this one notes down what it is told to say.
VOICE = """
window.spoken = [];
const voice = {lang: "zh-CN", name: "test", localService: true};
Object.defineProperty(window, "speechSynthesis", {value: {
  getVoices: () => [voice], addEventListener() {}, cancel() {},
  speak(u) {
    window.spoken.push({text: u.text, rate: u.rate, lang: u.lang});
    setTimeout(() => u.onend && u.onend(), 30);
  },
}});
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""

# Every visible piece of text, with the element it stands in.
TEXTS = """
window.visibleTexts = () => {
  const found = [];
  const root = document.querySelector("dialog[open]") ?? document.body;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const [text, node] = [walker.currentNode.textContent.trim(), walker.currentNode.parentElement];
    if (text && node.checkVisibility() && !node.closest(".sr-only, noscript, .skip")) found.push({text, node});
  }
  return found;
};
"""

# Contrast of every visible piece of text against what lies behind it, as WCAG computes it.
LOW_CONTRAST = """
() => {
  const numbers = (color) => { const n = color.match(/[\\d.]+/g).map(Number); return [n[0], n[1], n[2], n[3] ?? 1]; };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
  const behind = (node) => {
    if (!node) return [255, 255, 255];
    const color = numbers(getComputedStyle(node).backgroundColor);
    return color[3] === 1 ? color.slice(0, 3) : over(color, behind(node.parentElement));
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ratio = (text, back) => {
    const [a, b] = [light(over(text, back)), light(back)].sort((x, y) => y - x);
    return (a + .05) / (b + .05);
  };
  const bad = [];
  const texts = visibleTexts();
  for (const {text, node} of texts) {
    const found = ratio(numbers(getComputedStyle(node).color), behind(node));
    if (found < 4.5) bad.push(`${found.toFixed(2)} ${text}`);
  }
  const field = document.querySelector("#say");
  const hint = ratio(numbers(getComputedStyle(field, "::placeholder").color), behind(field));
  if (hint < 4.5) bad.push(`${hint.toFixed(2)} placeholder`);
  return {bad, checked: texts.length};
}
"""

# Everything a finger may aim at, smaller than it should be.
SMALL_TARGETS = """
(least) => [...document.querySelectorAll("button, a[href], summary, textarea")]
  .filter((node) => node.checkVisibility() && !node.closest(".sr-only, .skip, noscript") && !node.matches(".skip"))
  .map((node) => ({name: node.textContent.trim() || node.id, box: node.getBoundingClientRect()}))
  .filter(({box}) => box.width < least - .1 || box.height < least - .1)
  .map(({name, box}) => `${name} ${box.width}x${box.height}`)
"""

SMALL_TEXT = """
(least) => visibleTexts()
  .map(({text, node}) => ({text, size: parseFloat(getComputedStyle(node).fontSize)}))
  .filter(({size}) => size < least - .01)
  .map(({text, size}) => `${size}px ${text}`)
"""


@pytest.fixture
def server() -> Iterator[FakeAssistant]:
    """Start a fresh stand-in of the service."""
    with FakeAssistant() as assistant:
        yield assistant


@pytest.fixture
def complaints() -> list[str]:
    """Collect what the browser complains of; see `new_context`."""
    return []


@pytest.fixture
def new_context(browser: Browser, complaints: list[str]) -> Iterator[Callable[..., BrowserContext]]:
    """Open browser profiles that note every script error, breach of the CSP and request to another host."""
    opened: list[BrowserContext] = []

    def on_console(line: ConsoleMessage) -> None:
        # A service that is away answers the WebSocket with 503; that is the test's doing.
        if line.type in {"error", "warning"} and "WebSocket connection" not in line.text:
            complaints.append(line.text)

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": PHONE, "reduced_motion": "reduce", **options})
        context.set_default_timeout(5000)
        context.on("console", on_console)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("request", lambda r: complaints.append(r.url) if "://127.0.0.1" not in r.url else None)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext], server: FakeAssistant, complaints: list[str]) -> Iterator[Page]:
    """Open the standard page on a phone, on its first screen."""
    tab = new_context().new_page()
    tab.goto(server.url)
    expect(tile(tab, "交电费")).to_be_visible()
    yield tab
    assert complaints == []


@pytest.fixture
def elder(new_context: Callable[..., BrowserContext], server: FakeAssistant, complaints: list[str]) -> Iterator[Page]:
    """Open 长辈模式 on a phone that has a voice."""
    context = new_context()
    context.add_init_script(VOICE)
    tab = context.new_page()
    tab.goto(f"{server.url}/elder")
    expect(tile(tab, "交电费")).to_be_visible()
    yield tab
    assert complaints == []


# ----- what a customer does and sees -----


def tile(page: Page, name: str) -> Locator:
    """Find a tile of the first screen."""
    return page.locator(".tile", has_text=name)


def say(page: Page, text: str) -> None:
    """Type and press Enter."""
    page.locator("#say").fill(text)
    page.locator("#say").press("Enter")


def mine(page: Page) -> Locator:
    """Find the customer's bubbles."""
    return page.locator(".turn.user .bubble")


def theirs(page: Page, role: str = "bot") -> Locator:
    """Find the texts of one kind of speaker."""
    return page.locator(f".turn.{role} .text")


def talk(page: Page) -> list[str]:
    """Read both sides in the order on the screen."""
    texts: list[str] = page.locator(".turn .text, .turn.user .bubble").all_inner_texts()
    return texts


def scrolls_sideways(page: Page) -> bool:
    """Tell whether the page or the conversation can be moved sideways."""
    found: bool = page.evaluate(
        "() => [document.documentElement, document.querySelector('#scroll')]"
        ".some((node) => node.scrollWidth > node.clientWidth)"
    )
    return found


def whole_tour(page: Page, server: FakeAssistant) -> None:
    """Bring every kind of thing the page can show onto the screen."""
    say(page, "怎么交电费")
    page.locator("summary").click()
    say(page, "我家停电了")
    page.get_by_role("button", name="只有我家").click()
    expect(page.locator(".ticket-no")).to_be_visible()
    say(page, "电线掉地上冒火花")
    expect(page.locator(".danger")).to_be_visible()
    server.push("agent", message("您好，我是客服08号。"))
    server.push("system", message("抢修人员已到达现场。"))
    say(page, REFUSE_ONCE)
    expect(page.get_by_role("button", name="重试")).to_be_visible()
    server.away = True
    server.drop_all()
    say(page, "还要多久")
    expect(page.locator("#banner")).to_be_visible()


# ----- first screen -----


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("交电费", "怎么交电费"),
        ("查电费", "查上个月电费"),
        ("停电报修", "我家停电了"),
        ("查进度", "查一下我的工单进度"),
        ("投诉", "我要投诉"),
        ("转人工", "转人工"),
    ],
)
def test_a_tile_sends_its_words(page: Page, server: FakeAssistant, name: str, words: str) -> None:
    tile(page, name).click()
    expect(mine(page)).to_have_text([words])
    expect(theirs(page)).to_have_count(1)
    server.expect_said([words])
    expect(tile(page, name)).to_be_hidden()  # the tiles have made room …
    expect(page.locator(".chip", has_text=name)).to_be_visible()  # … and become chips


def test_a_trembling_finger_sends_once(page: Page, server: FakeAssistant) -> None:
    tile(page, "停电报修").dblclick()
    expect(theirs(page)).to_have_count(1)
    page.locator(".chip", has_text="查进度").dblclick()
    expect(theirs(page)).to_have_count(2)
    page.locator("#human").dblclick()
    expect(theirs(page)).to_have_count(3)
    server.expect_said(["我家停电了", "查一下我的工单进度", "转人工"])


def test_the_buttons_follow_who_is_talking_also_after_a_reload(page: Page, server: FakeAssistant) -> None:
    say(page, FACTORY)
    chips = page.locator(".chip[data-tile]")
    expect(chips).to_have_text(["各户电费", "批量开票", "转人工"])
    chips.first.click()
    expect(theirs(page)).to_have_count(2)
    page.reload()
    expect(chips).to_have_text(["各户电费", "批量开票", "转人工"])
    page.locator("[data-act=fresh]:visible").first.click()
    page.get_by_role("button", name="开始新对话").click()
    expect(tile(page, "各户电费")).to_be_visible()
    server.expect_said([FACTORY, "查名下各户的电费"])


def test_what_is_kept_can_be_asked_for_from_the_first_screen(page: Page, server: FakeAssistant) -> None:
    page.get_by_role("button", name="看看我们记了您什么").click()
    expect(theirs(page)).to_have_count(1)
    server.expect_said(["看我的资料"])


def test_and_in_the_talk(page: Page, server: FakeAssistant) -> None:
    say(page, "你好")
    page.locator(".chip", has_text="我的资料").click()
    expect(theirs(page)).to_have_count(2)
    server.expect_said(["你好", "看我的资料"])


def test_the_page_says_what_it_is_and_a_person_is_one_tap_away(page: Page, server: FakeAssistant) -> None:
    line = page.locator(".label-line")
    expect(page.locator("h1")).to_have_text("安澜供电公司 · 智能客服")
    expect(line).to_contain_text("智能客服（机器人）· 内容由AI生成，仅供参考")
    for words in ("你好", "怎么交电费", "电线掉地上冒火花"):
        say(page, words)
        expect(page.locator("#human")).to_be_in_viewport(ratio=1)
    page.locator("#human").click()
    expect(mine(page).last).to_have_text("转人工")
    expect(page.locator("#handoff")).to_contain_text("正在为您转接人工客服")


# ----- messages -----


def test_a_button_sends_its_payload_and_shows_its_title(page: Page, server: FakeAssistant) -> None:
    say(page, "我家停电了")
    page.get_by_role("button", name="只有我家").dblclick()
    expect(mine(page)).to_have_text(["我家停电了", "只有我家"])
    expect(page.locator(".ticket-no")).to_be_visible()
    server.expect_said(["我家停电了", '/inform{"scope": "one"}'])
    assert "text" not in server.said[-1]
    for choice in page.locator(".choice").all():
        expect(choice).to_be_disabled()
    expect(page.get_by_role("button", name="只有我家")).to_have_attribute("aria-pressed", "true")


def test_typing_instead_closes_the_buttons_but_a_notice_does_not(page: Page, server: FakeAssistant) -> None:
    say(page, "我家停电了")
    choice = page.get_by_role("button", name="邻居也停了")
    expect(choice).to_be_enabled()
    server.push("system", message("计划停电提醒"))
    expect(theirs(page, "system")).to_have_text(["计划停电提醒"])
    expect(choice).to_be_enabled()
    say(page, "算了")
    expect(choice).to_be_disabled()


def test_a_citation_unfolds(page: Page) -> None:
    say(page, "怎么交电费")
    source = page.get_by_text("《供电营业规则》 第八十六条（2024年版）")
    expect(page.locator("summary")).to_have_text("依据 2 条")
    expect(source).to_be_hidden()
    page.locator("summary").click()
    expect(source).to_be_visible()


def test_line_breaks_of_a_reply_stay(page: Page) -> None:
    say(page, "怎么交电费")
    expect(theirs(page)).to_contain_text("1. 手机应用")
    assert theirs(page).inner_text().splitlines()[2] == "2. 银行代扣；"


def test_a_ticket_card_shows_number_priority_and_deadline(page: Page) -> None:
    say(page, "我家停电了")
    page.get_by_role("button", name="只有我家").click()
    card = page.locator(".card")
    expect(card.locator(".ticket-no")).to_have_text("GD20261122000001")
    for words in ("报修工单", "已受理", "紧急", "低压故障 · 一户停电", "138****1234"):
        expect(card).to_contain_text(words)
    expect(card.locator(".clocks li").first).to_contain_text("11月22日 16:50 前到达")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card.get_by_role("button", name="复制工单号").click()
    expect(card.locator(".copy")).to_have_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()") == "GD20261122000001"


def test_danger_stands_out_and_offers_the_calls(page: Page) -> None:
    say(page, "电线掉地上冒火花")
    bubble = page.locator(".danger .bubble")
    expect(bubble).to_contain_text("请马上离开")
    red, green, blue = page.evaluate(
        "(node) => getComputedStyle(node).borderTopColor.match(/\\d+/g).map(Number)", bubble.element_handle()
    )
    assert red > 2 * max(green, blue)
    links = bubble.locator("a").evaluate_all("(nodes) => nodes.map((node) => node.getAttribute('href'))")
    assert links == ["tel:119", "tel:120", "tel:110", "tel:95598"]
    expect(page.locator("#alarm")).to_contain_text("请马上离开")
    expect(page.locator(".turn.bot .message:not(.danger)")).to_contain_text("转接人工")


def test_an_agent_is_told_apart_from_the_bot(page: Page, server: FakeAssistant) -> None:
    say(page, SILENT)
    expect(page.locator("#handoff")).to_have_text("人工客服正在为您服务")
    server.push("agent", message("您好，我是客服08号。"))
    expect(page.locator(".turn.agent .who-name")).to_have_text("人工客服")
    expect(theirs(page, "agent")).to_have_text(["您好，我是客服08号。"])
    expect(page.locator(".turn.bot")).to_have_count(0)  # an empty reply leaves no empty bubble


def test_markup_is_shown_as_text(page: Page, server: FakeAssistant) -> None:
    evil = '<img src=x onerror="document.title=1"><b>粗</b><script>document.title=2</script>'
    say(page, evil)
    expect(mine(page)).to_have_text([evil])
    expect(theirs(page)).to_have_text([f"收到：{evil}"])
    card = {"type": "ticket", "ticket_no": evil, "kind": evil, "title": evil, "status": evil, "priority": evil,
            "rows": [[evil, evil]], "clocks": [{"label": evil, "due_at": evil}]}  # fmt: skip
    citation = {"topic": "", "title": evil, "source": evil, "article": evil, "edition": evil}
    server.push("agent", message(evil, card=card, citations=[citation], buttons=[{"title": evil, "payload": evil}]))
    expect(page.locator(".ticket-no")).to_have_text(evil)
    assert page.locator("#log img, #log b, #log script").count() == 0
    assert "安澜" in page.title()
    assert not scrolls_sideways(page)


def test_a_screen_reader_hears_replies_but_not_the_history(page: Page) -> None:
    region = page.locator("[aria-live=polite]#announce")
    say(page, "我家停电了")
    expect(region).to_contain_text("只有您一家停电")
    expect(region).to_contain_text("可以选择：只有我家、邻居也停了、不清楚")
    page.reload()
    expect(theirs(page)).to_have_count(1)
    expect(region).to_be_empty()


def test_dots_while_the_reply_is_being_made(page: Page, server: FakeAssistant) -> None:
    say(page, SLOW)
    expect(page.locator("#typing")).to_be_visible()
    expect(page.locator(".mark-line")).to_contain_text("已送达")
    server.release()
    expect(theirs(page)).to_have_count(1)
    expect(page.locator("#typing")).to_be_hidden()


# ----- nothing lost, nothing doubled -----


@pytest.mark.parametrize("words", [DROP_BEFORE, DROP_STORED, DROP_MID_TURN])
@pytest.mark.parametrize("with_ids", [True, False])
def test_a_dropped_socket_loses_and_doubles_nothing(
    page: Page, server: FakeAssistant, words: str, with_ids: bool
) -> None:
    server.with_message_ids = with_ids
    say(page, "你好")
    expect(theirs(page)).to_have_count(1)
    say(page, words)
    expect(theirs(page)).to_have_text(["收到：你好", f"收到：{words}"])
    say(page, "谢谢")
    expect(theirs(page)).to_have_count(3)
    assert talk(page) == ["你好", "收到：你好", words, f"收到：{words}", "谢谢", "收到：谢谢"]
    server.expect_said(["你好", words, "谢谢"])
    assert server.hellos[-1]["after"] == 1  # it asked only for what it had not shown


def test_words_said_while_the_service_is_away_arrive_once_and_in_order(page: Page, server: FakeAssistant) -> None:
    say(page, "你好")
    expect(theirs(page)).to_have_count(1)
    server.away = True
    server.drop_all()
    expect(page.locator("#banner")).to_contain_text("网络断开")
    say(page, "第一句")
    say(page, "第二句")
    expect(page.locator(".mark-line").last).to_contain_text("等待网络")
    server.away = False
    page.locator("#reconnect").click()
    expect(theirs(page)).to_have_count(3)
    expect(mine(page)).to_have_text(["你好", "第一句", "第二句"])
    expect(page.locator("#banner")).to_be_hidden()
    server.expect_said(["你好", "第一句", "第二句"])


def test_it_finds_back_by_itself(page: Page, server: FakeAssistant) -> None:
    server.away = True
    server.drop_all()
    say(page, "有人吗")
    expect(page.locator("#banner")).to_be_visible()
    server.away = False
    expect(theirs(page)).to_have_text(["收到：有人吗"], timeout=10000)


def test_unsent_words_survive_a_reload(page: Page, server: FakeAssistant) -> None:
    say(page, "你好")
    expect(theirs(page)).to_have_count(1)
    server.away = True
    server.drop_all()
    say(page, "别丢了我")
    page.locator("#say").fill("写到一半")
    page.reload()
    expect(mine(page)).to_have_text(["别丢了我"])
    expect(page.locator("#say")).to_have_value("写到一半")
    server.away = False
    expect(theirs(page)).to_have_count(2, timeout=10000)
    assert talk(page) == ["你好", "收到：你好", "别丢了我", "收到：别丢了我"]


def test_a_reload_keeps_the_history_once_with_the_words_the_customer_read(page: Page) -> None:
    say(page, "我家停电了")
    page.get_by_role("button", name="只有我家").click()
    expect(page.locator(".ticket-no")).to_have_count(1)
    before = talk(page)
    for _ in range(2):
        page.reload()
        expect(page.locator(".ticket-no")).to_have_count(1)
        assert talk(page) == before
        assert "只有我家" in before
        expect(page.get_by_role("button", name="只有我家")).to_be_disabled()


def test_the_last_question_can_still_be_answered_after_a_reload(page: Page, server: FakeAssistant) -> None:
    say(page, "我家停电了")
    expect(page.locator(".choice")).to_have_count(3)
    page.reload()
    page.get_by_role("button", name="只有我家").click()
    expect(page.locator(".ticket-no")).to_be_visible()


def test_a_reload_in_mid_turn_still_brings_the_reply_once(page: Page, server: FakeAssistant) -> None:
    say(page, SLOW)
    expect(page.locator("#typing")).to_be_visible()
    page.reload()
    expect(mine(page)).to_have_text([SLOW])
    server.release()
    expect(theirs(page)).to_have_text([f"收到：{SLOW}"])
    server.expect_said([SLOW])


def test_a_double_click_on_send_makes_one_message(page: Page, server: FakeAssistant) -> None:
    page.locator("#say").fill("查电费")
    page.locator("#send").dblclick()
    expect(theirs(page)).to_have_count(1)
    server.expect_said(["查电费"])
    assert len(server.said) == 1


def test_a_lost_push_is_fetched_as_soon_as_the_gap_shows(page: Page, server: FakeAssistant) -> None:
    say(page, "你好")
    expect(theirs(page)).to_have_count(1)
    server.push("system", message("抢修人员已出发"), lost=True)
    server.push("system", message("抢修人员已到达"))
    expect(theirs(page, "system")).to_have_text(["抢修人员已出发", "抢修人员已到达"])


def test_two_tabs_of_one_conversation_show_the_same(page: Page, server: FakeAssistant) -> None:
    say(page, "你好")
    expect(theirs(page)).to_have_count(1)
    other = page.context.new_page()
    other.goto(server.url)
    expect(theirs(other)).to_have_count(1)
    say(other, "查电费")
    for tab in (page, other):
        expect(theirs(tab)).to_have_text(["收到：你好", "收到：查电费"])
        assert talk(tab) == ["你好", "收到：你好", "查电费", "收到：查电费"]
    server.expect_said(["你好", "查电费"])


def test_a_refused_message_says_why_and_can_be_sent_again(page: Page, server: FakeAssistant) -> None:
    say(page, REFUSE_ONCE)
    expect(page.locator(".mark-line")).to_contain_text("说得太快了")
    page.reload()
    retry = page.get_by_role("button", name="重试")
    expect(retry).to_be_visible()
    assert len(server.said) == 1  # not sent again by itself
    retry.click()
    expect(theirs(page)).to_have_text([f"收到：{REFUSE_ONCE}"])
    expect(mine(page)).to_have_count(1)
    expect(retry).to_be_hidden()
    assert server.said[0]["message_id"] == server.said[1]["message_id"]


def test_a_refused_message_can_be_removed(page: Page) -> None:
    say(page, REFUSE_ONCE)
    page.get_by_role("button", name="删除").click()
    expect(mine(page)).to_have_count(0)
    page.reload()
    expect(tile(page, "交电费")).to_be_visible()


# ----- conversation -----


def test_a_new_conversation_asks_first(page: Page, server: FakeAssistant) -> None:
    say(page, "你好")
    expect(theirs(page)).to_have_count(1)
    page.get_by_role("button", name="新对话").click()
    page.get_by_role("button", name="继续当前对话").click()
    expect(mine(page)).to_have_count(1)
    page.get_by_role("button", name="新对话").click()
    page.get_by_role("button", name="开始新对话").click()
    expect(mine(page)).to_have_count(0)
    expect(tile(page, "交电费")).to_be_visible()
    say(page, "重新开始")
    expect(theirs(page)).to_have_text(["收到：重新开始"])
    page.reload()
    expect(mine(page)).to_have_text(["重新开始"])
    ids = {hello["conversation_id"] for hello in server.hellos}
    assert len(ids) == 2


def test_plain_http_without_random_uuid_works(
    new_context: Callable[..., BrowserContext], server: FakeAssistant, complaints: list[str]
) -> None:
    context = new_context()
    context.add_init_script("delete Crypto.prototype.randomUUID")
    tab = context.new_page()
    tab.goto(server.url)
    say(tab, "你好")
    expect(theirs(tab)).to_have_count(1)
    assert tab.evaluate("crypto.randomUUID") is None
    uuid4 = r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
    assert tab.evaluate("([id, form]) => RegExp(form).test(id)", [server.hellos[0]["conversation_id"], uuid4])
    assert complaints == []


def test_storage_switched_off_still_lets_one_talk(
    new_context: Callable[..., BrowserContext], server: FakeAssistant, complaints: list[str]
) -> None:
    context = new_context()
    blocked = "{get() { throw new DOMException('denied', 'SecurityError'); }}"
    context.add_init_script(
        f"for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, {blocked})"
    )
    tab = context.new_page()
    tab.goto(f"{server.url}/elder")
    say(tab, DROP_MID_TURN)
    expect(theirs(tab)).to_have_text([f"收到：{DROP_MID_TURN}"])
    expect(mine(tab)).to_have_count(1)
    assert complaints == []


# ----- keys -----


def test_shift_enter_makes_a_line_and_enter_sends(page: Page, server: FakeAssistant) -> None:
    field = page.locator("#say")
    field.press_sequentially("第一行")
    field.press("Shift+Enter")
    field.press_sequentially("第二行")
    field.press("Enter")
    expect(mine(page)).to_have_text(["第一行\n第二行"])
    expect(field).to_have_value("")
    field.press("Enter")  # nothing to send
    expect(theirs(page)).to_have_count(1)
    server.expect_said(["第一行\n第二行"])


def test_enter_that_picks_a_pinyin_candidate_does_not_send(page: Page, server: FakeAssistant) -> None:
    field = page.locator("#say")
    field.focus()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "ting dian", "selectionStart": 9, "selectionEnd": 9})
    expect(field).to_have_value("ting dian")
    page.evaluate("addEventListener('keydown', (event) => { window.composing = event.isComposing; }, true)")
    keyboard.send(
        "Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
    )
    assert page.evaluate("window.composing") is True
    # Safari has ended the composition by then; only the old key code tells.
    field.dispatch_event("keydown", {"key": "Enter", "keyCode": 229, "bubbles": True})
    expect(field).to_have_value("ting dian")
    expect(mine(page)).to_have_count(0)
    keyboard.send("Input.insertText", {"text": "停电了"})
    expect(field).to_have_value("停电了")
    field.press("Enter")
    expect(mine(page)).to_have_text(["停电了"])
    server.expect_said(["停电了"])


def test_the_page_can_be_used_by_keyboard_alone(page: Page, server: FakeAssistant) -> None:
    tile(page, "停电报修").focus()
    page.keyboard.press("Enter")
    choice = page.get_by_role("button", name="只有我家")
    expect(choice).to_be_visible()
    for _ in range(30):
        if choice.evaluate("(node) => node === document.activeElement"):
            break
        page.keyboard.press("Shift+Tab")
    expect(choice).to_be_focused()
    outline = choice.evaluate("(node) => getComputedStyle(node).outlineStyle")
    assert outline != "none"
    page.keyboard.press("Space")
    expect(page.locator(".ticket-no")).to_be_visible()


def test_two_thousand_characters_and_no_more(page: Page, server: FakeAssistant) -> None:
    field, count = page.locator("#say"), page.locator("#counter")
    field.fill("电" * 100)
    expect(count).to_be_hidden()
    field.fill("电" * 2001)
    expect(count).to_contain_text("2001/2000")
    expect(page.locator("#send")).to_be_disabled()
    field.press("Enter")
    expect(mine(page)).to_have_count(0)
    assert len(field.input_value()) == 2001  # nothing cut off behind the customer's back
    field.fill("😀" * 2000)  # one character each, as the server counts
    expect(page.locator("#send")).to_be_enabled()
    field.press("Enter")
    expect(theirs(page)).to_have_count(1)
    server.expect_said(["😀" * 2000])


# ----- 长辈模式, reach and legibility -----


def test_elder_mode_is_one_link_away_and_back_in_the_same_conversation(page: Page, server: FakeAssistant) -> None:
    say(page, "你好")
    expect(theirs(page)).to_have_count(1)
    page.get_by_role("link", name="长辈模式").click()
    expect(page.locator("html")).to_have_attribute("data-mode", "elder")
    expect(mine(page)).to_have_text(["你好"])
    say(page, "字大了")
    expect(theirs(page)).to_have_count(2)
    assert server.said[-1]["elder"] is True
    assert "elder" not in server.said[0]
    page.get_by_role("link", name="返回标准版").click()
    expect(page.locator("html")).to_have_attribute("data-mode", "standard")
    expect(mine(page)).to_have_count(2)


def test_elder_text_is_18_to_30_points_and_remembered(elder: Page, server: FakeAssistant) -> None:
    say(elder, "我家停电了")
    expect(theirs(elder)).to_be_visible()

    def points(css: str) -> float:
        size: float = elder.locator(css).first.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)")
        return size / POINT

    main = [".turn.bot .text", ".turn.user .bubble", ".choice", "#say", "#send", ".chip"]
    assert [round(points(css), 1) for css in main] == [18.0] * len(main)
    assert elder.locator(".turn.bot .text").evaluate(
        "(node) => parseFloat(getComputedStyle(node).lineHeight) / parseFloat(getComputedStyle(node).fontSize)"
    ) >= 1.3  # fmt: skip
    elder.get_by_role("button", name="缩小文字").click(force=True)
    assert round(points(".turn.bot .text"), 1) == 18.0
    for _ in range(8):
        elder.get_by_role("button", name="放大文字").click(force=True)
    assert [round(points(css), 1) for css in main] == [30.0] * len(main)
    assert not scrolls_sideways(elder)
    elder.reload()
    expect(theirs(elder)).to_be_visible()
    assert round(points(".turn.bot .text"), 1) == 30.0


@pytest.mark.parametrize(("path", "least"), [("/", 44), ("/elder", 60)])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_hit_read_and_fits(
    new_context: Callable[..., BrowserContext],
    server: FakeAssistant,
    complaints: list[str],
    path: str,
    least: int,
    viewport: dict[str, int],
    scheme: str,
) -> None:
    context = new_context(viewport=viewport, color_scheme=scheme)
    context.add_init_script(VOICE + TEXTS)
    page = context.new_page()
    page.goto(server.url + path)
    expect(tile(page, "交电费")).to_be_visible()

    def check(stage: str) -> None:
        contrast = page.evaluate(LOW_CONTRAST)
        assert contrast["bad"] == [], stage
        assert contrast["checked"] > 2, stage
        assert page.evaluate(SMALL_TARGETS, least) == [], stage
        assert not scrolls_sideways(page), stage
        if path == "/elder":
            assert page.evaluate(SMALL_TEXT, 18 * POINT) == [], stage

    check("first screen")
    whole_tour(page, server)
    say(page, "https://example.invalid/" + "a" * 300)
    check("conversation")
    page.locator("[data-act=fresh]:visible").click()
    check("dialog")
    assert complaints == []


@pytest.mark.parametrize("path", ["/", "/elder"])
def test_zoom_is_never_blocked_and_its_room_stays_usable(
    new_context: Callable[..., BrowserContext], server: FakeAssistant, path: str
) -> None:
    # 1280×800 at 400 % leaves 320×200 CSS pixels.
    page = new_context(viewport={"width": 320, "height": 200}).new_page()
    page.goto(server.url + path)
    viewport = page.locator("meta[name=viewport]").get_attribute("content") or ""
    assert "user-scalable" not in viewport
    assert "maximum-scale" not in viewport
    say(page, "你好")
    expect(theirs(page)).to_have_count(1)
    page.locator("#human").scroll_into_view_if_needed()
    expect(page.locator("#human")).to_be_in_viewport()
    assert not scrolls_sideways(page)


# ----- reading aloud -----


def test_without_a_chinese_voice_there_is_no_dead_button(page: Page) -> None:
    say(page, "你好")
    expect(theirs(page)).to_have_count(1)
    expect(page.get_by_role("button", name="朗读")).to_be_hidden()


def test_elders_are_read_to_slowly_and_as_often_as_they_like(elder: Page) -> None:
    say(elder, "我家停电了")
    button = elder.get_by_role("button", name="朗读", exact=True)
    for times in (1, 2):
        button.click()
        starts = "(n) => window.spoken.filter(({text}) => text.startsWith('别着急')).length === n"
        elder.wait_for_function(starts, arg=times)
        expect(button).to_have_text("朗读")  # finished, ready for another time
    spoken = elder.evaluate("window.spoken")
    assert {line["lang"] for line in spoken} == {"zh-CN"}
    assert all(line["rate"] < 0.9 for line in spoken)


def test_reading_by_itself_is_off_until_asked_for(elder: Page) -> None:
    say(elder, "你好")
    expect(theirs(elder)).to_have_count(1)
    assert elder.evaluate("window.spoken") == []
    elder.locator(".chip.toggle").click()
    expect(elder.locator(".chip.toggle")).to_have_text("自动朗读：开")
    say(elder, "查电费")
    elder.wait_for_function("() => window.spoken.some(({text}) => text.includes('收到：查电费'))")


# ----- reading position -----


def test_a_long_answer_is_shown_from_its_beginning(page: Page, server: FakeAssistant) -> None:
    say(page, "你好")
    expect(theirs(page)).to_have_count(1)
    server.push("agent", message("\n".join(f"第{n}条" for n in range(1, 61))))
    expect(page.locator(".turn.agent .who")).to_be_in_viewport()
    server.push("agent", message("还有一句"))
    expect(page.locator("#latest")).to_be_visible()  # not torn away from what one is reading
    expect(page.locator(".turn.agent .who").first).to_be_in_viewport()
    page.locator("#latest").click()
    expect(theirs(page, "agent").last).to_be_in_viewport()
    expect(page.locator("#latest")).to_be_hidden()
