"""A raw question → a draft: finds out what it is from head, prefix or shape, never chooses between two answers, and reports each guess."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from quiz.core.draft import Draft, DraftBlank, DraftType
from quiz.core.message import join_messages, listed, say
from quiz.core.question import BLANK
from quiz.formats.fill_in_text import blank_of, find_spots, split_answers, with_blanks
from quiz.formats.marked_text import Marked
from quiz.formats.question_keys import ENDS, FALSE, TRUE, Notes, choice_key, verdict_key
from quiz.formats.question_raw import RawOption, RawQuestion
from quiz.formats.question_words import (
    BLANK_RUN,
    BRACKET,
    BRACKETED_ANSWER,
    EMPTY_BRACKET,
    OWN_MARK,
    RIGHT_SUFFIX,
    TICK_SUFFIX,
    TRAILING_VERDICT,
    TYPE_TAG,
    VERDICT_BRACKET,
    is_verdict_pair,
    letters,
    type_of,
    verdict,
)
from quiz.formats.report import DRAFT_NAMES, Report

CHOICES = (DraftType.SINGLE, DraftType.MULTIPLE)
PAIR = re.compile(r"[（(]?\s*(\d{1,2})\s*[）)]?\s*(?:[-—–→>=:：.、~]+\s*)?[（(]?\s*([A-Z])\s*[）)]?")
TAGS = re.compile(r"[,，;；、\n]")
DIFFICULTY = "难度："
"""Begins the tag that keeps a difficulty, for which a draft has no place of its own."""


class Shaper:
    """Understands the raw questions of one file."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.notes = Notes(report)

    def draft(self, raw: RawQuestion, is_part: bool = False) -> Draft | None:
        """Return the question, or None, with the reason reported, when there is nothing to keep."""
        stem = self._stem(raw)
        if not stem and not raw.options:
            self.report.add(raw.at, "I804", say("只有题号，没有题干，没有收入。"))
            return None
        kind = self._kind(raw, stem)
        made = self._made(raw, stem, kind)
        if made is None:
            return None
        return self._with_fields(raw, made, is_part)

    def _made(self, raw: RawQuestion, stem: Marked, kind: DraftType | None) -> Draft | None:
        """Return the question without the texts around it."""
        if kind is DraftType.CASE:
            parts = [part for inner in raw.parts if (part := self.draft(inner, is_part=True)) is not None]
            return Draft(kind, self._clean(raw, stem.text), parts=tuple(parts)) if parts else None
        if kind is DraftType.MATCHING:
            return self._matching(raw, stem)
        if kind is DraftType.ORDERING and raw.options:
            return self._ordering(raw, stem)
        if kind is DraftType.TRUE_FALSE:
            return self._true_false(raw, stem)
        if raw.options:
            return self._choice(raw, stem)
        return self._fill_in(raw, stem) if kind is DraftType.FILL_IN else self._short_answer(raw, stem)

    def _clean(self, raw: RawQuestion, text: str) -> str:
        return self.report.clean(text, raw.at)

    # --- what a question is ------------------------------------------------------------------------------------------------------------------

    def _stem(self, raw: RawQuestion) -> Marked:
        """Return the stem without type tags, marks and bracketed answers, which go to the question."""
        stem = raw.text
        for match in TYPE_TAG.finditer(stem.text):
            if match.start() == 0 or ENDS.match(stem.text[match.end() :]):
                raw.declared = type_of(match["type"]) or raw.declared
                raw.may_choose = raw.may_choose or type_of(match["type"]) is None
                stem = (stem[: match.start()] + stem[match.end() :]).strip()
                break
        mark = OWN_MARK.search(stem.text)
        if mark and (mark.start() == 0 or ENDS.match(stem.text[mark.end() :])):
            raw.fields.setdefault("marks", mark["marks"])
            stem = (stem[: mark.start()] + stem[mark.end() :]).strip()
        answer = BRACKETED_ANSWER.search(stem.text)
        if answer:
            raw.answers.append((raw.at, answer["value"]))
            stem = (stem[: answer.start()] + stem[answer.end() :]).strip()
        for option in raw.options:
            _clean_option(raw, option)
        return stem

    def _kind(self, raw: RawQuestion, stem: Marked) -> DraftType | None:
        """Return the type as declared where the shape allows it, else by shape and reported; None for a choice question of either kind."""
        if raw.parts:
            return DraftType.CASE
        if raw.options:
            if is_verdict_pair([option.text.text for option in raw.options]) and raw.declared in {None, DraftType.TRUE_FALSE}:
                if raw.declared is None and not raw.may_choose:
                    self.notes.guessed(raw, say("没有写题型，选项是“对”“错”，读作判断题。"))
                return DraftType.TRUE_FALSE
            if raw.declared is None or raw.declared in {DraftType.ORDERING, DraftType.MATCHING, *CHOICES}:
                return raw.declared
            self.notes.guessed(raw, say("题型写的是{type}，却有选项，按答案个数读作选择题。", type=say(DRAFT_NAMES[raw.declared])))
            raw.declared, raw.may_choose = None, True
            return None
        if raw.declared in {DraftType.TRUE_FALSE, DraftType.FILL_IN, DraftType.SHORT_ANSWER, DraftType.MATCHING}:
            return raw.declared
        kind = self._kind_without_options(raw, stem)
        name = say(DRAFT_NAMES[kind])
        if raw.declared is DraftType.CASE:
            self.notes.guessed(raw, say("案例题下面没有小题，读作{type}。", type=name))
        elif raw.declared or raw.may_choose:
            self.notes.guessed(raw, say("选择题没有找到选项，读作{type}。", type=name))
        else:
            self.notes.guessed(raw, say("没有写题型，读作{type}。", type=name))
        return kind

    def _kind_without_options(self, raw: RawQuestion, stem: Marked) -> DraftType:
        answer = _answer(raw)
        brackets = list(VERDICT_BRACKET.finditer(stem.text))
        at_edge = any(bracket.start() == 0 or ENDS.match(stem.text[bracket.end() :]) for bracket in brackets)
        if raw.said is not None or at_edge or TRAILING_VERDICT.search(stem.text):
            return DraftType.TRUE_FALSE
        if verdict(answer) and not BLANK_RUN.search(stem.text):
            return DraftType.TRUE_FALSE
        spots, _ = find_spots(stem, bool(answer), False)
        return DraftType.FILL_IN if spots else DraftType.SHORT_ANSWER

    # --- types -------------------------------------------------------------------------------------------------------------------------------

    def _choice(self, raw: RawQuestion, stem: Marked) -> Draft:
        stem, right = choice_key(raw, stem, self.notes)
        empty = [option.letter for option in raw.options if not option.text]
        if empty:
            self.notes.cannot(raw, say("选项{letters}没有文字。", letters=listed(empty)))
        if len(raw.options) == 1:
            self.notes.cannot(raw, say("只找到一个选项，请核对。"))
        kind = self._choice_type(raw, right or ())
        options = tuple(self._clean(raw, option.text.text) for option in raw.options)
        return Draft(kind, self._clean(raw, stem.sub(EMPTY_BRACKET, BRACKET).text), options=options, right=right or ())

    def _choice_type(self, raw: RawQuestion, right: tuple[int, ...]) -> DraftType:
        if raw.declared in CHOICES and not (raw.declared is DraftType.SINGLE and len(right) > 1):
            return raw.declared
        kind = DraftType.MULTIPLE if len(right) > 1 else DraftType.SINGLE
        if raw.declared is DraftType.SINGLE:
            self.notes.guessed(raw, say("题型是单选题，答案却有{n}个，读作多选题。", n=len(right)))
        elif not raw.may_choose or not right:
            self.notes.guessed(raw, say("没有写单选还是多选，按答案个数读作{type}。", type=say(DRAFT_NAMES[kind])))
        return kind

    def _true_false(self, raw: RawQuestion, stem: Marked) -> Draft:
        stem, said = verdict_key(raw, stem, self.notes)
        text = self._clean(raw, stem.text)
        if said is None:
            self.notes.guessed(raw, say("判断题没有可用的答案，先收作选项为“正确”“错误”的单选题，请补上答案。"))
            return Draft(DraftType.SINGLE, text, options=(TRUE, FALSE))
        return Draft(DraftType.TRUE_FALSE, text, right=(0,) if said else ())

    def _fill_in(self, raw: RawQuestion, stem: Marked) -> Draft:
        answer = _answer(raw)
        spots, is_guess = find_spots(stem, bool(answer), raw.declared is DraftType.FILL_IN)
        if not spots:
            self.notes.guessed(raw, say("填空题的题干里没有空格，读作简答题。"))
            return self._short_answer(raw, stem)
        if is_guess:
            found = [spot.answer for spot in spots if spot.answer]
            is_read = say("空格和答案（{found}）是从题干里认出来的，请核对。", found=join_messages("；", found))
            self.notes.guessed(raw, is_read if found else say("题干里的{n}处括号或空白读作空格，请核对。", n=len(spots)))
        text = self._clean(raw, with_blanks(stem, spots))
        if not answer:
            blanks = tuple(self._blank(raw, spot.answer) for spot in spots)
            if not all(blank.answers for blank in blanks):
                self.notes.missing(raw)
            return Draft(DraftType.FILL_IN, text, blanks=blanks)
        answers = split_answers(answer, len(spots))
        if answers is None:
            self.notes.cannot(raw, say("题干有{n}个空，答案“{answer}”分不成{n}份，没有采用。", n=len(spots), answer=answer))
        return Draft(DraftType.FILL_IN, text, blanks=tuple(self._blank(raw, part) for part in answers or [""] * len(spots)))

    def _blank(self, raw: RawQuestion, answer: str) -> DraftBlank:
        blank, is_guess = blank_of(self._clean(raw, answer))
        if is_guess:
            self.notes.guessed(raw, say("“{answer}”里的斜线读作几种都对的答案，请核对。", answer=answer))
        return blank

    def _short_answer(self, raw: RawQuestion, stem: Marked) -> Draft:
        answer = self._clean(raw, _answer(raw))
        if not answer:
            self.notes.missing(raw)
        return Draft(DraftType.SHORT_ANSWER, self._clean(raw, stem.text.replace(BLANK, "____")), model_answer=answer)

    def _ordering(self, raw: RawQuestion, stem: Marked) -> Draft:
        names = [option.letter for option in raw.options]
        said = letters(re.sub(r"[-—–→>＞]+", "", _answer(raw))) or ""
        if not said:
            bracket = [key for match in re.finditer(r"[（(]([^（）()]+)[）)]", stem.text) if (key := letters(match[1])) and sorted(key) == names]
            said = bracket[0] if len(bracket) == 1 else ""
            stem = stem.sub(re.compile(r"[（(]\s*" + r"\s*[、,，]?\s*".join(said) + r"\s*[）)]"), BRACKET) if said else stem
        texts = [self._clean(raw, option.text.text) for option in raw.options]
        if sorted(said) != sorted(names):
            self.notes.cannot(raw, say("排序题的答案要把每个选项的字母各写一次，现在按卷面的次序收入，请改正次序。"))
            said = "".join(names)
        return Draft(
            DraftType.ORDERING, self._clean(raw, stem.sub(EMPTY_BRACKET, BRACKET).text), items=tuple(texts[names.index(letter)] for letter in said)
        )

    def _matching(self, raw: RawQuestion, stem: Marked) -> Draft | None:
        rights = {option.letter: self._clean(raw, option.text.text) for option in raw.options}
        lefts = [self._clean(raw, left.text) for left in raw.lefts]
        found = {int(number): letter for number, letter in PAIR.findall(_answer(raw).upper())}
        pairs = [(left, rights[found[i]]) for i, left in enumerate(lefts, 1) if found.get(i) in rights]
        if not pairs or len(pairs) < len(lefts):
            what = say("连线题要有编号的左列、字母编号的右列和“1-C 2-A”这样的答案，没有收入。")
            self.report.add(raw.at, "I804", say("“{stem}”：{what}", stem=raw.quote, what=what))
            return None
        used = set(found.values())
        extra = tuple(text for letter, text in rights.items() if letter not in used)
        return Draft(DraftType.MATCHING, self._clean(raw, stem.text), pairs=tuple(pairs), extra=extra)

    # --- the texts around a question ---------------------------------------------------------------------------------------------------------

    def _with_fields(self, raw: RawQuestion, made: Draft, is_part: bool) -> Draft:
        texts = {name: self._clean(raw, text) for name, text in raw.fields.items()}
        tags = [tag for part in TAGS.split(texts.get("tags", "")) if (tag := part.strip())]
        if texts.get("difficulty"):
            tags.append(DIFFICULTY + texts["difficulty"])
        return replace(
            made,
            line=raw.at,
            id=texts.get("id", ""),
            explanation=texts.get("explanation", ""),
            source=texts.get("source", ""),
            category=texts.get("category", ""),
            topic=texts.get("topic", "") or ("" if is_part else raw.topic),
            tags=tuple(tags),
            marks=self._marks(raw, made, texts.get("marks", "")),
        )

    def _marks(self, raw: RawQuestion, made: Draft, text: str) -> Decimal | None:
        """Return the marks that the question names, else those its section's head gives."""
        if text:
            match = re.fullmatch(r"(\d{1,4}(?:\.\d{1,2})?)\s*分?", text)
            if match:
                return _number(match[1])
            self.notes.cannot(raw, say("看不懂分值“{value}”。", value=text))
        if raw.each is None or not raw.is_each_blank:
            return raw.each
        return raw.each * max(len(made.blanks), 1)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _answer(raw: RawQuestion) -> str:
    return "\n".join(text for _, text in raw.answers).strip()


def _clean_option(raw: RawQuestion, option: RawOption) -> None:
    """Take words and ticks that mean right off an option."""
    answer = BRACKETED_ANSWER.search(option.text.text)
    if answer and option is raw.options[-1]:
        raw.answers.append((option.at, answer["value"]))
        option.text = (option.text[: answer.start()] + option.text[answer.end() :]).strip()
    for pattern in (RIGHT_SUFFIX, TICK_SUFFIX):
        match = pattern.search(option.text.text)
        if match and match.start():
            option.text, option.is_flagged = option.text[: match.start()].strip(), True
