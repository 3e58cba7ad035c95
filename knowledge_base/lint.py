"""All rules of README.md, checked over all articles and all profiles. A problem names file, line and reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from knowledge_base.article import ArticleFile, Source, read_article
from knowledge_base.catalogue import Catalogue, read_catalogue
from knowledge_base.cite import citations
from knowledge_base.errors import KnowledgeError, SourceError, UnknownValue
from knowledge_base.figures import figures
from knowledge_base.load import article_paths, checked, render
from knowledge_base.profiles import Profile, Value, load_profile, profile_names, quoted
from knowledge_base.tariff.schedules import disagreements

LONGEST_ANSWER = 220
LONGEST_SPEECH = 60
FEWEST_QUESTIONS = 20
_PARTICLES = re.compile("[的了吗呢啊呀吧嘛哦喔噢哈咯啦么不没]+$|[，。？！、,.?!\\s“”\"']|请问|你好|您好|麻烦问一下|我想问一下|想问下")
_NOT_FOR_THE_EAR = re.compile("[()（）【】\\[\\]《》<>{}*#/\\\\|=+_~&@^`“”\"]")
_LOCAL_RULE = re.compile("以当地.{0,14}为准")


@dataclass(frozen=True)
class Problem:
    """A rule that is broken, and where."""

    file: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


def lint(folder: Path) -> list[Problem]:
    """Check ``articles/`` and ``profiles/`` under `folder`; an empty list means that all rules hold."""
    catalogue = read_catalogue()
    profiles, problems = _profiles(folder / "profiles")
    files: list[ArticleFile] = []
    for path in article_paths(folder / "articles"):
        try:
            files.append(checked(read_article(path), catalogue))
        except SourceError as error:
            problems.append(Problem(error.file, error.line, error.reason))
    for file in files:
        problems += _of_article(file, profiles, catalogue)
    problems += _across(files)
    written = {file.draft.topic for file in files} | {problem.file.stem for problem in problems}
    problems += [Problem(folder / "articles" / catalogue.groups[t] / f"{t}.md", 1, "还没有这篇文章") for t in catalogue.topics if t not in written]
    return problems


def lint_article(folder: Path, draft: Path) -> list[Problem]:
    """Check one article, written at `draft`, as if it stood in `folder` in the place of the one of its name."""
    catalogue = read_catalogue()
    profiles, problems = _profiles(folder / "profiles")
    try:
        file = checked(read_article(draft), catalogue)
    except SourceError as error:
        return [*problems, Problem(error.file, error.line, error.reason)]
    found = _of_article(file, profiles, catalogue)
    others = {_core(question): path.stem for path in article_paths(folder / "articles") if path.stem != draft.stem for question in _asked(path)}
    for at, question in enumerate(file.draft.questions):
        if (topic := others.get(_core(question))) is not None:
            found.append(Problem(draft, file.line("questions", at), f"{topic} 里有同样的问法：{question}"))
    return [*problems, *found]


def _asked(path: Path) -> list[str]:
    """The questions of an article, quickly; none of one that cannot be read."""
    head = path.read_text(encoding="utf-8", errors="replace").split("---\n", 2)[1:2]
    try:
        content = yaml.load(head[0], getattr(yaml, "CSafeLoader", yaml.SafeLoader)) if head else {}  # noqa: S506 - a safe loader
    except yaml.YAMLError:
        return []
    questions = content.get("questions") if isinstance(content, dict) else None
    return [str(question) for question in questions or ()]


def _profiles(folder: Path) -> tuple[list[Profile], list[Problem]]:
    profiles: list[Profile] = []
    problems: dict[str, Problem] = {}
    for name in profile_names(folder):
        try:
            profiles.append(load_profile(folder, name))
            for file, line, reason in disagreements(folder, name):
                problems[f"{file}:{line}:{reason}"] = Problem(file, line, reason)
        except SourceError as error:
            problems[str(error)] = Problem(error.file, error.line, error.reason)
        except KnowledgeError as error:
            problems[str(error)] = Problem(folder / name / "profile.yml", 1, str(error))
    return profiles, list(problems.values())


def _of_article(file: ArticleFile, profiles: Sequence[Profile], catalogue: Catalogue) -> list[Problem]:
    found: dict[tuple[int, str], Problem] = {}

    def tell(reason: str, *place: str | int) -> None:
        problem = Problem(file.path, file.line(*place), reason)
        found.setdefault((problem.line, re.sub("（.*?）$", "", reason)), problem)

    _placeholders(file, tell)
    _questions(file, tell)
    for at, topic in enumerate(file.draft.related):
        if topic not in catalogue or topic == file.draft.topic:
            tell(f"related 里的 {topic} 不是别的主题", "related", at)
    for profile in profiles:
        try:
            render(file, profile, catalogue)
        except SourceError as error:
            found.setdefault((error.line, error.reason), Problem(error.file, error.line, f"{error.reason}（{profile.name}）"))
            continue
        _lengths(file, profile, tell)
        _grounds(file, profile, tell)
    return list(found.values())


Tell = Callable[..., None]


def _placeholders(file: ArticleFile, tell: Tell) -> None:
    draft = file.draft
    places: list[tuple[str, tuple[str | int, ...]]] = [(draft.title, ("title",))]
    places += [(text, ("questions", at)) for at, text in enumerate(draft.questions)]
    places += [(text, ("keywords", at)) for at, text in enumerate(draft.keywords)]
    for text, place in places:
        if "{" in text or "}" in text:
            tell("占位符只能写在 answer、speech、facts 和正文里", *place)
    filled = re.compile(r"\{[^{}]*\}")
    texts: list[tuple[str, tuple[str | int, ...]]] = [(draft.answer, ("answer",)), (draft.speech, ("speech",))]
    texts += [(fact.text, ("facts", at, "text")) for at, fact in enumerate(draft.facts)]
    for text, place in texts:
        for written in filled.findall(text):
            if not quoted(written):
                tell(f"{written} 不是占位符的写法", *place)


def _questions(file: ArticleFile, tell: Tell) -> None:
    questions = file.draft.questions
    if len(questions) < FEWEST_QUESTIONS:
        tell(f"问法只有 {len(questions)} 条，至少要 {FEWEST_QUESTIONS} 条", "questions")
    seen: dict[str, int] = {}
    for at, question in enumerate(questions):
        first = seen.setdefault(_core(question), at)
        if first != at:
            tell(f"与第 {first + 1} 条问法只差语气词或标点：{question}", "questions", at)


def _core(question: str) -> str:
    bare = question.lower()
    while (shorter := _PARTICLES.sub("", bare)) != bare:
        bare = shorter
    return bare or question


def _lengths(file: ArticleFile, profile: Profile, tell: Tell) -> None:
    answer, speech = profile.fill(file.draft.answer), profile.fill(file.draft.speech)
    if len(answer) > LONGEST_ANSWER:
        tell(f"answer 填好值后超过 {LONGEST_ANSWER} 字（{profile.name}：{len(answer)} 字）", "answer")
    if len(speech) > LONGEST_SPEECH:
        tell(f"speech 填好值后超过 {LONGEST_SPEECH} 字（{profile.name}：{len(speech)} 字）", "speech")
    unspeakable = _NOT_FOR_THE_EAR.search(speech)
    if unspeakable:
        tell(f"speech 里有不能念的符号 {unspeakable.group()}（{profile.name}）", "speech")


def _grounds(file: ArticleFile, profile: Profile, tell: Tell) -> None:
    """Figures of the answer and of the speech occur in what the answer cites; C figures are marked as local."""
    draft = file.draft
    answer = profile.fill(draft.answer)
    facts = [fact.model_copy(update={"text": profile.fill(fact.text)}) for fact in draft.facts]
    stated: list[tuple[Source, str]] = [(fact, fact.text) for fact in facts]
    stated += [(value, value.value) for value in _values(draft.answer + draft.speech, profile)]
    grounds = [(ground, set(figures(text, counts=True))) for ground, text in stated]
    shown = {_named(cited["source"], cited["article"], cited["edition"]) for cited in citations(draft, profile, facts)}
    known = set().union(*(found for _, found in grounds))
    cited = set().union(*(found for ground, found in grounds if _named(ground.source, ground.article, ground.edition) in shown))
    sure = set().union(*(found for ground, found in grounds if ground.certainty != "C"))
    for name, text in (("answer", answer), ("speech", profile.fill(draft.speech))):
        for figure, written in figures(text, counts=True).items():
            if figure not in known:
                tell(f"{name} 里的“{written}”在 facts 和引用的值里找不到（{profile.name}）", name)
            elif figure not in cited:
                tell(f"{name} 里的“{written}”的依据没有列进答案的引用（{profile.name}）", name)
    unsure = [written for figure, written in figures(answer, counts=True).items() if figure in known - sure]
    if unsure and not _LOCAL_RULE.search(answer):
        tell(f"“{unsure[0]}”的依据是 C 级，answer 里要写“以当地供电公司为准”（{profile.name}）", "answer")


def _named(source: str, article: str, edition: str) -> tuple[str, str, str]:
    return source, article, edition


def _values(text: str, profile: Profile) -> Iterator[Value]:
    for name in quoted(text):
        try:
            yield profile[name]
        except UnknownValue:
            continue


def _across(files: Sequence[ArticleFile]) -> list[Problem]:
    """The same question under two topics: nobody could tell which one is meant."""
    problems: list[Problem] = []
    first: dict[str, str] = {}
    for file in files:
        for at, question in enumerate(file.draft.questions):
            topic = first.setdefault(_core(question), file.draft.topic)
            if topic != file.draft.topic:
                problems.append(Problem(file.path, file.line("questions", at), f"{topic} 里有同样的问法：{question}"))
    return problems
