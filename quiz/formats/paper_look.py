"""What lies ahead in a paper: whether a line begins a question, a list of answers, or is text of the question before it. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from quiz.formats.marked_text import Marked
from quiz.formats.paper_line import Line, is_option_start, parse_head, parse_number, split_labels, split_options
from quiz.formats.question_words import BLANK_RUN, BULLET, EMPTY_BRACKET, KEY_BRACKET, TRAILING_VERDICT, TYPE_TAG, VERDICT_BRACKET

AHEAD = 10
"""Lines that are looked at to tell a question from other text."""


class Look:
    """Answers questions about the lines of one paper; a line is named by its index."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines

    def next_lines(self, i: int, count: int) -> Sequence[Line]:
        """Return up to `count` lines after line `i`."""
        return self.lines[i + 1 : i + 1 + count]

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

    def is_question(self, i: int, text: Marked, is_judged: bool = False, is_waiting: bool = False) -> bool:
        """True when the text, or what follows it, is what only questions have.

        `is_judged` in a section of true/false questions, `is_waiting` while the question before may still get the answer that follows.
        """
        if any(pattern.search(text.text) for pattern in (EMPTY_BRACKET, BLANK_RUN, KEY_BRACKET, VERDICT_BRACKET, TYPE_TAG)):
            return True
        if is_judged and TRAILING_VERDICT.search(text.text):
            return True
        return self.has_options(i, text) or (not is_waiting and self.has_answer(i))

    def has_options(self, i: int, text: Marked) -> bool:
        """True when options stand in the line or follow it before the next number or label."""
        if len(split_options(text, 0, 1)[1]) > 1:
            return True
        for line in self.next_lines(i, AHEAD):
            if is_option_start(line.text.text) or BULLET.match(line.text.text):
                return True
            if parse_number(line.text.text) or split_labels(line.text)[0][0] or len(split_labels(line.text)) > 1 or parse_head(line.text.text):
                return False
        return False

    def has_answer(self, i: int) -> bool:
        """True when an answer stands in the line or follows it before the next number."""
        if any(name == "answer" for name, _ in split_labels(self.lines[i].text)):
            return True
        for line in self.next_lines(i, 3):
            if any(name == "answer" for name, _ in split_labels(line.text)):
                return True
            if parse_number(line.text.text) or parse_head(line.text.text):
                return False
        return False

    def is_last_section(self, i: int) -> bool:
        """True when no options, brackets or blanks follow line `i`: what stands there is for the whole paper."""
        return not any(is_option_start(line.text.text) or EMPTY_BRACKET.search(line.text.text) for line in self.next_lines(i, 4 * AHEAD))

    def answer_is_apart(self, i: int) -> bool:
        """True when the numbered line is a stem, its answer labelled on a later line."""
        line = self.lines[i].text
        numbered = parse_number(line.text)
        if numbered is None or any(name == "answer" for name, _ in split_labels(line)):
            return False
        return len(line.text[numbered.end :].strip()) > 4 and self.has_answer(i)
