"""GIFT (Moodle's plain-text format) ⇄ drafts, after the format's documentation in Moodle; keeps no feedback but the general one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from quiz.core.draft import Draft, DraftBlank, DraftType, Imported
from quiz.core.message import Diagnostic, Message, listed, say
from quiz.core.question import BLANK
from quiz.formats.markup_text import html_to_text, markdown_to_text
from quiz.formats.report import GAP, Losses, Refused, Report, decode
from quiz.formats.weighted import Choice, choice_draft

MARKS = "~=#{}:n\\"
HELD = {mark: chr(code) for code, mark in enumerate(MARKS, 1)}
"""An escaped mark stands as a control character while the question is taken apart; such characters are taken out of the file first."""

FREED = {held: "\n" if mark == "n" else mark for mark, held in HELD.items()}
ESCAPED = re.compile(r"\\([~=#{}:n\\])")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
FORMAT = re.compile(r"^\[(html|markdown|moodle|plain)\]", re.IGNORECASE)
COMMENT_ID = re.compile(r"\[id:((?:\\\]|[^\]])+)\]")
COMMENT_TAG = re.compile(r"\[tag:((?:\\\]|[^\]])+)\]")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
WEIGHT = re.compile(r"^%(-?[0-9]+(?:\.[0-9]*)?)%")
TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}
BRACKET = "（　　）"


def read_gift(content: bytes, file: str) -> Imported:
    """Return the questions of a GIFT file; line of a draft or diagnostic is where its question begins. Never raises for bad content."""
    report = Report(file)
    try:
        text = decode(content, report)
    except Refused as refused:
        report.add(refused.line, refused.rule, refused.message)
        return Imported((), report.told())
    drafts = [draft for raw in _raw_questions(text) if (draft := _Reader(raw, report).draft())]
    if not drafts and not report.diagnostics:
        report.add(1, "I801", say("没有找到题目。GIFT 的每道题要有一对花括号，题与题之间空一行。"))
    return Imported(tuple(drafts), report.told())


@dataclass(frozen=True, slots=True)
class _Raw:
    """A question's lines as one text, and what the lines before it said."""

    text: str
    line: int
    category: str
    comment: str


def _raw_questions(text: str) -> Iterator[_Raw]:
    """Part the file at empty lines outside braces; keep the category and the comments before each question."""
    lines: list[str] = []
    start, category, comment = 0, "", ""
    text = ESCAPED.sub(lambda match: HELD[match[1]], CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    for number, line in enumerate([*text.split("\n"), ""], 1):
        bare = line.strip()
        if bare.startswith("//"):
            if not lines:
                comment += bare
        elif not lines and bare.startswith("$CATEGORY:"):
            category = _freed(bare.removeprefix("$CATEGORY:").strip())
        elif bare:
            start = start if lines else number
            lines.append(bare)
        elif lines:
            yield _Raw("\n".join(lines), start, category, comment)
            lines, comment = [], ""


def _freed(text: str) -> str:
    return "".join(FREED.get(mark, mark) for mark in text)


class _Reader:
    """Reads one question."""

    def __init__(self, raw: _Raw, report: Report) -> None:
        self.raw, self.report, self.line = raw, report, raw.line
        self.format = ""

    def draft(self) -> Draft | None:
        """Return the question, or None after saying why not."""
        text, title = self.raw.text, ""
        if match := re.match(r"::(.*?)::", text, re.DOTALL):
            title, text = self.report.clean(_freed(match[1]), self.line), text[match.end() :].strip()
        if match := FORMAT.match(text):
            self.format, text = match[1].lower(), text[match.end() :].strip()
        opened, closed = text.find("{"), text.rfind("}")
        if opened < 0 and closed < 0:
            self.skip(say("没有花括号，看不出答案（多半是说明文字）"))
            return None
        if opened < 0 or closed < opened or "{" in text[opened + 1 : closed] or "}" in text[opened + 1 : closed]:
            self.skip(say("花括号没有成对。题目文字里的花括号前面要加反斜杠"))
            return None
        body, explanation = text[opened + 1 : closed], ""
        if "####" in body:
            body, _, explanation = body.partition("####")
        draft = self.answer(text[:opened], body.strip(), text[closed + 1 :])
        if draft is None:
            return None
        return self.with_head(replace(draft, explanation=self.plain(explanation)), title)

    def with_head(self, draft: Draft, title: str) -> Draft:
        """Add id, tags and category; a title that only repeats the stem is no loss."""
        found = COMMENT_ID.search(self.raw.comment)
        uid = _freed(found[1]).replace("\\]", "]") if found else ""
        if title and title != uid and not draft.stem.startswith(title.removesuffix("…")):
            if not uid and CODE.fullmatch(title):
                uid = title
            else:
                self.report.add(self.line, "I808", say("题名“{title}”没有读入。", title=title))
        tags = tuple(_freed(tag).replace("\\]", "]") for tag in COMMENT_TAG.findall(self.raw.comment))
        return replace(draft, id=uid, tags=tags, category=_bare_category(self.raw.category), line=self.line)

    def answer(self, before: str, body: str, after: str) -> Draft | None:
        """Tell the type by the marks inside the braces, in the order in which Moodle does."""
        if not body:
            return Draft(DraftType.SHORT_ANSWER, self.stem(before, "", after))
        if body.startswith("#"):
            return self.number(before, body[1:], after)
        word, _, feedback = body.partition("#")
        if (truth := TRUTH.get(word.strip().upper())) is not None:
            self.lose_feedback(feedback)
            return Draft(DraftType.TRUE_FALSE, self.stem(before, "", after), right=(0,) if truth else ())
        if body[0] not in "~=":
            self.skip(say("花括号里的第一个答案前面没有“=”或“~”"))
            return None
        answers = [self.one(text) for text in re.findall(r"[~=][^~=]*", body)]
        if all(mark == "=" for mark, _, _ in answers):
            if all("->" in text for _, _, text in answers):
                return self.matching(before, answers, after)
            return self.words(before, answers, after)
        stem = self.stem(before, BRACKET if after.strip() else "", after)
        has_several = sum(mark == "=" for mark, _, _ in answers) != 1
        choices = [Choice(self.plain(text), self.weight(mark, weight)) for mark, weight, text in answers]
        draft, reason = choice_draft(stem, choices, has_several, self.line, self.report)
        if reason:
            self.skip(reason)
        return draft

    def one(self, text: str) -> tuple[str, Decimal | None, str]:
        """Return mark, weight and text of one answer; its feedback is lost."""
        mark, text = text[0], text[1:].strip()
        text, _, feedback = text.partition("#")
        self.lose_feedback(feedback)
        if match := WEIGHT.match(text):
            return mark, Decimal(match[1]), text[match.end() :].strip()
        return mark, None, text.strip()

    def weight(self, mark: str, weight: Decimal | None) -> Decimal:
        """Return the share of the marks in percent."""
        return weight if weight is not None else Decimal(100 if mark == "=" else 0)

    def words(self, before: str, answers: Sequence[tuple[str, Decimal | None, str]], after: str) -> Draft | None:
        """A short answer: one blank and every full answer."""
        full = [text for mark, weight, text in answers if self.weight(mark, weight) == 100]
        if len(full) < len(answers):
            self.report.add(self.line, "I808", say("只得部分分的答案没有读入。"))
        if not full:
            self.skip(say("没有一个得满分的答案"))
            return None
        return self.fill_in(before, DraftBlank(tuple(self.plain(text) for text in full)), after)

    def fill_in(self, before: str, blank: DraftBlank, after: str) -> Draft:
        """A stem with one blank where the braces stood."""
        if not after.strip() and len(GAP.findall(before)) == 1:
            return Draft(DraftType.FILL_IN, GAP.sub(BLANK, self.stem(before, "", "")), blanks=(blank,))
        return Draft(DraftType.FILL_IN, self.stem(GAP.sub("…", before), BLANK, GAP.sub("…", after)), blanks=(blank,))

    def number(self, before: str, body: str, after: str) -> Draft | None:
        """Numbers with tolerance `3:0.1` or as a range `1..5`."""
        values: list[str] = []
        tolerances: list[Decimal | None] = []
        for mark, weight, text in [self.one(text if text[0] in "~=" else "=" + text) for text in re.findall(r"[~=]?[^~=]+", body.strip())]:
            found = _number(text)
            if found is None:
                self.skip(say("“{got}”不是数", got=_freed(text)))
                return None
            if self.weight(mark, weight) == 100:
                values.append(found[0])
                tolerances.append(found[1])
            else:
                self.report.add(self.line, "I808", say("只得部分分的答案没有读入。"))
        if not values:
            self.skip(say("没有一个得满分的答案"))
            return None
        if len(set(tolerances)) > 1:
            self.report.add(self.line, "I808", say("各个答案的误差范围不同，只读入第一个。"))
        return self.fill_in(before, DraftBlank(tuple(values), True, tolerances[0]), after)

    def matching(self, before: str, answers: Sequence[tuple[str, Decimal | None, str]], after: str) -> Draft:
        """Pairs `left -> right`; an empty left is a right-hand text without a partner."""
        both = [tuple(self.plain(side) for side in text.split("->", 1)) for _, _, text in answers]
        pairs = tuple((left, right) for left, right in both if left)
        return Draft(DraftType.MATCHING, self.stem(before, "", after), pairs=pairs, extra=tuple(right for left, right in both if not left))

    def stem(self, before: str, middle: str, after: str) -> str:
        """The text around the braces with `middle` in their place."""
        return self.plain(before + middle.replace("_", "\uf8ff") + after, may_name_format=False).replace("\uf8ff", "_")

    def plain(self, text: str, may_name_format: bool = True) -> str:
        """Return the text without escapes and mark-up, in the format of the question or its own."""
        kind, text = self.format, text.strip()
        if may_name_format and (match := FORMAT.match(text)):
            kind, text = match[1].lower(), text[match.end() :]
        text, lost = _freed(text), list[Message]()
        if kind == "html":
            text, lost = html_to_text(text)
        elif kind == "markdown":
            text, lost = markdown_to_text(text)
        if lost:
            self.report.add(self.line, "I805", say("去掉了{what}，请核对。", what=listed(lost)))
        return self.report.clean(text, self.line)

    def lose_feedback(self, text: str) -> None:
        if text.strip("# \n"):
            self.report.add(self.line, "I808", say("各选项的反馈没有读入。"))

    def skip(self, why: Message) -> None:
        head = _freed(self.raw.text)[:20].replace("\n", " ")
        self.report.add(self.line, "I804", say("没有读入“{head}”：{why}。", head=head, why=why))


def _bare_category(path: str) -> str:
    path = re.sub(r"^\$\w+\$(/|$)", "", path.strip())
    return path.removeprefix("top/") if path != "top" else ""


def _number(text: str) -> tuple[str, Decimal | None] | None:
    """Return the number and its tolerance; a range is its middle and half its width."""
    text = _freed(text).strip()
    try:
        if ".." in text:
            low, high = (Decimal(part.strip()) for part in text.split("..", 1))
            if not (low.is_finite() and high.is_finite()):
                return None
            return f"{((low + high) / 2).normalize():f}", abs(high - low) / 2
        value, colon, tolerance = text.partition(":")
        wide = Decimal(tolerance.strip()) if colon and tolerance.strip() else None
        if not Decimal(value.strip()).is_finite() or (wide is not None and not wide.is_finite()):
            return None
        return value.strip(), wide
    except InvalidOperation:
        return None


def write_gift(drafts: Sequence[Draft]) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return the drafts as GIFT and what it could not say; see `quiz.formats.gift_out`."""
    from quiz.formats.gift_out import GiftWriter

    losses = Losses()
    return GiftWriter(losses).write(drafts), tuple(losses.diagnostics)
