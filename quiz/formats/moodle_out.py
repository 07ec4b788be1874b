"""Drafts → Moodle XML; every text is plain, so that no mark-up in a question can run in Moodle."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from quiz.core.draft import Draft, DraftBlank, DraftType
from quiz.core.message import say
from quiz.core.option_shares import percent_each
from quiz.formats.cloze import can_write, write_cloze
from quiz.formats.report import Losses, gaps, is_plain_number, split_cases, with_gaps
from quiz.formats.safe_xml import element, escape

KEPT = ("id", "explanation", "category", "tags", "marks")
NAME_LENGTH = 60
PLAIN = {"format": "plain_text"}


class MoodleWriter:
    """Writes questions one after the other."""

    def __init__(self, losses: Losses) -> None:
        self.losses = losses
        self.writers: dict[DraftType, Callable[[Draft, int], str]] = {
            DraftType.SINGLE: self.choice,
            DraftType.MULTIPLE: self.choice,
            DraftType.TRUE_FALSE: self.true_false,
            DraftType.FILL_IN: self.fill_in,
            DraftType.ORDERING: self.ordering,
            DraftType.MATCHING: self.matching,
            DraftType.SHORT_ANSWER: self.essay,
        }

    def write(self, drafts: Sequence[Draft]) -> str:
        """Return the whole file, with a category element for each change of category."""
        blocks, category = [], ""
        for number, draft in split_cases(drafts, self.losses):
            text = self.writers[draft.type](draft, number)
            if not text:
                continue
            self.losses.fields(draft, number, KEPT)
            if draft.category != category:
                category = draft.category
                path = _text("$course$/top/" + category if category else "$course$/top")
                blocks.append(element("question", {"type": "category"}, element("category", None, path)))
            blocks.append(text)
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + element("quiz", None, *blocks) + "\n"

    def whole(self, draft: Draft, kind: str, *parts: str, stem: str = "") -> str:
        """The question element: name, text, feedback, grade and id first, as Moodle writes them; tags last."""
        head = [
            element("name", None, _text(draft.id or _shortened(draft.stem))),
            element("questiontext", PLAIN, _text(stem or draft.stem)),
            element("generalfeedback", PLAIN, _text(draft.explanation)),
            *([_value("defaultgrade", f"{draft.marks:f}")] if draft.marks is not None else []),
            _value("hidden", "0"),
            _value("idnumber", draft.id),
        ]
        tags = [element("tags", None, *(element("tag", None, _text(tag)) for tag in draft.tags))] if draft.tags else []
        return element("question", {"type": kind}, *head, *parts, *tags)

    def choice(self, draft: Draft, number: int) -> str:
        if not draft.right or len(draft.options) < 2:
            return self.losses.skip(draft, number, say("选项少于两个，或者没有答案"))
        is_single = draft.type is DraftType.SINGLE
        right, wrong = percent_each(len(draft.right)), "0" if is_single else "-100"
        weights = [f"{share:f}" for share in draft.shares] or [right if i in draft.right else wrong for i in range(len(draft.options))]
        answers = [_answer(text, weight) for text, weight in zip(draft.options, weights, strict=True)]
        flags = [_value("single", str(is_single).lower()), _value("shuffleanswers", "true"), _value("answernumbering", "ABCD")]
        return self.whole(draft, "multichoice", *flags, *answers)

    def true_false(self, draft: Draft, number: int) -> str:
        weights = ("100", "0") if draft.right else ("0", "100")
        return self.whole(draft, "truefalse", *(_answer(word, weight) for word, weight in zip(("true", "false"), weights, strict=True)))

    def fill_in(self, draft: Draft, number: int) -> str:
        """One blank is a short answer or a number, several are embedded answers."""
        if not draft.blanks:
            return self.losses.skip(draft, number, say("填空题没有答案"))
        if gaps(draft.stem) != len(draft.blanks):
            draft = replace(draft, stem=with_gaps(draft.stem, len(draft.blanks)))
        if any(blank.is_number and not all(map(is_plain_number, blank.answers)) for blank in draft.blanks):
            self.losses.add(draft, number, say("答案里有中文数字、单位或百分号，已按文字导出，不再按数比较。"))
        if len(draft.blanks) > 1:
            return self.cloze(draft, number)
        blank = draft.blanks[0]
        if blank.is_number and all(map(is_plain_number, blank.answers)):
            return self.whole(draft, "numerical", *(_answer(text, "100", _tolerance(blank)) for text in blank.answers))
        answers = (_answer(text.replace("*", "\\*"), "100") for text in blank.answers)
        return self.whole(draft, "shortanswer", _value("usecase", "0"), *answers)

    def cloze(self, draft: Draft, number: int) -> str:
        stem, blanks = draft.stem, draft.blanks
        if not can_write(stem, blanks):
            self.losses.add(draft, number, say("题干的花括号或答案的反斜杠在 Moodle 里有别的意思，已改为全角。"))
            stem = stem.replace("{", "｛")
            blanks = tuple(replace(blank, answers=tuple(text.replace("\\", "＼") for text in blank.answers)) for blank in blanks)
        return self.whole(draft, "cloze", stem=write_cloze(stem, blanks))

    def ordering(self, draft: Draft, number: int) -> str:
        if len(draft.items) < 2:
            return self.losses.skip(draft, number, say("排序题少于两项"))
        flags = [_value("layouttype", "VERTICAL"), _value("selecttype", "ALL"), _value("selectcount", "0")]
        flags += [_value("gradingtype", "ABSOLUTE_POSITION"), _value("showgrading", "SHOW"), _value("numberingstyle", "none")]
        return self.whole(draft, "ordering", *flags, *(_answer(text, f"{Decimal(i):.7f}") for i, text in enumerate(draft.items, 1)))

    def matching(self, draft: Draft, number: int) -> str:
        if not draft.pairs:
            return self.losses.skip(draft, number, say("连线题没有配对"))
        both = [*draft.pairs, *(("", text) for text in draft.extra)]
        rows = [element("subquestion", PLAIN, _text(left), element("answer", None, _text(right))) for left, right in both]
        return self.whole(draft, "matching", _value("shuffleanswers", "true"), *rows)

    def essay(self, draft: Draft, number: int) -> str:
        return self.whole(draft, "essay", element("graderinfo", PLAIN, _text(draft.model_answer)))


def _text(text: str) -> str:
    return element("text", None, escape(text), inline=True) if text else "<text/>"


def _value(tag: str, text: str) -> str:
    return element(tag, None, escape(text), inline=True) if text else f"<{tag}/>"


def _answer(text: str, weight: str, *more: str) -> str:
    return element("answer", {"fraction": weight, **PLAIN}, _text(text), *more)


def _tolerance(blank: DraftBlank) -> str:
    return _value("tolerance", "" if blank.tolerance is None else f"{blank.tolerance:f}")


def _shortened(stem: str) -> str:
    line = re.split("\n", stem, maxsplit=1)[0].strip()
    return line if len(line) <= NAME_LENGTH else line[:NAME_LENGTH].strip() + "…"
