"""The answer lists of a paper, line by line: 参考答案 and what follows it, until questions begin again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from quiz.core.draft import DraftType
from quiz.formats.answer_list import RUN_OF_KEYS, AnswerGroup, Entry, key_entries, text_entries
from quiz.formats.paper_line import Head, Line, Numbered, is_option_start, parse_head, parse_number, parse_topic, split_labels, split_options
from quiz.formats.paper_look import Look
from quiz.formats.question_raw import RawQuestion
from quiz.formats.question_words import ANSWER_HEAD, BLANK_RUN, EMPTY_BRACKET, TYPE_TAG

OPEN = (DraftType.SHORT_ANSWER, DraftType.CASE)
"""Types whose answers are running text."""


class ListReader:
    """Gathers the answers of lists in groups; `group` is the one that is open. Lines that fit nowhere go to `stray`."""

    def __init__(self, look: Look, stray: list[Line]) -> None:
        self.look, self.stray = look, stray
        self.group: AnswerGroup | None = None
        self.groups: list[AnswerGroup] = []

    def close(self) -> None:
        """End the open list."""
        self.group = None

    def is_head(self, i: int, questions: Sequence[RawQuestion], current: RawQuestion | None) -> bool:
        """True for 参考答案 and the like where a list follows, not the model answer of the question above."""
        text = self.look.lines[i].text.text
        match = ANSWER_HEAD.match(text) if len(text) <= 40 else None
        following = self.look.next_lines(i, 1)
        if match is None or not questions or not following:
            return False
        after = following[0]
        if after.entries or parse_head(after.text.text) or key_entries(after.text.text) or (parse_number(after.text.text) and match["what"].strip()):
            return True
        waiting = [question for question in questions if not question.answers and not question.parts and not question.is_answered]
        numbered = text_entries(after.text.text)
        is_for_current = current is not None and not current.answers and not current.options and current.declared in {None, *OPEN}
        if parse_number(after.text.text) is not None and parse_topic(after.text.text):
            return len(waiting) > 1
        if is_for_current and (match["colon"] or len(waiting) < 2):
            return False
        return bool(numbered) and numbered[0][0] == 1 and bool(waiting)

    def open(self, at: int, head: Head | None = None, section: int | None = None) -> None:
        """Begin a list, or the next group of one; `section` when it is about that section only."""
        self.group = AnswerGroup(at, head.kind if head else None, head.order if head else "", section)
        self.groups.append(self.group)

    def add(self, at: int, entries: Iterable[tuple[int, str]]) -> None:
        """Add numbered answers to the open list."""
        assert self.group is not None
        self.group.entries += [Entry(at, number, text) for number, text in entries]

    def line(self, i: int) -> bool:
        """Read a line of the open list; False when it belongs to a question, or to nothing."""
        assert self.group is not None
        line = self.look.lines[i]
        text = line.text.text
        entries = key_entries(text)
        if entries:
            self.add(line.at, entries)
            return True
        numbered = parse_number(text, self.next_entry())
        if numbered is not None and numbered.style != "han":
            if self.look.has_options(i, line.text) or EMPTY_BRACKET.search(text) or BLANK_RUN.search(text) or self.look.answer_is_apart(i):
                return False
            self.numbered_entries(line, numbered)
            return True
        if numbered is not None:
            rest = text[numbered.end :]
            self.open(line.at, Head(None, text[: numbered.end].strip("、.．"), False, None, False, ""))
            found = key_entries(rest)
            if found:
                self.add(line.at, found)
            elif RUN_OF_KEYS.fullmatch(rest):
                self.group.entries.append(Entry(line.at, None, rest))
            elif rest:
                self.stray.append(line)
            return True
        if TYPE_TAG.match(text) or (is_option_start(text) and len(split_options(line.text, 0, 1)[1]) > 1):
            return False
        self.more(line)
        return True

    def numbered_entries(self, line: Line, numbered: Numbered) -> None:
        """Add the answers of a line such as `1．C 解析：…` or `1. 15天 2. 5天`."""
        (_, first), *labelled = split_labels(line.text[numbered.end :].strip())
        found = [] if labelled else text_entries(line.text.text, self.next_entry())
        self.add(line.at, found or [(numbered.number, first.text)])
        self.entry_fields([(name, text.text) for name, text in labelled])

    def next_entry(self) -> int:
        """Return the number that the next answer of the list should have."""
        assert self.group is not None
        return (self.group.entries[-1].number or 0) + 1 if self.group.entries else 1

    def entry_fields(self, labelled: Iterable[tuple[str, str]]) -> None:
        """Add labelled texts to the last answer of the list."""
        assert self.group is not None
        for name, text in labelled:
            entry = self.group.entries[-1]
            if name == "answer":
                entry.text = f"{entry.text}\n{text}" if entry.text else text
            else:
                entry.fields[name] = f"{entry.fields[name]}\n{text}" if entry.fields.get(name) else text

    def more(self, line: Line) -> None:
        """Add a line without a number to the last answer, or take it for a run of answers in order."""
        assert self.group is not None
        text = line.text.text
        if not self.group.entries and RUN_OF_KEYS.fullmatch(text):
            self.group.entries.append(Entry(line.at, None, text))
        elif not self.group.entries or (self.group.entries[-1].number is None and not RUN_OF_KEYS.fullmatch(text)):
            self.stray.append(line)
        else:
            (_, first), *labelled = split_labels(line.text)
            entry = self.group.entries[-1]
            if first and entry.fields:
                name = list(entry.fields)[-1]
                entry.fields[name] += f"\n{first.text}"
            elif first:
                entry.text += f"\n{first.text}"
            self.entry_fields([(name, text.text) for name, text in labelled])
