// Articles: the list, and one as the customer would see it. Everything is text; Markdown stays as it was written.
import { byId, el, walkable } from "/static/desk/parts.js";

export function drawArticles(list, articles, open) {
  list.replaceChildren(...articles.map(({ topic, title, group, region, valid_to: until }) => {
    const row = el("button", "", "", el("span", "", title),
      el("span", "muted", [group, topic, region, until && `到 ${until}`].filter(Boolean).join(" · ")));
    row.type = "button";
    row.addEventListener("click", async () => {
      for (const other of list.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
      row.setAttribute("aria-current", "true");
      await open(topic);
      byId("preview").focus();
    });
    return el("li", "", "", row);
  }));
  if (!articles.length) list.append(el("li", "nothing", "没有这样的文章。"));
}

walkable(byId("articles"));

export function drawArticle(place, article) {
  const part = (title, ...content) => [el("h4", "", title), ...content];
  const lines = (texts) => el("ul", "", "", ...texts.map((text) => el("li", "", text)));
  const ground = ({ source, article: clause, edition, certainty }) => [source, clause, edition && `（${edition}）`, certainty && `${certainty}级`].filter(Boolean).join(" ");
  place.replaceChildren(
    el("h3", "", article.title),
    el("p", "muted", [article.topic, article.region, `${article.valid_from} 起`, article.valid_to && `到 ${article.valid_to}`].filter(Boolean).join(" · ")),
    ...part("文字答复", el("p", "said", article.answer), lines(article.citations.map(ground))),
    ...part("语音答复", el("p", "said", article.speech)),
    ...part("详细说明", el("div", "body", article.body)),
    ...part("依据", lines(article.facts.map((fact) => `${fact.text}——${ground(fact)}`))),
    ...part(`问法（${article.questions.length}）`, lines(article.questions)),
  );
  place.scrollTop = 0;
}
