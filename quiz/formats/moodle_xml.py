"""Moodle XML ⇄ drafts: every question type of ours that Moodle has; keeps no pictures, files, hints and feedback of single answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from quiz.core.draft import Draft, DraftBlank, DraftType, Imported
from quiz.core.message import Diagnostic, Message, listed, say
from quiz.core.question import BLANK
from quiz.formats.cloze import read_cloze
from quiz.formats.markup_text import html_to_text, markdown_to_text
from quiz.formats.report import Losses, Refused, Report, is_plain_number, with_gaps
from quiz.formats.safe_xml import XmlNode, parse_xml
from quiz.formats.weighted import Choice, choice_draft

PLAIN_FIELDS = frozenset(["name", "idnumber", "category"])
MARK_UP = re.compile(
    r"</?(?:p|br|b|i|u|em|strong|span|div|img|sub|sup|table|ul|ol|li|a|h[1-6]|font|script)\b[^<>]*>|&(?:[a-z]+|#[0-9]+);", re.IGNORECASE
)
CATEGORY_ROOT = re.compile(r"^\$\w+\$(/|$)")


def read_moodle_xml(content: bytes, file: str) -> Imported:
    """Return the questions of a Moodle XML file; lines are those of the question elements. Never raises for bad content."""
    report = Report(file)
    try:
        root = parse_xml(content, report)
    except Refused as refused:
        report.add(refused.line, refused.rule, refused.message)
        return Imported((), report.told())
    if root.tag != "quiz":
        report.add(1, "I801", say("这不是 Moodle XML：最外层应当是 quiz，这里是 {tag}。", tag=root.tag))
        return Imported((), report.told())
    drafts: list[Draft] = []
    category = ""
    for node in root.named("question"):
        if node.get("type") == "category":
            category = bare_category(_Reader(node, report).text("category"))
        elif draft := _Reader(node, report).draft():
            drafts.append(replace(draft, category=category))
    return Imported(tuple(drafts), report.told())


def bare_category(path: str) -> str:
    """Return a category without Moodle's `$course$/top/` before it."""
    path = CATEGORY_ROOT.sub("", path.strip())
    return "" if path == "top" else path.removeprefix("top/")


class _Reader:
    """Reads one question element."""

    def __init__(self, node: XmlNode, report: Report) -> None:
        self.node, self.report, self.line = node, report, node.line
        self.readers: dict[str, Callable[[str], Draft | None]] = {
            "multichoice": self.choice,
            "truefalse": self.true_false,
            "shortanswer": self.short_answer,
            "numerical": self.numerical,
            "matching": self.matching,
            "essay": self.essay,
            "cloze": self.cloze,
            "multianswer": self.cloze,
            "ordering": self.ordering,
        }

    def draft(self) -> Draft | None:
        """Return the question, or None after saying why not."""
        kind = self.node.get("type", "")
        read = self.readers.get(kind)
        if read is None:
            return self.skip(say("题型 {kind} 没有对应的题型", kind=kind))
        stem = self.text("questiontext")
        if not stem:
            return self.skip(say("没有题干"))
        draft = read(stem)
        return draft and self.with_head(draft)

    def with_head(self, draft: Draft) -> Draft:
        """Add what every question has, and tell what is lost."""
        name, uid = self.text("name"), self.text("idnumber")
        if name and name != uid and not draft.stem.startswith(name.removesuffix("…").removesuffix("...")):
            self.report.add(self.line, "I808", say("题名“{title}”没有读入。", title=name))
        if any(self.node_text(answer.first("feedback"), tell=False) for answer in self.node.iter("answer") if isinstance(answer, XmlNode)):
            self.report.add(self.line, "I808", say("各选项的反馈没有读入。"))
        if any(self.node_text(hint, tell=False) for hint in self.node.named("hint")):
            self.report.add(self.line, "I808", say("提示没有读入。"))
        if any(True for _ in self.node.iter("file")):
            self.report.add(self.line, "I805", say("图片或附件没有读入，请另外加。"))
        tags = self.node.first("tags")
        names = tuple(text for tag in (tags.named("tag") if tags is not None else []) if (text := self.node_text(tag, False)))
        explanation = self.text("generalfeedback")
        return replace(draft, id=uid, explanation=explanation, tags=names, marks=self.marks(), line=self.line)

    def marks(self) -> Decimal | None:
        """The default grade; 1, which Moodle writes when nothing was chosen, is kept too."""
        text = (self.node.findtext("defaultgrade") or "").strip()
        value = _decimal(text)
        return None if value is None else Decimal(f"{value.normalize():f}")

    def text(self, name: str) -> str:
        """Return the text of a child as a person reads it."""
        return self.node_text(self.node.first(name), name not in PLAIN_FIELDS)

    def node_text(self, node: XmlNode | None, may_be_rich: bool = True, tell: bool = True) -> str:
        """Return the text in `node` or in its `text` child, by its format; without one it is HTML when it looks like it."""
        if node is None:
            return ""
        inner = node.first("text")
        raw = "".join((inner if inner is not None else node).itertext())
        kind, lost = node.get("format", "moodle_auto_format") if may_be_rich else "plain_text", list[Message]()
        if kind == "html" or (kind == "moodle_auto_format" and MARK_UP.search(raw)):
            raw, lost = html_to_text(raw)
        elif kind == "markdown":
            raw, lost = markdown_to_text(raw)
        if lost and tell:
            self.report.add(self.line, "I805", say("去掉了{what}，请核对。", what=listed(lost)))
        return self.report.clean(raw, self.line)

    def answers(self) -> list[tuple[str, Decimal, XmlNode]]:
        """Return text, percent and element of each answer."""
        out = []
        for node in self.node.named("answer"):
            out.append((self.node_text(node), _decimal(node.get("fraction", "0")) or Decimal(0), node))
        return out

    def choice(self, stem: str) -> Draft | None:
        choices = [Choice(text, weight) for text, weight, _ in self.answers()]
        is_single = (self.node.findtext("single") or "true").strip().lower() in ("true", "1")
        draft, reason = choice_draft(stem, choices, not is_single, self.line, self.report)
        return draft if reason is None else self.skip(reason)

    def true_false(self, stem: str) -> Draft | None:
        for text, weight, _ in self.answers():
            if weight > 0 and text.lower() in ("true", "false"):
                return Draft(DraftType.TRUE_FALSE, stem, right=(0,) if text.lower() == "true" else ())
        return self.skip(say("没有标明对还是错"))

    def full(self) -> list[tuple[str, XmlNode]]:
        """The answers with full marks; the others are told."""
        answers = self.answers()
        if any(0 < weight < 100 for _, weight, _ in answers):
            self.report.add(self.line, "I808", say("只得部分分的答案没有读入。"))
        return [(text, node) for text, weight, node in answers if weight >= 100 and text]

    def short_answer(self, stem: str) -> Draft | None:
        found = [text for text, _ in self.full()]
        if not found:
            return self.skip(say("没有一个得满分的答案"))
        if any(re.search(r"(?<!\\)\*", text) for text in found):
            self.report.add(self.line, "I802", say("答案里的通配符“*”已按文字读入，请改写成具体的答案。"))
        answers = tuple(text.replace("\\*", "*") for text in found)
        return Draft(DraftType.FILL_IN, with_gaps(stem, 1), blanks=(DraftBlank(answers),))

    def numerical(self, stem: str) -> Draft | None:
        found = self.full()
        if not found:
            return self.skip(say("没有一个得满分的答案"))
        if not all(is_plain_number(text) for text, _ in found):
            return self.skip(say("“{got}”不是数", got=next(text for text, _ in found if not is_plain_number(text))))
        wides = [_decimal(node.findtext("tolerance") or "") for _, node in found]
        if len(set(wides)) > 1:
            self.report.add(self.line, "I808", say("各个答案的误差范围不同，只读入第一个。"))
        if units := [text for unit in self.node.iter("unit_name") if (text := (unit.text or "").strip())]:
            self.report.add(self.line, "I808", say("单位“{units}”没有读入，请写在空格后面。", units=listed(units)))
        blank = DraftBlank(tuple(text for text, _ in found), True, wides[0])
        return Draft(DraftType.FILL_IN, with_gaps(stem, 1), blanks=(blank,))

    def matching(self, stem: str) -> Draft | None:
        both = [(self.node_text(sub), self.node_text(sub.first("answer"), False)) for sub in self.node.named("subquestion")]
        pairs = tuple((left, right) for left, right in both if left and right)
        if not pairs:
            return self.skip(say("连线题没有配对"))
        if any(left and not right for left, right in both):
            self.report.add(self.line, "I808", say("没有配对的左边一项没有读入。"))
        return Draft(DraftType.MATCHING, stem, pairs=pairs, extra=tuple(right for left, right in both if right and not left))

    def essay(self, stem: str) -> Draft:
        return Draft(DraftType.SHORT_ANSWER, stem, model_answer=self.text("graderinfo"))

    def ordering(self, stem: str) -> Draft | None:
        answers = [(weight, text) for text, weight, _ in self.answers() if text]
        if len(answers) < 2:
            return self.skip(say("排序题少于两项"))
        if len({weight for weight, _ in answers}) == len(answers):
            answers.sort(key=lambda pair: pair[0])
        return Draft(DraftType.ORDERING, stem, items=tuple(text for _, text in answers))

    def cloze(self, stem: str) -> Draft | None:
        found = read_cloze(stem)
        if found.refusal or not found.blanks:
            return self.skip(found.refusal or say("没有嵌入的答案"))
        for message in found.guesses:
            self.report.add(self.line, "I802", message)
        for message in found.losses:
            self.report.add(self.line, "I808", message)
        return Draft(DraftType.FILL_IN, self.report.clean(found.stem, self.line), blanks=found.blanks)

    def skip(self, why: Message) -> Draft | None:
        """Report that the question is left out, and return None for it."""
        name = self.text("name")[:20] or self.text("questiontext")[:20].replace(BLANK, "")
        self.report.add(self.line, "I804", say("没有读入“{head}”：{why}。", head=name, why=why))
        return None


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < Decimal("1e12") else None


def write_moodle_xml(drafts: Sequence[Draft]) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return the drafts as Moodle XML and what it could not say; see `quiz.formats.moodle_out`."""
    from quiz.formats.moodle_out import MoodleWriter

    losses = Losses()
    return MoodleWriter(losses).write(drafts), tuple(losses.diagnostics)
