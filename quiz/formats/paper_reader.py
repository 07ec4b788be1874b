"""Lines of a paper → raw questions in one pass: keeps track of section, question and field, and reports lines that fit nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from quiz.core.draft import DraftType
from quiz.core.message import Message, say
from quiz.formats.answer_list import AnswerKeeper, Entry, Section, key_entries
from quiz.formats.marked_text import SPACE, Marked, plain
from quiz.formats.paper_answers import OPEN, ListReader
from quiz.formats.paper_line import (
    Head,
    Line,
    Numbered,
    is_option_start,
    parse_head,
    parse_number,
    parse_topic,
    split_labels,
    split_options,
    type_prefix,
)
from quiz.formats.paper_look import Look
from quiz.formats.paper_options import options_of
from quiz.formats.question_raw import RawQuestion
from quiz.formats.question_words import (
    BLANK_RUN,
    CASE_PART,
    CASE_START,
    FURNITURE,
    LEADING_VERDICT,
    LETTERS,
    TYPE_TAG,
    VERDICTS,
    type_of,
)
from quiz.formats.report import Report


class PaperReader:
    """Goes through the lines once and gathers raw questions.

    `current` is the question (or the part of a case) that lines without a mark of their own belong to, `field` where in it: stem, option, left,
    answer, or the name of a label. `case` is the case whose parts are being read.
    """

    def __init__(self, lines: Sequence[Line], report: Report) -> None:
        self.lines, self.report = lines, report
        self.look = Look(lines)
        self.questions: list[RawQuestion] = []
        self.sections: list[Section] = [Section()]
        self.head = Head(None, "", False, None, False, "")
        self.topic = ""
        self.current: RawQuestion | None = None
        self.case: RawQuestion | None = None
        self.field = ""
        self.stray: list[Line] = []
        self.lists = ListReader(self.look, self.stray)
        self.point = 0

    def read(self) -> None:
        """Read every line, then give the answers of the lists to their questions."""
        for i in range(len(self.lines)):
            before = len(self.stray)
            self.line(i)
            if len(self.stray) == before:
                self.tell_stray()
        self.tell_stray()
        AnswerKeeper(self.sections, self.report).apply(self.lists.groups, dict(enumerate(self.sections)))
        for question in self.questions:
            if question.options and all(option.is_flagged for option in question.options):
                for option in question.options:
                    option.is_flagged = False

    @property
    def is_judged(self) -> bool:
        """True in a section of true/false questions."""
        return self.head.kind is DraftType.TRUE_FALSE

    def tell_stray(self) -> None:
        """Report the lines that have found no place since the last report."""
        if not self.stray:
            return
        first, last = self.stray[0].at, self.stray[-1].at
        start = self.stray[0].text.text[:30]
        if self.questions:
            self.report.add(first, "I808", say("第{first}到{last}段看不出属于哪道题，没有收入：“{start}…”", first=first, last=last, start=start))
        else:
            self.report.add(first, "I802", say("第{first}到{last}段读作卷首文字，没有收入：“{start}…”", first=first, last=last, start=start))
        self.stray.clear()

    def guess(self, at: int, message: Message) -> None:
        """Report a guess about a line."""
        self.report.add(at, "I802", message)

    # --- lines -------------------------------------------------------------------------------------------------------------------------------

    def line(self, i: int) -> None:
        """Read one line."""
        line = self.lines[i]
        text = line.text.text
        if line.entries:
            is_within = self.lists.group is None and not self.look.is_last_section(i)
            self.lists.open(line.at, section=len(self.sections) - 1 if is_within else None)
            self.lists.add(line.at, line.entries)
            return
        if FURNITURE.match(text) and not line.is_soft:
            return
        head = parse_head(text)
        if head is not None:
            self.open_head(i, head)
        elif self.lists.is_head(i, self.questions, self.current):
            self.lists.open(line.at)
        elif self.lists.group is None or not self.lists.line(i):
            self.lists.close()
            self.body(i)

    def open_head(self, i: int, head: Head) -> None:
        """Begin a section, or a group of an answer list."""
        at = self.lines[i].at
        entries = key_entries(head.rest) if head.rest else None
        if entries:
            self.lists.open(at, head)
            self.lists.add(at, entries)
        elif self.lists.group is not None and not self.look.is_question_section(i):
            self.lists.open(at, head)
            if head.rest:
                self.lists.group.entries.append(Entry(at, None, head.rest))
        else:
            self.lists.close()
            self.head, self.topic = head, ""
            self.sections.append(Section(head.kind, head.order))
            self.current = self.case = None

    def body(self, i: int) -> None:
        """Read a line of a question: what stands before the first label, then each labelled text."""
        line = self.lines[i]
        for name, text in split_labels(line.text):
            if name:
                self.labelled(i, name, text)
            elif text:
                self.unlabelled(i, text)

    def labelled(self, i: int, name: str, text: Marked) -> None:
        """Put a labelled text where it belongs; several numbered keys behind 答案 are a list for the section."""
        at = self.lines[i].at
        if name == "answer" and (self.current is None or self.current.declared is not DraftType.MATCHING):
            entries = key_entries(text.text) or []
            if self.case is not None and len(entries) > 1 and len(entries) == len(self.case.parts):
                for part, (_, answer) in zip(self.case.parts, entries, strict=True):
                    part.answers.append((at, answer))
                return
            if entries and self.is_list(entries):
                self.lists.open(at, section=len(self.sections) - 1)
                self.lists.add(at, entries)
                return
        if self.current is None:
            self.stray.append(self.lines[i])
            return
        self.field, self.point = name, 0
        if name == "answer":
            self.current.answers.append((at, text.text))
        else:
            self.current.note(name, text.text)
        self.count_point(text.text)

    def is_list(self, entries: Sequence[tuple[int, str]]) -> bool:
        """True when numbered keys behind 答案 answer the section's questions, not several blanks or points of the current one."""
        current = self.current
        if current is None:
            return True
        has_blanks = current.declared is DraftType.FILL_IN or len(BLANK_RUN.findall(current.text.text)) > 1
        numbers = {question.number for question in self.sections[-1].questions}
        return len(entries) > 1 and not has_blanks and self.case is None and {number for number, _ in entries} <= numbers

    def unlabelled(self, i: int, text: Marked) -> None:
        """Read options, the start of a question, or more of what came before."""
        if self.options(i, text) or self.question(i, text):
            return
        topic = parse_topic(text.text)
        if topic and not self.is_open() and not self.look.is_question(i, text, self.is_judged):
            self.topic = topic
            return
        self.more(i, text)

    def is_open(self) -> bool:
        """True while the question expects running text: a model answer or an explanation."""
        return self.current is not None and self.field in {"answer", "explanation"} and (self.current.declared in OPEN or self.case is not None)

    # --- options -----------------------------------------------------------------------------------------------------------------------------

    def options(self, i: int, text: Marked) -> bool:
        """Read a line of options; False when it is none."""
        current = self.current
        if current is None:
            return False
        is_answered_first = self.field == "answer" and not current.options and current.declared not in OPEN and is_option_start(text.text)
        if self.field not in {"stem", "option", "left"} and not is_answered_first:
            return False
        at = self.lines[i].at
        found = options_of(text, current.options, at)
        if found is None:
            return False
        options, doubt = found
        if doubt:
            self.guess(at, doubt)
        current.options += options
        self.field = "option"
        return True

    # --- questions ---------------------------------------------------------------------------------------------------------------------------

    def question(self, i: int, text: Marked) -> bool:
        """Begin a question, a part of a case or an item of a matching where the line does; False when it begins nothing."""
        said = LEADING_VERDICT.match(text.text)
        after = text[said.end() :] if said else text
        tag = TYPE_TAG.match(after.text) or type_prefix(after.text)
        untagged = after[tag.end() :] if tag else after
        numbered = parse_number(untagged.text)
        if numbered is None and self.current is not None and self.current.style == "dot" and self.look.is_question(i, text, self.is_judged):
            numbered = parse_number(untagged.text, (self.current.number or 0) + 1)
        if numbered is not None:
            stem = untagged[numbered.end :].strip()
            stem = stem.strip(" *") if tag else stem
            if not self.begins(i, stem, numbered, bool(tag)):
                return False
        elif tag or self.begins_unnumbered(i, text):
            stem = untagged
        else:
            return False
        raw = self.new(i, stem, numbered)
        if tag:
            raw.declared, raw.may_choose = type_of(tag["type"]), type_of(tag["type"]) is None
        if said and said["mark"] and numbered:
            raw.said = VERDICTS.get(said["mark"].upper())
        elif said:
            raw.stem = [text]
        self.place(i, raw, numbered)
        return True

    def new(self, i: int, stem: Marked, numbered: Numbered | None) -> RawQuestion:
        """Return a question in the section that is open; its stem's line may also hold its options, and its own type tag."""
        at = self.lines[i].at
        head = self.head
        raw = RawQuestion(at, [stem], declared=head.kind, may_choose=head.may_choose, each=head.each, is_each_blank=head.is_each_blank)
        raw.topic, raw.section = self.topic, len(self.sections) - 1
        if numbered is not None:
            raw.number, raw.style = numbered.number, numbered.style
        tag = TYPE_TAG.match(stem.text) or type_prefix(stem.text)
        if tag:
            raw.declared, raw.may_choose = type_of(tag["type"]), type_of(tag["type"]) is None
            stem = stem[tag.end() :].strip(SPACE + "*")
        if raw.declared is DraftType.CASE and (case := CASE_START.match(stem.text)) and case.end() < len(stem.text):
            stem = stem[case.end() :]
        raw.stem = [stem.strip()]
        before, options = split_options(stem, 0, at)
        if len(options) > 1 and before:
            raw.stem, raw.options = [before], options
        return raw

    def place(self, i: int, raw: RawQuestion, numbered: Numbered | None) -> None:
        """Make the new question the current one: a part of the case, an item of the matching, or a question of its own."""
        current, self.field, self.point = self.current, "option" if raw.options else "stem", 0
        if current is not None and numbered is not None and self.is_left(current, numbered):
            current.lefts.append(raw.stem[0])
            self.field = "left"
            return
        if self.case is not None and numbered is not None and numbered.style != self.case.style:
            self.add_part(raw)
            return
        if current is not None and numbered is not None and self.is_sub(current, numbered):
            self.guess(current.at, say("“{stem}”：下面有自带选项的小题，读作案例题。", stem=current.quote))
            self.case = current
            self.add_part(raw)
            return
        self.case = None
        if raw.declared is DraftType.CASE:
            self.case = raw
        self.tell_gap(raw)
        self.questions.append(raw)
        self.sections[-1].questions.append(raw)
        self.current = raw

    def add_part(self, raw: RawQuestion) -> None:
        """Add a part to the case; its type shows in its shape or its tag."""
        assert self.case is not None
        if raw.declared is DraftType.CASE or raw.declared is self.case.declared:
            raw.declared = None
        raw.each = None
        self.case.parts.append(raw)
        self.current = raw

    def tell_gap(self, raw: RawQuestion) -> None:
        """Report a jump in the numbers, for a question may have gone unseen."""
        before = self.sections[-1].questions[-1].number if self.sections[-1].questions else None
        if before is not None and raw.number is not None and raw.number > before + 1:
            self.guess(raw.at, say("题号从{before}跳到{number}，中间可能有没认出来的题。", before=before, number=raw.number))

    def is_left(self, current: RawQuestion, numbered: Numbered) -> bool:
        """True for a numbered item of a matching."""
        return current.declared is DraftType.MATCHING and numbered.style != current.style and not current.answers

    def is_sub(self, current: RawQuestion, numbered: Numbered) -> bool:
        """True for a question of its own under a question that is numbered otherwise and has neither options nor answers."""
        return bool(current.style) and numbered.style != current.style and not current.options and not current.answers and self.case is None

    def begins(self, i: int, stem: Marked, numbered: Numbered, has_tag: bool) -> bool:
        """True when a numbered line begins a question, rather than a point of a list in a stem, an answer or an explanation."""
        current = self.current
        if numbered.style == "han":
            return self.look.is_question(i, stem, self.is_judged) or (self.head.kind is DraftType.SHORT_ANSWER and not self.is_open())
        if current is None or has_tag:
            return True
        if self.is_left(current, numbered):
            return True
        if self.case is not None:
            if numbered.style == self.case.style:
                return numbered.number == (self.case.number or 0) + 1 or self.field not in {"answer", "explanation"}
            last = self.case.parts[-1] if self.case.parts else None
            if last is not None and numbered.style != last.style:
                return False
            return self.field not in {"answer", "explanation"} or not self.is_point(i, stem, numbered)
        if current.style and numbered.style != current.style:
            if current.options or current.answers:
                return self.look.is_question(i, stem, self.is_judged)
            return self.is_sub(current, numbered) and self.look.has_options(i, stem)
        if self.field in {"stem", "option", "left"}:
            return True
        return not self.is_point(i, stem, numbered)

    def is_point(self, i: int, stem: Marked, numbered: Numbered) -> bool:
        """True for a numbered point inside a model answer or an explanation."""
        if self.look.is_question(i, stem, self.is_judged):
            return False
        if numbered.number == self.point + 1 and (self.point or numbered.number == 1):
            self.point = numbered.number
            return True
        return numbered.number != ((self.current.number if self.current else None) or 0) + 1

    def count_point(self, text: str) -> None:
        """Remember that a model answer began with its point 1."""
        numbered = parse_number(text)
        if numbered is not None and numbered.number == 1:
            self.point = 1

    def begins_unnumbered(self, i: int, text: Marked) -> bool:
        """True when a line without a number begins a question: one that stands apart and looks like one; reported as a guess."""
        current = self.current
        if self.head.kind is DraftType.CASE or (self.head.kind is None and current is None):
            case = CASE_START.match(text.text)
            if case and (self.head.kind is DraftType.CASE or not self.lines[i].is_soft):
                return self.case is None or not self.case.parts or self.current is not self.case
        if self.case is not None and CASE_PART.match(text.text):
            return True
        is_complete = current is None or len(current.options) > 1 or bool(current.answers) or bool(current.fields) or current.is_answered
        if not is_complete or self.lines[i].is_soft or (self.is_open() and not self.look.has_options(i, text)):
            return False
        is_waiting = current is not None and not current.is_answered
        if self.look.is_question(i, text, self.is_judged, is_waiting) or (
            current is None and self.head.kind is DraftType.CASE and len(text.text) > 20
        ):
            self.guess(self.lines[i].at, say("“{start}…”没有题号，读作一道题的开头。", start=text.text[:16]))
            return True
        return False

    def more(self, i: int, text: Marked) -> None:
        """Add a line to what came before it; after a key it is taken for an explanation."""
        line, current = self.lines[i], self.current
        if current is None:
            self.stray.append(line)
            return
        if self.field == "stem":
            current.stem.append(text)
        elif self.field == "left":
            current.lefts[-1] = current.lefts[-1] + plain("\n") + text
        elif self.field == "option":
            option = current.options[-1]
            option.text = (option.text + plain("\n") + text).strip()
            if not line.is_soft:
                self.guess(line.at, say("这一段没有标记，接在第{at}段的选项{letter}后面。", at=option.at, letter=option.letter))
        elif self.field != "answer":
            current.note(self.field, text.text)
        elif self.takes_more(current):
            at, before = current.answers[-1]
            current.answers[-1] = (at, f"{before}\n{text.text}" if before else text.text)
        else:
            self.guess(line.at, say("答案后面的这一段没有标记，读作解析。"))
            current.note("explanation", text.text)
            self.field = "explanation"

    def takes_more(self, current: RawQuestion) -> bool:
        """True when the answer so far is empty, or no key that ends with its line."""
        answer = current.answers[-1][1]
        if not answer or current.declared is DraftType.MATCHING or not current.options:
            return not answer or current.declared not in {DraftType.TRUE_FALSE, DraftType.MATCHING}
        return LETTERS.fullmatch(answer.upper()) is None
