"""The staff pages /desk and /ops in a real browser, against the real gateway over memory stores.

Each test asserts what an agent or an operator would notice, or what a customer would. Chromium comes from
``DIANDA_CHROMIUM`` or the path.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    expect,
)
from prometheus_client.parser import text_string_to_metric_families

from actions.desk.lifecycle import allowed
from actions.desk.outbox import LetterState
from actions.desk.plans import COLUMNS
from actions.desk.tickets import EventType, Kind, Priority, Status
from tests.browser.fake_desk import DROP, TOKEN, FakeDesk, a_busy_day

pytestmark = pytest.mark.browser

PROJECT = Path(__file__).resolve().parents[2]
DESKTOP = {"width": 1280, "height": 800}
TABLET = {"width": 768, "height": 1024}
SIGNED_IN = {"dianda.staff.token": TOKEN}
NAMED = SIGNED_IN | {"dianda.staff.agent": "张工"}

# Contrast of every visible piece of text against what lies behind it, as WCAG computes it; and of the placeholders.
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
  let checked = 0;
  const walker = document.createTreeWalker(document.querySelector("dialog[open]") ?? document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const [text, node] = [walker.currentNode.textContent.trim(), walker.currentNode.parentElement];
    if (!text || !node.checkVisibility() || node.closest(".sr-only, noscript, .skip, :disabled, .tick:has(:disabled)")) continue;
    checked += 1;
    const found = ratio(numbers(getComputedStyle(node).color), behind(node));
    if (found < 4.5) bad.push(`${found.toFixed(2)} ${text}`);
  }
  for (const field of document.querySelectorAll("[placeholder]")) {
    const found = ratio(numbers(getComputedStyle(field, "::placeholder").color), behind(field));
    if (found < 4.5) bad.push(`${found.toFixed(2)} placeholder`);
  }
  return {bad, checked};
}
"""
# WCAG 2.2 asks for 24 px.
SMALL_TARGETS = """
() => [...document.querySelectorAll("button, select, textarea, input:not([type=checkbox]), .tick, .tool")]
  .filter((node) => node.checkVisibility())
  .map((node) => ({name: node.textContent.trim() || node.id, box: node.getBoundingClientRect()}))
  .filter(({box}) => box.width < 27.9 || box.height < 27.9)
  .map(({name, box}) => `${name} ${box.width}x${box.height}`)
"""
NAMELESS = """
() => [...document.querySelectorAll("button, select, textarea, input")]
  .filter((node) => node.checkVisibility())
  .filter((node) => !node.textContent.trim() && !node.labels?.length && !node.getAttribute("aria-label"))
  .map((node) => node.outerHTML)
"""


@pytest.fixture
def server() -> Iterator[FakeDesk]:
    """A fresh service."""
    with FakeDesk() as service:
        yield service


@pytest.fixture
def day(server: FakeDesk) -> dict[str, str]:
    """Customers waiting and tickets in every state; the hand-off ids by name."""
    return a_busy_day(server)


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complains of; see `new_context`."""
    return []


@pytest.fixture
def new_context(browser: Browser, complaints: list[str]) -> Iterator[Callable[..., BrowserContext]]:
    """Open browser profiles that note every script error, breach of the CSP, missing file and request to another host."""
    opened: list[BrowserContext] = []

    def on_console(line: ConsoleMessage) -> None:
        # Refusals and a service that is away are the tests' doing.
        if line.type in {"error", "warning"} and "Failed to load resource" not in line.text:
            complaints.append(line.text)

    def on_response(response: Response) -> None:
        if response.status >= 400 and "/static/" in response.url:
            complaints.append(f"{response.status} {response.url}")

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce", **options})
        context.set_default_timeout(6000)
        context.on("console", on_console)
        context.on("response", on_response)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("request", lambda r: complaints.append(r.url) if "://127.0.0.1" not in r.url else None)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def desk(
    new_context: Callable[..., BrowserContext], server: FakeDesk, day: dict[str, str], complaints: list[str]
) -> Iterator[Page]:
    """The desk of 张工, signed in, on a busy day."""
    page = new_context().new_page()
    visit(page, server, "/desk", NAMED)
    expect(rows(page)).to_have_count(4)
    yield page
    assert complaints == []


@pytest.fixture
def ops(
    new_context: Callable[..., BrowserContext], server: FakeDesk, day: dict[str, str], complaints: list[str]
) -> Iterator[Page]:
    """The dashboard, signed in, on a busy day."""
    page = new_context().new_page()
    visit(page, server, "/ops")
    expect(page.locator("#ready .part")).to_have_count(3)
    expect(page.locator("#open-lead")).to_contain_text("共")
    expect(page.locator("#turns-lead")).to_contain_text("答复")
    yield page
    assert complaints == []


# ----- what an agent does and sees -----


def visit(page: Page, server: FakeDesk, path: str, kept: dict[str, str] = SIGNED_IN) -> None:
    """Open a page in a tab that has signed in before."""
    page.goto(f"{server.url}/static/chat/icon.svg")
    page.evaluate(
        "(kept) => Object.entries(kept).forEach(([name, value]) => sessionStorage.setItem(name, value))", kept
    )
    page.goto(server.url + path)


def rows(page: Page) -> Locator:
    """Find the rows of the queue."""
    return page.locator("#queue .row")


def row(page: Page, words: str) -> Locator:
    """Find one of them."""
    return page.locator("#queue .row", has_text=words)


def bubbles(page: Page, role: str) -> Locator:
    """Find what one side has said."""
    return page.locator(f"#log .line.{role} .bubble")


def taken(page: Page, words: str) -> None:
    """Open a waiting customer and take the conversation over."""
    row(page, words).click()
    page.locator("#take").click()
    expect(page.locator("#say")).to_be_focused()


def say(page: Page, text: str) -> None:
    """Type and press Enter."""
    page.locator("#say").fill(text)
    page.locator("#say").press("Enter")


def ticket_row(page: Page, words: str) -> Locator:
    """Find a row of the ticket list."""
    return page.locator("#tickets .row", has_text=words)


def opened(page: Page, words: str) -> str:
    """Open a ticket from the list; returns its number."""
    ticket_row(page, words).click()
    expect(page.locator("#ticket h2")).to_have_text(re.compile(r"^GD\d{14,}$"))
    return page.locator("#ticket h2").inner_text()


def move(page: Page, words: str) -> Locator:
    """Find a button of the ticket's next steps."""
    return page.locator("#ticket .moves button", has_text=words)


def moves(page: Page) -> list[str]:
    """Read the next steps offered."""
    texts: list[str] = page.locator("#ticket .moves button").all_inner_texts()
    return texts


def scrolls_sideways(page: Page) -> bool:
    """Tell whether the page can be moved sideways."""
    found: bool = page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return found


# ----- signing in -----


@pytest.mark.parametrize("path", ["/desk", "/ops"])
def test_only_the_right_token_opens_the_page(
    new_context: Callable[..., BrowserContext], server: FakeDesk, day: dict[str, str], complaints: list[str], path: str
) -> None:
    context = new_context()
    page = context.new_page()
    page.goto(server.url + path)
    expect(page.locator("#token")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#gate .problem")).to_have_text("请输入工作人员令牌。")
    for wrong in ("not-the-token", "令牌"):
        page.locator("#token").fill(wrong)
        page.keyboard.press("Enter")
        expect(page.locator("#gate .problem")).to_have_text("工作人员令牌不正确。")
    assert page.locator("#app").is_hidden()
    page.locator("#token").fill(f" {TOKEN} ")
    page.keyboard.press("Enter")
    expect(page.locator("#app")).to_be_visible()
    assert page.locator("#gate").is_hidden()
    assert page.evaluate("Object.values(sessionStorage)") == [TOKEN]
    assert page.evaluate("localStorage.length") == 0
    assert context.cookies() == []
    assert page.url == server.url + path
    page.reload()
    expect(page.locator("#app")).to_be_visible()
    page.locator("#sign-out").click()
    expect(page.locator("#token")).to_be_focused()
    assert page.evaluate("sessionStorage.length") == 0
    other = context.new_page()  # the token is this tab's alone
    other.goto(server.url + path)
    expect(other.locator("#token")).to_be_visible()
    assert complaints == []


def test_a_service_that_is_away_is_not_a_wrong_token(
    new_context: Callable[..., BrowserContext], server: FakeDesk
) -> None:
    page = new_context().new_page()
    page.goto(f"{server.url}/desk")
    for status, words in ((DROP, "连不上服务，请检查网络后再试。"), (503, "系统暂时不可用，请稍后再试。")):
        server.faults["/api"] = status
        page.locator("#token").fill(TOKEN)
        page.keyboard.press("Enter")
        expect(page.locator("#gate .problem")).to_have_text(words)
    server.faults.clear()
    page.keyboard.press("Enter")
    expect(page.locator("#queue-none")).to_have_text("现在没有客户等待。")


def test_a_token_that_is_changed_asks_again(desk: Page, server: FakeDesk) -> None:
    server.faults["/api"] = 403
    expect(desk.locator("#token")).to_be_visible()
    expect(desk.locator("#gate .problem")).to_have_text("工作人员令牌不正确。")
    server.faults.clear()
    desk.locator("#token").fill(TOKEN)


# ----- the queue -----


def test_who_waits_stands_first_and_danger_on_top_in_words(desk: Page) -> None:
    heads = [text.split("\n") for text in rows(desk).all_inner_texts()]
    assert [head[0] for head in heads] == ["特急", "紧急", "普通", "普通"]
    assert [head[1] for head in heads] == ["已等2分钟", "已等6分钟", "已等14分钟", "接待中"]
    assert [head[2] for head in heads] == ["用电险情", "自动答复多次失败", "客户要求人工", "过户更名办理中要求人工"]
    assert heads[3][3] == "坐席：李工"
    badge = rows(desk).first.locator(".badge")
    expect(badge.locator("svg")).to_be_visible()
    red, green, blue = badge.evaluate("(node) => getComputedStyle(node).backgroundColor.match(/\\d+/g).map(Number)")
    assert red > 150 > max(green, blue) * 2
    expect(desk.locator("#queue-count")).to_have_text("等待 3 · 接待中 1")
    expect(desk).to_have_title("(3) 坐席台 · 电答")


def test_a_newcomer_appears_by_itself_and_disturbs_nobody(desk: Page, server: FakeDesk) -> None:
    row(desk, "客户要求人工").focus()
    server.customer("c-new", "变压器冒烟了")
    server.hand_over("c-new", "用电险情", "变压器冒烟", Priority.EMERGENCY)
    expect(rows(desk)).to_have_count(5)
    expect(rows(desk).nth(1)).to_contain_text("变压器冒烟")  # behind the one who waits longer
    expect(row(desk, "客户要求人工")).to_be_focused()
    expect(desk.locator("#alarm")).to_have_text("有特急客户等待接入")
    server.hand_over("c-calm", "客户要求人工", "想问营业厅几点开门")
    expect(desk.locator("#announce")).to_have_text("有新的客户等待接入")


def test_lists_show_no_whole_phone(desk: Page) -> None:
    expect(row(desk, "客户要求人工")).to_contain_text("电话139****5678，想核对上月电费")
    expect(ticket_row(desk, "整栋楼停电")).to_contain_text("王** · 138****8000")
    expect(ticket_row(desk, "态度不好")).to_contain_text("电话136****2222")
    for list_ in ("#queue", "#tickets"):
        texts = desk.locator(list_).inner_text()
        assert re.findall(r"(?<![A-Z\d])\d{7,}", texts) == []
        assert "王小明" not in texts


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("打138-0013-8000", "打138****8000"),
        ("０５１２ 66668888", "０５１****8888"),
        ("户号3201556677有误", "户号320****6677有误"),
        ("工单GD20261122000011，18号3单元501", "工单GD20261122000011，18号3单元501"),
        ("座机66668888", "座机66****"),
    ],
)
def test_long_numbers_are_masked(desk: Page, text: str, shown: str) -> None:
    masked = desk.evaluate("async (text) => (await import('/static/desk/format.js')).maskNumbers(text)", text)
    assert masked == shown


# ----- a conversation -----


def test_the_round_trip_of_a_hand_over(desk: Page, server: FakeDesk, day: dict[str, str]) -> None:
    desk.evaluate("sessionStorage.removeItem('dianda.staff.agent')")
    desk.reload()
    row(desk, "用电险情").click()
    expect(desk.locator("#summary")).to_contain_text("青禾区榆林路18号门口，有小孩在旁边")
    expect(bubbles(desk, "user")).to_have_text(["电线掉地上冒火花", "在青禾区榆林路18号门口，有小孩在旁边"])
    expect(bubbles(desk, "bot").first).to_contain_text("请马上离开")
    expect(desk.locator("#talk-tickets")).to_contain_text("报修 · 已派单")
    expect(desk.locator("#reply")).to_be_hidden()
    expect(desk.locator("#talk-note")).to_have_text("接入后才能回复客户。")

    desk.locator("#take").click()
    expect(desk.locator("#name")).to_be_focused()
    desk.keyboard.press("Escape")  # nothing has happened
    expect(desk.locator("#take")).to_be_visible()
    desk.locator("#take").click()
    desk.locator("#name").fill("张工")
    desk.keyboard.press("Enter")
    expect(desk.locator("#say")).to_be_focused()
    expect(bubbles(desk, "system")).to_contain_text("人工客服张工已接入")
    expect(desk.locator("#agent")).to_have_text("坐席：张工")

    say(desk, "请带孩子离开8米以外。\n抢修已出发。")
    expect(bubbles(desk, "agent")).to_have_text(["请带孩子离开8米以外。\n抢修已出发。"])
    expect(desk.locator("#say")).to_have_value("")
    assert server.said("c-wire") == ["请带孩子离开8米以外。\n抢修已出发。"]
    server.customer("c-wire", "已经走远了")
    expect(bubbles(desk, "user")).to_have_count(3)  # by itself
    expect(desk.locator("#log .line.bot")).to_have_count(2)  # the bot keeps quiet, and its silence is no line

    desk.locator("#end").click()
    expect(desk.locator("#ask")).to_contain_text("转回智能客服")
    desk.keyboard.press("Escape")
    assert server.handoffs.get(day["wire"]).closed_at is None  # type: ignore[union-attr]
    desk.locator("#end").click()
    desk.locator("#ask-yes").click()
    expect(desk.locator("#talk-note")).to_contain_text("已结束")
    expect(bubbles(desk, "system").last).to_contain_text("人工服务已结束")
    expect(rows(desk)).to_have_count(3)

    taken(desk, "自动答复多次失败")  # the name is not asked a second time
    assert server.handoffs.get(day["outage"]).agent == "张工"  # type: ignore[union-attr]


def test_a_button_the_customer_pressed_is_shown_by_its_title(desk: Page) -> None:
    row(desk, "自动答复多次失败").click()
    expect(bubbles(desk, "user").nth(1)).to_have_text("点选：只有我家")
    expect(desk.locator("#log .aside").first).to_have_text("可选：只有我家、邻居也停了")


def test_what_an_answer_rests_on_is_shown(desk: Page) -> None:
    row(desk, "客户要求人工").click()
    expect(desk.locator("#log .aside")).to_have_text("依据：供电营业规则 第九十八条")


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_a_reply_that_failed_reaches_the_customer_once(
    desk: Page, server: FakeDesk, day: dict[str, str], lost: str
) -> None:
    taken(desk, "客户要求人工")
    if lost == "request":
        server.faults[f"/api/v1/handoffs/{day['bill']}/say"] = DROP
    else:
        server.answers_lost = 9  # the browser tries again by itself
    say(desk, "我来帮您核对")
    expect(desk.locator("#talk-problem")).to_have_text("没有发出：连不上服务，请检查网络后再试。")
    expect(desk.locator("#say")).to_have_value("我来帮您核对")
    server.faults.clear()
    server.answers_lost = 0
    desk.locator("#send").click()
    expect(desk.locator("#say")).to_have_value("")
    expect(bubbles(desk, "agent")).to_have_text(["我来帮您核对"])
    assert server.said("c-bill") == ["我来帮您核对"]


def test_what_is_written_to_one_customer_never_goes_to_another(desk: Page, server: FakeDesk) -> None:
    taken(desk, "客户要求人工")
    desk.locator("#say").fill("您上月电费是")
    taken(desk, "自动答复多次失败")
    expect(desk.locator("#say")).to_have_value("")
    say(desk, "抢修马上到")
    expect(bubbles(desk, "agent")).to_have_text(["抢修马上到"])
    row(desk, "客户要求人工").click()
    expect(desk.locator("#say")).to_have_value("您上月电费是")
    assert (server.said("c-bill"), server.said("c-outage")) == ([], ["抢修马上到"])


def test_news_from_the_other_conversation_is_marked(desk: Page, server: FakeDesk) -> None:
    taken(desk, "客户要求人工")
    taken(desk, "自动答复多次失败")
    server.customer("c-bill", "还在吗", "喂")
    expect(row(desk, "客户要求人工")).to_contain_text("新消息 2")
    row(desk, "客户要求人工").click()
    expect(bubbles(desk, "user").last).to_have_text("喂")
    expect(row(desk, "客户要求人工")).not_to_contain_text("新消息")


def test_news_does_not_tear_one_away_from_what_one_reads(desk: Page, server: FakeDesk) -> None:
    taken(desk, "客户要求人工")
    server.customer("c-bill", *(f"第{number}句" for number in range(40)))
    expect(bubbles(desk, "user").last).to_be_in_viewport()  # at the end, one stays at the end
    bubbles(desk, "user").first.scroll_into_view_if_needed()
    server.customer("c-bill", "最后一句")
    expect(desk.locator("#latest")).to_be_visible()
    expect(bubbles(desk, "user").first).to_be_in_viewport()
    desk.locator("#latest").click()
    expect(bubbles(desk, "user").last).to_be_in_viewport()
    expect(desk.locator("#latest")).to_be_hidden()


def test_a_colleague_was_faster(desk: Page, server: FakeDesk, day: dict[str, str]) -> None:
    row(desk, "客户要求人工").click()
    server.handoffs.take(day["bill"], "李工", server.clock.now())
    desk.locator("#take").click()
    expect(desk.locator("#talk-problem")).to_have_text("这次人工服务已由其他同事接入，或已经结束。")
    expect(desk.locator("#talk-note")).to_have_text("由李工接待中，您可以查看，不能回复。")
    expect(desk.locator("#take")).to_be_hidden()
    expect(desk.locator("#reply")).to_be_hidden()
    expect(desk.locator("#end")).to_be_hidden()


def test_the_customer_leaves(desk: Page, server: FakeDesk) -> None:
    taken(desk, "客户要求人工")
    desk.locator("#say").fill("还有什么")
    server.customer("c-bill", "结束人工")
    expect(desk.locator("#talk-note")).to_contain_text("已结束")
    expect(desk.locator("#reply")).to_be_hidden()
    expect(bubbles(desk, "user").last).to_have_text("结束人工")


def test_two_thousand_characters_and_no_more(desk: Page, server: FakeDesk) -> None:
    taken(desk, "客户要求人工")
    desk.locator("#say").fill("电" * 2001)
    expect(desk.locator("#say-count")).to_have_text("2001/2000，超出 1 字，请删减")
    expect(desk.locator("#send")).to_be_disabled()
    desk.locator("#say").press("Enter")
    desk.locator("#say").fill("😀" * 2000)
    desk.locator("#say").press("Enter")
    expect(bubbles(desk, "agent")).to_have_count(1)
    assert server.said("c-bill") == ["😀" * 2000]


def test_enter_that_ends_a_chinese_word_sends_nothing(desk: Page, server: FakeDesk) -> None:
    taken(desk, "客户要求人工")
    field = desk.locator("#say")
    keyboard = desk.context.new_cdp_session(desk)
    keyboard.send("Input.imeSetComposition", {"text": "ni hao", "selectionStart": 6, "selectionEnd": 6})
    keyboard.send(
        "Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    )
    field.dispatch_event("keydown", {"key": "Enter", "keyCode": 229, "bubbles": True})
    expect(field).to_have_value("ni hao")
    assert server.said("c-bill") == []


def test_words_of_a_customer_are_never_markup(desk: Page, server: FakeDesk) -> None:
    evil = '<img src=x onerror="alert(1)"><b>粗</b>'
    server.customer("c-evil", evil)
    server.hand_over("c-evil", evil, evil, Priority.EMERGENCY)
    server.ticket(description=evil, contact_name=evil)
    desk.reload()
    row(desk, "onerror").click()
    expect(bubbles(desk, "user")).to_have_text([evil])
    expect(desk.locator("#summary")).to_have_text(evil)
    ticket_row(desk, "onerror").click()
    expect(desk.locator("#ticket dd").first).to_have_text(evil)
    assert desk.locator("#app img:not(.mark), #app b").count() == 0


# ----- tickets -----


def test_tickets_by_kind_status_and_conversation(desk: Page) -> None:
    list_ = desk.locator("#tickets .row")
    expect(list_).to_have_count(7)
    desk.locator("#filter-kind").select_option(label="报修")
    expect(list_).to_have_count(3)
    desk.locator("#filter-status").select_option(label="已接单")
    expect(list_).to_have_count(1)
    expect(list_).to_contain_text("到达现场 超时45分钟")
    desk.locator("#filter-kind").select_option(label="表扬")
    expect(desk.locator("#tickets-none")).to_have_text("没有符合条件的工单。")
    desk.locator("#filter-kind").select_option(label="全部")
    desk.locator("#filter-status").select_option(label="全部")
    expect(desk.locator("#filter-own")).to_be_disabled()
    row(desk, "用电险情").click()
    desk.locator("#filter-own").check()
    expect(list_).to_have_count(1)
    expect(list_).to_contain_text("电线掉地上冒火花")
    row(desk, "自动答复多次失败").click()
    expect(list_).to_contain_text("整栋楼停电")


def test_a_long_list_is_read_page_by_page(desk: Page, server: FakeDesk) -> None:
    for number in range(60):
        server.ticket(Kind.OPINION, f"意见{number}")
    desk.locator("#tickets-refresh").click()
    expect(desk.locator("#tickets .row")).to_have_count(50)
    desk.locator("#tickets-more button").click()
    expect(desk.locator("#tickets .row")).to_have_count(67)
    expect(desk.locator("#tickets-more")).to_be_hidden()


def test_a_ticket_is_found_by_its_number(desk: Page, server: FakeDesk) -> None:
    number = server.ticket(description="路灯不亮").ticket_no
    desk.locator("#find-no").fill("GD123")
    desk.locator("#find-no").press("Enter")
    expect(desk.locator("#tickets-problem")).to_have_text("没有这张工单。")
    desk.locator("#find-no").fill(f" {number.lower()} ")
    desk.locator("#find-no").press("Enter")
    expect(desk.locator("#ticket h2")).to_have_text(number)
    desk.get_by_role("button", name="返回列表").click()
    expect(desk.locator("#tickets-problem")).to_be_hidden()


def test_a_ticket_in_full(desk: Page, server: FakeDesk) -> None:
    ticket_row(desk, "整栋楼停电").click()
    box = desk.locator("#ticket")
    expect(box.locator(".marks")).to_have_text("报修紧急已接单")
    expect(box.locator("tbody tr")).to_have_count(1)
    expect(box.locator("tbody tr")).to_contain_text("到达现场超时45分钟")
    expect(box.locator("dl")).to_contain_text("低压故障 · 多户停电")
    expect(box.locator("dl")).to_contain_text("安澜市青禾区榆林路18号3单元501 · 城区")
    expect(box.locator("dl")).to_contain_text("138****8000")
    box.get_by_role("button", name="显示").click()
    expect(box.locator("dl")).to_contain_text("13800138000")
    events = [text.split()[0] for text in box.locator(".events strong").all_inner_texts()]
    assert events == ["超时", "时限预警", "接单", "派单", "受理"]
    expect(box.locator(".events")).to_contain_text("榆林抢修班")
    box.get_by_role("button", name="返回列表").click()
    expect(ticket_row(desk, "整栋楼停电")).to_be_focused()
    ticket_row(desk, "跳闸合不上").click()
    expect(box.locator("dl")).to_contain_text("051****8888")  # masked again
    expect(box.locator("tbody tr")).to_contain_text(re.compile("即将超时，还剩[45]分钟"))


def test_moving_a_ticket_on(desk: Page, server: FakeDesk) -> None:
    number = opened(desk, "整栋楼停电")
    assert moves(desk) == ["联系客户", "出发", "退回重派", "催办", "备注", "升级上报", "暂停计时", "撤销"]
    desk.locator("#ticket-note").fill("已电话联系，客户在家")
    move(desk, "联系客户").click()
    expect(desk.locator("#ticket .marks")).to_contain_text("已联系客户")
    expect(desk.locator("#ticket-note")).to_have_value("")
    expect(desk.locator("#announce")).to_contain_text("联系客户")
    last = server.desk.ticket(number).events[-1]
    assert (last.type, last.actor, last.note) == (EventType.CONTACTED, "张工", "已电话联系，客户在家")
    for step, status in (
        ("出发", "赶赴现场"),
        ("到达现场", "已到现场"),
        ("处理完毕", "已处理完"),
        ("回访", "已回访"),
        ("办结归档", "已办结"),
    ):
        move(desk, step).click()
        expect(desk.locator("#ticket .marks")).to_contain_text(status)
    assert moves(desk) == ["重新处理", "备注"]
    rows_ = desk.locator("#ticket tbody tr").all_inner_texts()
    assert ["超时完成" in text for text in rows_] == [True, False]  # too late on site, in time with the rest
    desk.get_by_role("button", name="返回列表").click()
    expect(ticket_row(desk, "整栋楼停电")).to_contain_text("已办结")


def test_an_illegal_move_shows_the_desks_words_and_changes_nothing(desk: Page, server: FakeDesk) -> None:
    number = opened(desk, "跳闸合不上")
    expect(move(desk, "派单")).to_be_visible()
    server.desk.move(number, "dispatched", actor="李工")
    server.desk.move(number, "acknowledged", actor="李工")
    desk.locator("#ticket-note").fill("派给榆林班")
    move(desk, "派单").click()
    words = "工单当前状态下不能这样操作，未作任何更改。\n现在可以：联系客户、出发、撤销、退回重派、催办、备注、升级上报、暂停计时"
    expect(desk.locator("#ticket .problem")).to_have_text(words)
    expect(desk.locator("#ticket-note")).to_have_value("派给榆林班")
    expect(desk.locator("#ticket .marks")).to_contain_text("已接单")  # and what has happened meanwhile is there
    assert "派单" not in moves(desk)
    assert server.desk.ticket(number).status is Status.ACKNOWLEDGED


def test_a_withdrawal_is_asked_about_and_a_remark_needs_words(desk: Page, server: FakeDesk) -> None:
    number = opened(desk, "跳闸合不上")
    move(desk, "备注").click()
    expect(desk.locator("#ticket .problem")).to_have_text("请先写备注内容。")
    expect(desk.locator("#ticket-note")).to_be_focused()
    desk.keyboard.type("客户说晚上在家")
    move(desk, "备注").click()
    expect(desk.locator("#ticket .events")).to_contain_text("客户说晚上在家")
    move(desk, "撤销").click()
    desk.locator("#ask-no").click()
    assert server.desk.ticket(number).status is Status.ACCEPTED
    move(desk, "撤销").click()
    desk.locator("#ask-yes").click()
    expect(desk.locator("#ticket .marks")).to_contain_text("已撤销")
    assert moves(desk) == ["备注"]
    expect(desk.locator("#ticket tbody")).to_contain_text("已取消")


def test_the_buttons_are_those_of_the_desk(desk: Page) -> None:
    flags = ((True, False), (False, False), (True, True), (False, True))
    cases = [(kind, status, phone, paused) for kind in Kind for status in Status for phone, paused in flags]
    script = "async (cases) => { const {allowed} = await import('/static/desk/moves.js'); return cases.map((one) => allowed(...one)); }"
    offered = desk.evaluate(script, [[kind.value, status.value, phone, paused] for kind, status, phone, paused in cases])
    for (kind, status, phone, paused), types in zip(cases, offered, strict=True):
        wanted = {type_.value for type_ in allowed(kind, status, reachable=phone, paused=paused)}
        assert set(types) == wanted, (kind, status, phone, paused)


def test_every_code_has_its_word(desk: Page) -> None:
    words = desk.evaluate("async () => ({...await import('/static/desk/words.js')})")
    for table, codes in (("KIND", Kind), ("STATUS", Status), ("EVENT", EventType), ("PRIORITY", Priority)):
        assert set(words[table]) == {code.value for code in codes}, table


# ----- when things go wrong; keyboard; room -----


def test_a_service_that_goes_away_is_said_and_mended(desk: Page, server: FakeDesk) -> None:
    row(desk, "客户要求人工").click()
    server.faults["/api"] = DROP
    expect(desk.locator("#banner")).to_have_text("连不上服务，正在自动重试…")
    expect(rows(desk)).to_have_count(4)  # what was known stays
    server.faults["/api"] = 502
    expect(desk.locator("#banner")).to_have_text("系统出了点问题，请稍后再试。（正在自动重试）")
    server.faults.clear()
    expect(desk.locator("#banner")).to_be_hidden()


def test_the_desk_can_be_used_by_keyboard_alone(desk: Page, server: FakeDesk, day: dict[str, str]) -> None:
    rows(desk).first.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "Home", "End", "ArrowUp"):
        desk.keyboard.press(key)
    expect(row(desk, "客户要求人工")).to_be_focused()
    assert row(desk, "客户要求人工").evaluate("(node) => getComputedStyle(node).outlineStyle") != "none"
    desk.keyboard.press("Enter")
    expect(desk.locator("#talk-title")).to_contain_text("客户要求人工")
    for _ in range(5):
        desk.keyboard.press("Tab")
        if desk.locator("#take").evaluate("(node) => node === document.activeElement"):
            break
    desk.keyboard.press("Enter")
    expect(desk.locator("#say")).to_be_focused()
    desk.keyboard.type("您好")
    desk.keyboard.press("Enter")
    expect(bubbles(desk, "agent")).to_have_text(["您好"])
    for _ in range(12):
        desk.keyboard.press("Tab")
        if desk.locator("#tickets .row").first.evaluate("(node) => node === document.activeElement"):
            break
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk.locator("#ticket h2")).to_be_focused()
    assert server.handoffs.get(day["bill"]).agent == "张工"  # type: ignore[union-attr]


@pytest.mark.parametrize("viewport", [DESKTOP, TABLET], ids=["1280", "768"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk_fits_and_can_be_read(
    new_context: Callable[..., BrowserContext],
    server: FakeDesk,
    day: dict[str, str],
    complaints: list[str],
    viewport: dict[str, int],
    scheme: str,
) -> None:
    page = new_context(viewport=viewport, color_scheme=scheme).new_page()
    page.goto(f"{server.url}/desk")

    def check(stage: str) -> None:
        contrast = page.evaluate(LOW_CONTRAST)
        assert contrast["bad"] == [], stage
        assert contrast["checked"] > 2, stage
        assert page.evaluate(SMALL_TARGETS) == [], stage
        assert page.evaluate(NAMELESS) == [], stage
        assert not scrolls_sideways(page), stage

    page.locator("#token").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#gate .problem")).to_be_visible()
    check("sign in")
    page.locator("#token").fill(TOKEN)
    page.keyboard.press("Enter")
    row(page, "用电险情").click()
    expect(bubbles(page, "bot").first).to_be_visible()
    check("waiting")
    page.locator("#take").click()
    check("name")
    page.locator("#name").fill("张工")
    page.keyboard.press("Enter")
    say(page, "https://example.invalid/" + "a" * 300)
    expect(bubbles(page, "agent")).to_be_visible()
    for part in ("#talk-title", "#summary", "#log .line:last-child", "#say", "#send", "#end"):
        expect(page.locator(part)).to_be_in_viewport()
    check("talking")
    page.locator("#talk-tickets .chip").click()
    expect(page.locator("#ticket h2")).to_be_visible()
    check("ticket")
    page.get_by_role("button", name="返回列表").click()
    check("tickets")
    if viewport == TABLET:
        expect(page.locator("#talk")).to_be_hidden()
        page.get_by_role("button", name="会话", exact=True).click()
        expect(page.locator("#say")).to_be_visible()
        expect(page.locator("#tickets")).to_be_hidden()
    assert complaints == []


@pytest.mark.parametrize("path", ["/desk", "/ops"])
def test_zoom_leaves_it_usable(
    new_context: Callable[..., BrowserContext], server: FakeDesk, day: dict[str, str], path: str
) -> None:
    # 1280×800 at 400 % leaves 320×200 CSS pixels.
    page = new_context(viewport={"width": 320, "height": 200}).new_page()
    visit(page, server, path)
    place = page.locator("#queue .row" if path == "/desk" else "#open-lead").first
    place.scroll_into_view_if_needed()
    expect(place).to_be_in_viewport()
    assert not scrolls_sideways(page)


# ----- the dashboard -----


def cells(page: Page, table: str) -> dict[str, list[str]]:
    """Read a table's body: name → its numbers, bars left out."""
    found: dict[str, list[str]] = page.evaluate(
        "(id) => Object.fromEntries([...document.querySelectorAll(`#${id} tbody tr`)].filter((row) => row.querySelector('th'))"
        ".map((row) => [row.querySelector('th').innerText, [...row.querySelectorAll('td:not(.bar-cell)')].map((cell) => cell.innerText)]))",
        table,
    )
    return found


def refreshed(page: Page) -> None:
    """Ask for fresh figures and wait for them."""
    with page.expect_response("**/metrics"), page.expect_response("**/api/v1/tickets?*"):
        page.locator("#refresh").click()


def test_the_figures_are_those_of_the_service(ops: Page, server: FakeDesk, day: dict[str, str]) -> None:
    server.assistant.broken = True
    server.customer("c-9", "我家停电了")
    server.assistant.broken = False
    refreshed(ops)
    expect(ops.locator("#turns-lead")).to_have_text(re.compile(r"^自 \d\d:\d\d 启动以来答复 16 次$"))
    series: dict[str, Any] = {}
    text = ops.request.get(f"{server.url}/metrics").text()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            series.setdefault(sample.name, []).append((sample.labels, sample.value))

    def summed(name: str, label: str) -> dict[str, float]:
        totals: dict[str, float] = {}
        for labels, value in series.get(name, []):
            totals[labels[label]] = totals.get(labels[label], 0) + value
        return totals

    words = ops.evaluate(
        "async () => ({...await import('/static/ops/words.js'), ...await import('/static/desk/words.js')})"
    )
    for table, label, names in (
        ("turns-outcome", "outcome", words["OUTCOME"]),
        ("turns-channel", "channel", words["CHANNEL"]),
        ("turns-intent", "intent", words["INTENT"]),
    ):
        shown = {name: int(numbers[0]) for name, numbers in cells(ops, table).items()}
        assert shown == {names[code]: value for code, value in summed("dianda_turns_total", label).items()}, table
    assert cells(ops, "turns-intent")["停电报修"] == ["3", "1"]  # one of the three was not answered on the spot
    count = {names["channel"]: value for names, value in series["dianda_turn_seconds_count"]}
    total = {names["channel"]: value for names, value in series["dianda_turn_seconds_sum"]}
    times, mean, *_ = cells(ops, "latency")["网页渠道"]
    assert int(times) == count["web"]
    assert float(mean.removesuffix(" 毫秒")) == pytest.approx(1000 * total["web"] / count["web"], rel=0.01)
    assert cells(ops, "latency")["其中知识检索"][2:] == ["20 毫秒", "20 毫秒"]  # 14 ms lie between 10 and 20
    spread = cells(ops, "latency-spread")
    assert sum(int(numbers[0]) for numbers in spread.values()) == 16
    assert cells(ops, "wire")["待补答的消息"] == ["1"]
    expect(ops.locator("#handoffs-lead")).to_have_text("现在等待 3 人，接待中 1 人，其中特急 1 人等待")


def test_hand_overs_and_tickets_are_counted(ops: Page, server: FakeDesk, day: dict[str, str]) -> None:
    expect(ops.locator("#handoffs")).to_contain_text("启动以来没有转人工。")
    for call, body in (("take", {"agent": "张工"}), ("close", {})):
        path = f"{server.url}/api/v1/handoffs/{day['bill']}/{call}"
        assert ops.request.post(path, data=body, headers={"Authorization": f"Bearer {TOKEN}"}).ok
    refreshed(ops)
    expect(ops.locator("#handoffs tbody tr")).to_have_count(2)
    assert cells(ops, "handoffs") == {"坐席接入": ["1"], "坐席结束": ["1"]}
    expect(ops.locator("#handoffs-lead")).to_contain_text("等待 2 人")


def test_breached_clocks_stand_first(ops: Page, server: FakeDesk) -> None:
    with server.ago(300):
        worst = server.ticket(description="半个村没电", address="石桥镇", contact_name="孙先生")
    server.desk.sweep()
    refreshed(ops)
    expect(ops.locator("#open-lead")).to_have_text("共 7 张，已超时 2 张，即将超时 1 张")
    lines = [
        [cell.strip() for cell in text.split("\t")] for text in ops.locator("#open-clocks tbody tr").all_inner_texts()
    ]
    stand = [re.sub(r"\d.*", "", line[2].split()[1]) for line in lines]
    assert stand == ["超时", "超时", "即将超时，还剩", "还剩", "还剩", "还剩"]
    assert [line[0] for line in lines][:1] == [worst.ticket_no]
    assert cells(ops, "open-counts") == {
        "报修": ["2", "1", "1", "0", "4"],
        "投诉": ["0", "0", "0", "1", "1"],
        "业务申请": ["1", "0", "0", "0", "1"],
        "建议": ["1", "0", "0", "0", "1"],
    }
    assert "1380" not in ops.locator("#main").inner_text()  # nobody's phone on a screen on the wall
    ops.locator("#open-clocks a", has_text=worst.ticket_no).click()
    expect(ops.locator("#ticket h2")).to_have_text(worst.ticket_no)  # on the desk, without signing in again
    assert ops.url == f"{server.url}/desk"


def test_a_ticket_done_late_is_no_open_breach(ops: Page, server: FakeDesk) -> None:
    late = server.desk.tickets(None).tickets
    ticket = next(one for one in late if "整栋楼" in one.description)
    server.move(ticket, "en_route", "on_site")
    refreshed(ops)
    expect(ops.locator("#open-lead")).to_contain_text("没有超时")
    expect(ops.locator("#open-clocks tbody tr", has_text=ticket.ticket_no)).to_contain_text("恢复供电")


def test_plans_and_who_was_told_calls_and_letters_that_went_wrong(ops: Page, server: FakeDesk) -> None:
    starts = server.clock.now() + timedelta(days=3)
    times = (starts, starts + timedelta(hours=8))
    server.notifier.take([
        dict(zip(COLUMNS, ("JH-1", "计划", "线路检修", "安澜市滨江区望江路1号至130号", *times), strict=True)),
        dict(zip(COLUMNS, ("LS-2", "临时", "缺陷处理", "安澜市城西区建设路沿线", *times), strict=True)),
    ])  # fmt: skip
    server.notifier.sweep()
    server.notifier.cancel("LS-2", "")
    outbox = server.tickets.outbox
    key = "plan:JH-1:1:ahead:3201556677"
    expect_delivered(lambda: outbox.letters[key].delivered_at is not None)
    outbox.letters[key] = replace(outbox.letters[key], state=LetterState.DEAD, delivered_at=None, last_error="HTTP 422")
    night = outbox.letters["plan:JH-1:1:ahead:4101234567890"]
    outbox.letters[night.letter.key] = replace(
        night, state=LetterState.PENDING, delivered_at=None, attempts=0, held="quiet_hours", next_at=starts
    )
    refreshed(ops)
    expect(ops.locator("#notices-lead")).to_have_text("停电计划 2 个，已通知 2 户（电话 1 户），晚报 1 个；待发 1 条，没有送达 1 条")
    (late, off) = ops.locator("#plans tbody tr").all()
    expect(late).to_contain_text("晚报")
    expect(off).to_contain_text("已取消")
    expect(ops.locator("#letters-waiting")).to_contain_text("安静时段，早上再发")
    assert "13800010006" not in ops.locator("#main").inner_text(), "nobody's phone on a screen on the wall"
    ops.locator("#calls-open").click()
    expect(ops.locator("#calls")).to_contain_text("13800010006")
    ops.locator("#calls button", has_text="已致电").click()
    expect(ops.locator("#calls")).to_contain_text("没有待打的电话")
    ops.locator("#letters-dead button", has_text="重新发送").click()
    expect(ops.locator("#letters-dead")).to_be_hidden()
    expect_delivered(lambda: outbox.letters[key].state is LetterState.DELIVERED)


def expect_delivered(look: Callable[[], bool]) -> None:
    """Wait for the postman."""
    end = time.monotonic() + 10
    while not look():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_part_that_does_not_work_is_said_in_words(ops: Page, server: FakeDesk) -> None:
    parts = ops.locator("#ready .part")
    expect(parts).to_have_text(["对话助手：正常", "知识库：正常", "数据库：正常"])
    server.parts_work["knowledge"] = False
    server.assistant.up = False
    refreshed(ops)
    expect(parts).to_have_text(["对话助手：不可用", "知识库：不可用", "数据库：正常"])
    server.faults["/readyz"] = DROP
    refreshed(ops)
    expect(ops.locator("#ready-problem")).to_have_text("连不上服务，请检查网络后再试。")
    expect(parts).to_have_count(0)  # nobody knows, so nothing is claimed


def test_old_figures_are_marked_as_old(ops: Page, server: FakeDesk) -> None:
    server.faults["/metrics"] = 502
    with ops.expect_response("**/metrics"):
        ops.locator("#refresh").click()
    expect(ops.locator("#metrics-problem")).to_have_text("系统出了点问题，请稍后再试。")
    expect(ops.locator("[data-metrics-at]").first).to_have_text(re.compile(r"^未能更新，数据截至 \d\d:\d\d:\d\d$"))
    expect(ops.locator("#turns-lead")).to_contain_text("答复 15 次")
    server.faults.clear()
    refreshed(ops)
    expect(ops.locator("#metrics-problem")).to_be_hidden()
    expect(ops.locator("[data-metrics-at]").first).to_have_text(re.compile("^截至"))


def test_it_refreshes_every_ten_seconds(
    new_context: Callable[..., BrowserContext], server: FakeDesk, complaints: list[str]
) -> None:
    page = new_context().new_page()
    page.clock.install()
    visit(page, server, "/ops")
    expect(page.locator("#turns-outcome")).to_contain_text("还没有数据。")
    expect(page.locator("#open-counts")).to_contain_text("没有未办结的工单。")
    server.customer("c1", "你好")
    asked = server.calls.count(("GET", "/metrics"))
    page.clock.run_for(9000)
    assert server.calls.count(("GET", "/metrics")) == asked
    page.clock.run_for(1500)
    expect(page.locator("#turns-outcome")).to_contain_text("助手已答复")
    assert complaints == []


@pytest.mark.parametrize("viewport", [DESKTOP, TABLET], ids=["1280", "768"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_dashboard_fits_and_can_be_read(
    new_context: Callable[..., BrowserContext],
    server: FakeDesk,
    day: dict[str, str],
    viewport: dict[str, int],
    scheme: str,
) -> None:
    server.parts_work["database"] = False
    page = new_context(viewport=viewport, color_scheme=scheme).new_page()
    visit(page, server, "/ops")
    expect(page.locator("#open-clocks tbody tr")).to_have_count(5)
    expect(page.locator("#turns-intent tbody tr")).to_have_count(5)
    contrast = page.evaluate(LOW_CONTRAST)
    assert contrast["bad"] == []
    assert contrast["checked"] > 50
    assert page.evaluate(SMALL_TARGETS) == []
    assert not scrolls_sideways(page)
    assert page.locator("table:not(:has(caption))").count() == 0
    assert page.locator("table th:not([scope])").count() == 0


def test_every_intent_and_outcome_has_its_word(ops: Page) -> None:
    from bot.gateway.responder import Outcome

    words = ops.evaluate("async () => ({...await import('/static/ops/words.js')})")
    domain = yaml.safe_load((PROJECT / "bot" / "assistant" / "domain" / "intents.yml").read_text("utf-8"))
    known = {name if isinstance(name, str) else next(iter(name)) for name in domain["intents"]}
    assert known <= set(words["INTENT"])
    assert {outcome.value for outcome in Outcome} <= set(words["OUTCOME"])


def test_the_metrics_are_read_as_the_library_reads_them(ops: Page) -> None:
    text = (
        "# HELP a_total A\n# TYPE a_total counter\n"
        'a_total{name="with \\"quotes\\", a comma, a \\\\ and a \\n",other="}"} 3.0\n'
        'a_total{name="2",other=""} 1e+3 1700000000\n'
        "# TYPE b gauge\nb -0.5\n# TYPE c gauge\nc +Inf\n"
    )
    expected = [[s.name, s.labels, s.value] for family in text_string_to_metric_families(text) for s in family.samples]
    script = """async (text) => {
      const {parse} = await import('/static/ops/prometheus.js');
      return [...parse(text)].flatMap(([name, samples]) => samples.map(({labels, value}) => [name, labels, value]));
    }"""
    assert ops.evaluate(script, text) == expected
