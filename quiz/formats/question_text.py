"""A paper as people write it → drafts: heads, numbers, options, answers in any of the usual places; what fits nowhere is named, never dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from quiz.core.draft import Draft, DraftType, Imported
from quiz.core.message import Message, say
from quiz.formats.answer_list import AnswerGroup, AnswerKeeper, Entry, Section, key_entries, text_entries
from quiz.formats.marked_text import SPACE, Marked, Paragraph, plain
from quiz.formats.paper_line import (
    Head,
    Line,
    Numbered,
    is_option_start,
    letter_index,
    lines_of,
    next_lines,
    parse_head,
    parse_number,
    parse_topic,
    split_labels,
    split_options,
    type_prefix,
)
from quiz.formats.question_raw import RawOption, RawQuestion
from quiz.formats.question_shape import Shaper
from quiz.formats.question_words import (
    ANSWER_HEAD,
    BLANK_RUN,
    BULLET,
    CASE_PART,
    CASE_START,
    CHOSEN_BULLETS,
    EMPTY_BRACKET,
    FURNITURE,
    KEY_BRACKET,
    LEADING_VERDICT,
    LETTERS,
    OPTION,
    TRAILING_VERDICT,
    TYPE_TAG,
    VERDICT_BRACKET,
    VERDICTS,
    type_of,
)
from quiz.formats.report import Refused, Report, decode

AHEAD = 10
"""Lines that are looked at to tell a question from other text."""

OPEN = (DraftType.SHORT_ANSWER, DraftType.CASE)
MAX_PARAGRAPH = 20_000
"""Characters; a longer paragraph is cut, and reported."""


def read_text(content: bytes, file: str) -> Imported:
    """Return the questions of a plain text file; line of a draft or diagnostic is the line in the file. Never raises for bad content."""
    report = Report(file)
    try:
        text = decode(content, report)
    except Refused as refused:
        report.add(refused.line, refused.rule, refused.message)
        return Imported((), report.told())
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\f", "\n").split("\n")
    drafts = read_lines([line for i, part in enumerate(lines, 1) for line in lines_of(Paragraph(i, plain(part)))], report)
    return Imported(tuple(drafts), report.told())


def read_lines(lines: Iterable[Line], report: Report, is_all: bool = True) -> list[Draft]:
    """Return the questions of a paper, and report what was guessed and what has no place; and, when it is all there is, that it holds none."""
    kept = [_cut(line, report) for line in lines]
    reader = _Reader(kept, report)
    reader.read()
    shaper = Shaper(report)
    drafts = [draft for raw in reader.questions if (draft := shaper.draft(raw)) is not None]
    if not drafts and is_all:
        report.add(1, "I801", say("没有找到试题。试题要有题号（如“1．”）或题型（如“单选题”），选项写作“A．”“B．”。"))
    return drafts


def _cut(line: Line, report: Report) -> Line:
    if len(line.text.text) <= MAX_PARAGRAPH:
        return line
    report.add(line.at, "I808", say("这一段超过{n}字，后面的没有读取。", n=MAX_PARAGRAPH))
    return Line(line.at, line.text[:MAX_PARAGRAPH], line.is_soft, line.entries)


class _Reader:
    """Goes through the lines once and gathers raw questions.

    `current` is the question (or the part of a case) that lines without a mark of their own belong to, `field` where in it: stem, option, left,
    answer, or the name of a label. `list` is the answer list that is open, `case` the case whose parts are being read.
    """

    def __init__(self, lines: Sequence[Line], report: Report) -> None:
        self.lines, self.report = lines, report
        self.questions: list[RawQuestion] = []
        self.sections: list[Section] = [Section()]
        self.head = Head(None, "", False, None, False, "")
        self.topic = ""
        self.current: RawQuestion | None = None
        self.case: RawQuestion | None = None
        self.field = ""
        self.list: AnswerGroup | None = None
        self.groups: list[AnswerGroup] = []
        self.stray: list[Line] = []
        self.point = 0

    def read(self) -> None:
        """Read every line, then give the answers of the lists to their questions."""
        for i in range(len(self.lines)):
            before = len(self.stray)
            self.line(i)
            if len(self.stray) == before:
                self.tell_stray()
        self.tell_stray()
        AnswerKeeper(self.sections, self.report).apply(self.groups, dict(enumerate(self.sections)))
        for question in self.questions:
            if question.options and all(option.is_flagged for option in question.options):
                for option in question.options:
                    option.is_flagged = False

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
        self.stray = []

    def guess(self, at: int, message: Message) -> None:
        """Report a guess about a line."""
        self.report.add(at, "I802", message)

    # --- lines -------------------------------------------------------------------------------------------------------------------------------

    def line(self, i: int) -> None:
        """Read one line."""
        line = self.lines[i]
        text = line.text.text
        if line.entries:
            self.open_list(line.at, Head(None, "", False, None, False, ""), is_within=self.list is None and not self.is_last_section(i))
            self.add_entries(line.at, line.entries)
            return
        if FURNITURE.match(text) and not line.is_soft:
            return
        head = parse_head(text)
        if head is not None:
            self.open_head(i, head)
        elif self.is_list_head(i):
            self.open_list(line.at, Head(None, "", False, None, False, ""))
        elif self.list is not None and self.list_line(i):
            return
        else:
            self.list = None
            self.body(i)

    def open_head(self, i: int, head: Head) -> None:
        """Begin a section, or a group of an answer list."""
        at = self.lines[i].at
        entries = key_entries(head.rest) if head.rest else None
        if entries:
            self.open_list(at, head)
            self.add_entries(at, entries)
        elif self.list is not None and not self.is_question_section(i):
            self.open_list(at, head)
            if head.rest:
                self.list.entries.append(Entry(at, None, head.rest))
        else:
            self.list = None
            self.head, self.topic = head, ""
            self.sections.append(Section(head.kind, head.order))
            self.current = self.case = None

    def is_question_section(self, i: int) -> bool:
        """True when questions, not answers, follow the head in line `i`."""
        for k in range(i + 1, min(len(self.lines), i + 1 + 3 * AHEAD)):
            text = self.lines[k].text.text
            if parse_head(text):
                return False
            if is_option_start(text) or EMPTY_BRACKET.search(text) or BLANK_RUN.search(text) or len(split_options(self.lines[k].text, 0, 1)[1]) > 1:
                return True
            if any(name == "answer" for name, _ in split_labels(self.lines[k].text)) and not parse_number(text):
                return True
        return False

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
            entries = key_entries(text.text)
            if entries and (len(entries) > 1 or self.current is None):
                self.open_list(at, Head(None, "", False, None, False, ""), is_within=True)
                self.add_entries(at, entries)
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

    def unlabelled(self, i: int, text: Marked) -> None:
        """Read options, the start of a question, or more of what came before."""
        if self.options(i, text) or self.question(i, text):
            return
        topic = parse_topic(text.text)
        if topic and not self.is_open() and not self.is_question(i, text):
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
        bullet = BULLET.match(text.text)
        if bullet and OPTION.match(text.text, bullet.end()):
            rest, found = split_options(text[bullet.end() :], len(current.options), at)
            if found and not rest:
                found[0].is_flagged = bullet["mark"] in CHOSEN_BULLETS
                current.options += found
                self.field = "option"
                return True
        if bullet:
            letter = chr(ord("A") + len(current.options))
            current.options.append(RawOption(letter, text[:1], text[bullet.end() :].strip(), at, bullet["mark"] in CHOSEN_BULLETS))
            self.field = "option"
            return True
        expected = letter_index(current.options[-1].letter) + 1 if current.options else 0
        rest, found = split_options(text, expected, at)
        if not found or rest:
            return False
        if letter_index(found[0].letter) != expected:
            self.guess(at, say("选项从{before}跳到了{letter}，中间可能漏了。", before=chr(ord("A") + expected - 1), letter=found[0].letter))
        current.options += found
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
        if numbered is None and self.current is not None and self.current.style == "dot" and self.is_question(i, text):
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
            return self.is_question(i, stem) or (self.head.kind is DraftType.SHORT_ANSWER and not self.is_open())
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
                return self.is_question(i, stem)
            return self.is_sub(current, numbered) and self.has_options(i, stem)
        if self.field in {"stem", "option", "left"}:
            return True
        return not self.is_point(i, stem, numbered)

    def is_point(self, i: int, stem: Marked, numbered: Numbered) -> bool:
        """True for a numbered point inside a model answer or an explanation."""
        if self.is_question(i, stem):
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
        is_complete = current is None or len(current.options) > 1 or bool(current.answers) or bool(current.fields) or _is_answered(current)
        if not is_complete or self.lines[i].is_soft or (self.is_open() and not self.has_options(i, text)):
            return False
        if self.is_question(i, text) or (current is None and self.head.kind is DraftType.CASE and len(text.text) > 20):
            self.guess(self.lines[i].at, say("“{start}…”没有题号，读作一道题的开头。", start=text.text[:16]))
            return True
        return False

    def is_question(self, i: int, text: Marked) -> bool:
        """True when the text, or what follows it, is what only questions have."""
        if any(pattern.search(text.text) for pattern in (EMPTY_BRACKET, BLANK_RUN, KEY_BRACKET, VERDICT_BRACKET, TYPE_TAG)):
            return True
        if self.head.kind is DraftType.TRUE_FALSE and TRAILING_VERDICT.search(text.text):
            return True
        return self.has_options(i, text) or self.has_answer(i)

    def has_options(self, i: int, text: Marked) -> bool:
        """True when options stand in the line or follow it before the next number or label."""
        if len(split_options(text, 0, 1)[1]) > 1:
            return True
        for line in next_lines(self.lines, i, AHEAD):
            if is_option_start(line.text.text) or BULLET.match(line.text.text):
                return True
            if parse_number(line.text.text) or split_labels(line.text)[0][0] or len(split_labels(line.text)) > 1 or parse_head(line.text.text):
                return False
        return False

    def has_answer(self, i: int) -> bool:
        """True when an answer stands in the line or follows it before the next number."""
        if any(name == "answer" for name, _ in split_labels(self.lines[i].text)):
            return True
        for line in next_lines(self.lines, i, 3):
            if any(name == "answer" for name, _ in split_labels(line.text)):
                return True
            if parse_number(line.text.text) or parse_head(line.text.text):
                return False
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
        if not answer or not current.options:
            return not answer or current.declared is not DraftType.TRUE_FALSE
        return LETTERS.fullmatch(answer.upper()) is None

    # --- answer lists ------------------------------------------------------------------------------------------------------------------------

    def is_last_section(self, i: int) -> bool:
        """True when no options, brackets or blanks follow line `i`: what stands there is for the whole paper."""
        return not any(is_option_start(line.text.text) or EMPTY_BRACKET.search(line.text.text) for line in next_lines(self.lines, i, 4 * AHEAD))

    def is_list_head(self, i: int) -> bool:
        """True for 参考答案 and the like where a list follows, not the model answer of the question above."""
        text = self.lines[i].text.text
        match = ANSWER_HEAD.match(text) if len(text) <= 40 else None
        following = next_lines(self.lines, i, 1)
        if match is None or not self.questions or not following:
            return False
        after = following[0]
        if after.entries or parse_head(after.text.text) or key_entries(after.text.text) or (parse_number(after.text.text) and match["what"].strip()):
            return True
        waiting = [question for question in self.questions if not question.answers and not question.parts and not _is_answered(question)]
        numbered = text_entries(after.text.text)
        is_for_current = self.current is not None and not self.current.answers and not self.current.options and self.current.declared in {None, *OPEN}
        if parse_number(after.text.text) is not None and parse_topic(after.text.text):
            return len(waiting) > 1
        if is_for_current and (match["colon"] or len(waiting) < 2):
            return False
        return bool(numbered) and numbered[0][0] == 1 and bool(waiting)

    def open_list(self, at: int, head: Head, is_within: bool = False) -> None:
        """Begin a list, or the next group of one; `is_within` when it is about the section above only."""
        self.list = AnswerGroup(at, head.kind, head.order, len(self.sections) - 1 if is_within else None)
        self.groups.append(self.list)

    def add_entries(self, at: int, entries: Iterable[tuple[int, str]]) -> None:
        """Add numbered answers to the open list."""
        assert self.list is not None
        self.list.entries += [Entry(at, number, text) for number, text in entries]

    def list_line(self, i: int) -> bool:
        """Read a line of the open list; False when questions have begun again."""
        assert self.list is not None
        line = self.lines[i]
        text = line.text.text
        entries = key_entries(text)
        if entries:
            self.add_entries(line.at, entries)
            return True
        numbered = parse_number(text, self.next_entry())
        if numbered is not None and numbered.style != "han":
            if self.has_options(i, line.text) or EMPTY_BRACKET.search(text) or BLANK_RUN.search(text) or self.answer_is_apart(i):
                return False
            self.numbered_entries(line)
            return True
        if numbered is not None:
            rest = text[numbered.end :]
            self.open_list(line.at, Head(None, text[: numbered.end].strip("、.．"), False, None, False, ""))
            found = key_entries(rest)
            if found:
                self.add_entries(line.at, found)
            elif LETTERS.fullmatch(rest):
                self.list.entries.append(Entry(line.at, None, rest))
            return True
        if TYPE_TAG.match(text) or (is_option_start(text) and len(split_options(line.text, 0, 1)[1]) > 1):
            return False
        self.more_list(line)
        return True

    def answer_is_apart(self, i: int) -> bool:
        """True when the numbered line is a stem, its answer labelled on a later line."""
        if any(name == "answer" for name, _ in split_labels(self.lines[i].text)) or parse_number(self.lines[i].text.text) is None:
            return False
        numbered = parse_number(self.lines[i].text.text)
        rest = self.lines[i].text.text[numbered.end if numbered else 0 :].strip()
        return len(rest) > 4 and self.has_answer(i)

    def numbered_entries(self, line: Line) -> None:
        """Add the answers of a line such as `1．C 解析：…` or `1. 15天 2. 5天`."""
        assert self.list is not None
        (_, first), *labelled = split_labels(line.text) if split_labels(line.text)[0][0] == "" else [("", line.text)]
        found = text_entries(first.text, self.next_entry()) or [
            (number.number, first.text[number.end :]) for number in [parse_number(first.text)] if number
        ]
        self.add_entries(line.at, found)
        self.entry_fields([(name, text.text) for name, text in labelled])

    def next_entry(self) -> int:
        """Return the number that the next answer of the list should have."""
        assert self.list is not None
        return (self.list.entries[-1].number or 0) + 1 if self.list.entries else 1

    def entry_fields(self, labelled: Iterable[tuple[str, str]]) -> None:
        """Add labelled texts to the last answer of the list."""
        assert self.list is not None
        for name, text in labelled:
            entry = self.list.entries[-1]
            if name == "answer":
                entry.text = f"{entry.text}\n{text}" if entry.text else text
            else:
                entry.fields[name] = f"{entry.fields[name]}\n{text}" if entry.fields.get(name) else text

    def more_list(self, line: Line) -> None:
        """Add a line without a number to the last answer, or take it for a run of answers in order."""
        assert self.list is not None
        text = line.text.text
        compact = text.replace(" ", "").replace("\u3000", "")
        if not self.list.entries and (LETTERS.fullmatch(text) or set(compact) <= set("√×✓✗对错")):
            self.list.entries.append(Entry(line.at, None, text))
        elif not self.list.entries:
            self.stray.append(line)
        else:
            (_, first), *labelled = split_labels(line.text) if not split_labels(line.text)[0][0] else [("", line.text[:0]), *split_labels(line.text)]
            entry = self.list.entries[-1]
            if first and entry.fields:
                name = list(entry.fields)[-1]
                entry.fields[name] += f"\n{first.text}"
            elif first:
                entry.text += f"\n{first.text}"
            self.entry_fields([(name, text.text) for name, text in labelled])


def _is_answered(raw: RawQuestion) -> bool:
    """True when the stem or the options show the answer."""
    text = raw.text.text
    if raw.said is not None or any(option.is_flagged for option in raw.options):
        return True
    return bool(VERDICT_BRACKET.search(text) or TRAILING_VERDICT.search(text) or (raw.options and KEY_BRACKET.search(text)))
