"""Drafts → GIFT text; reports what GIFT has no words for (several blanks, ordering, cases, sources)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from quiz.core.draft import Draft, DraftBlank, DraftType
from quiz.core.message import say
from quiz.core.option_shares import percent_each
from quiz.core.question import BLANK
from quiz.formats.report import Losses, gaps, is_plain_number, split_cases, with_gaps

KEPT = ("id", "explanation", "category", "tags")
TITLE_LENGTH = 30
FORMAT = re.compile(r"\s*\[(html|markdown|moodle|plain)\]", re.IGNORECASE)


class GiftWriter:
    """Writes questions one after the other; `[plain]` keeps Moodle from reading mark-up into them."""

    def __init__(self, losses: Losses) -> None:
        self.losses = losses
        self.writers: dict[DraftType, Callable[[Draft, int], str]] = {
            DraftType.SINGLE: self.choice,
            DraftType.MULTIPLE: self.choice,
            DraftType.TRUE_FALSE: lambda draft, _: self.whole(draft, "TRUE" if draft.right else "FALSE"),
            DraftType.FILL_IN: self.fill_in,
            DraftType.MATCHING: self.matching,
            DraftType.SHORT_ANSWER: self.short_answer,
        }

    def write(self, drafts: Sequence[Draft]) -> str:
        """Return all of them, with a line for each change of category."""
        blocks, category = [], ""
        for number, draft in split_cases(drafts, self.losses):
            write = self.writers.get(draft.type)
            text = write(draft, number) if write else self.losses.skip(draft, number)
            if not text:
                continue
            self.losses.fields(draft, number, KEPT)
            if draft.category != category:
                category = draft.category
                blocks.append(f"$CATEGORY: $course$/top/{escape(category)}" if category else "$CATEGORY: $course$/top")
            blocks.append(text)
        return "\n\n".join(blocks) + "\n" if blocks else ""

    def whole(self, draft: Draft, body: str, after: str = "") -> str:
        """The question with its comment, title, stem and general feedback."""
        comment = (f"[id:{_in_comment(draft.id)}]" if draft.id else "") + "".join(f"[tag:{_in_comment(tag)}]" for tag in draft.tags)
        title = draft.id or _shortened(draft.stem)
        stem, rest = (draft.stem, "") if not after else draft.stem.split(BLANK, 1)
        feedback = f"####{escape(draft.explanation)}" if draft.explanation else ""
        head = f"// {comment}\n" if comment else ""
        return f"{head}::{_marked(title)}::[plain]{_marked(stem)}{{{body}{feedback}}}{_marked(rest)}"

    def choice(self, draft: Draft, number: int) -> str:
        """Options with weights; a single key is `=`, several share the marks."""
        if not draft.right or len(draft.options) < 2:
            return self.losses.skip(draft, number, say("选项少于两个，或者没有答案"))
        right = "=" if draft.type is DraftType.SINGLE else f"~%{percent_each(len(draft.right))}%"
        wrong = "~" if draft.type is DraftType.SINGLE else "~%-100%"
        marks = [f"~%{share:f}%" for share in draft.shares] or [right if i in draft.right else wrong for i in range(len(draft.options))]
        lines = [self.answer(mark, text) for mark, text in zip(marks, draft.options, strict=True)]
        return self.whole(draft, "\n" + "\n".join(lines) + "\n")

    def answer(self, mark: str, text: str) -> str:
        """One answer; a text that begins like a weight gets a weight before it."""
        if text.startswith("%") and not mark.endswith("%"):
            mark += "%100%" if mark == "=" else "%0%"
        return mark + escape(text)

    def fill_in(self, draft: Draft, number: int) -> str:
        """One blank in its place in the stem."""
        if len(draft.blanks) != 1:
            return self.losses.skip(draft, number, say("GIFT 的填空题只能有一个空"))
        blank = draft.blanks[0]
        if gaps(draft.stem) != 1:
            draft = replace(draft, stem=with_gaps(draft.stem, 1))
        if blank.is_number and all(is_plain_number(text) for text in blank.answers):
            wide = "" if blank.tolerance is None else f":{blank.tolerance:f}"
            return self.whole(draft, "#" + " ".join(f"={text}{wide}" for text in blank.answers), after=BLANK)
        if blank.is_number:
            self.losses.add(draft, number, say("答案里有中文数字、单位或百分号，已按文字导出，不再按数比较。"))
        return self.whole(draft, " ".join(self.answer("=", text) for text in self.arrows(draft, number, blank)), after=BLANK)

    def arrows(self, draft: Draft, number: int, blank: DraftBlank) -> list[str]:
        """The answers without the arrow that GIFT would take for a pair."""
        if any("->" in text for text in blank.answers):
            self.losses.add(draft, number, say("“->”在 GIFT 里有别的意思，已改为“→”。"))
        return [text.replace("->", "→") for text in blank.answers]

    def matching(self, draft: Draft, number: int) -> str:
        """Pairs, and right-hand texts without a partner."""
        if not draft.pairs:
            return self.losses.skip(draft, number, say("连线题没有配对"))
        if any("->" in left for left, _ in draft.pairs):
            self.losses.add(draft, number, say("“->”在 GIFT 里有别的意思，已改为“→”。"))
        lines = [f"={escape(left.replace('->', '→'))} -> {escape(right)}" for left, right in draft.pairs]
        return self.whole(draft, "\n" + "\n".join([*lines, *(f"= -> {escape(text)}" for text in draft.extra)]) + "\n")

    def short_answer(self, draft: Draft, number: int) -> str:
        """An essay; GIFT has no place for the model answer."""
        if draft.model_answer:
            self.losses.add(draft, number, say("这种格式写不下参考答案。"))
        return self.whole(draft, "")


def escape(text: str) -> str:
    """Return text with GIFT's marks escaped and line ends as `\\n`; one that begins like a format's name is told to be plain."""
    return ("[plain]" if FORMAT.match(text) else "") + _marked(text)


def _marked(text: str) -> str:
    return re.sub(r"[~=#{}:\\]", lambda match: "\\" + match[0], text).replace("\n", "\\n")


def _in_comment(text: str) -> str:
    return _marked(text).replace("]", "\\]")


def _shortened(stem: str) -> str:
    line = stem.split("\n", 1)[0].strip()
    return line if len(line) <= TITLE_LENGTH else line[:TITLE_LENGTH].strip() + "…"
