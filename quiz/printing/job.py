"""What is asked of the printing layer: papers with the people they are for; and the check of every character before the first page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from quiz.core.by_identity import by_identity
from quiz.core.message import Message, QuizError, listed, mark_text, say
from quiz.core.paper import Candidate, Paper, Slot
from quiz.core.paper_text import paper_digest
from quiz.core.question import Question
from quiz.printing.fonts import GlyphCheck, is_clean

OnPaper = Callable[[int, int], None]
"""Called after each paper with how many are done and how many there are."""


@dataclass(frozen=True, slots=True)
class PrintJob:
    """A paper and its candidate; `digest` is that of the stored paper where it is known, since taking it anew costs as much as a page."""

    paper: Paper
    candidate: Candidate
    digest: str = ""

    @property
    def paper_digest(self) -> str:
        """The digest from which the check in the paper's codes follows."""
        return self.digest or paper_digest(self.paper)


FIELD_NAMES: dict[str, str] = {
    "unit": mark_text("单位"),
    "name": mark_text("姓名"),
    "post": mark_text("职务"),
    "number": mark_text("工号"),
    "seat": mark_text("座位号"),
}
"""The fields of the sealed strip, in the order in which they are printed."""


def check_jobs(jobs: Sequence[PrintJob], *, with_key: bool) -> None:
    """Refuse what cannot be printed: QuizError `nothing_to_print` for no job, MissingGlyphs with every character that no face draws."""
    if not jobs:
        raise QuizError("nothing_to_print", say("没有要印的试卷。"))
    check = GlyphCheck()
    for job in jobs:
        for text, place in _texts(job, with_key=with_key):
            check.add(text, place)
    check.finish()


def check_pictures(jobs: Sequence[PrintJob], pictures: Mapping[str, bytes]) -> None:
    """Refuse papers with a picture whose bytes are not at hand: QuizError `no_picture`."""
    missing = sorted({digest for job in jobs for digest in job.paper.pictures if digest not in pictures})
    if missing:
        raise QuizError("no_picture", say("有{n}张图片没有找到，不能打印：{digests}。", n=len(missing), digests=listed(d[:8] for d in missing)))


def _texts(job: PrintJob, *, with_key: bool) -> Iterator[tuple[str, Message]]:
    paper = job.paper
    yield paper.code, say("试卷{paper}的编号", paper=paper.code)
    yield paper.title.replace("\n", ""), say("试卷{paper}的标题", paper=paper.code)
    yield "".join(paper.notes), say("试卷{paper}的注意事项", paper=paper.code)
    for section in paper.sections:
        yield section.title, say("试卷{paper}的大题“{title}”", paper=paper.code, title=section.title)
    for slot in paper.slots:
        if _is_clean(slot.question, with_key) and not slot.situation:
            continue
        yield _slot_text(slot, with_key=with_key), say("试卷{paper}第{number}题", paper=paper.code, number=slot.number)
    for field, name in FIELD_NAMES.items():
        value = getattr(job.candidate, field)
        if "\n" in value:
            raise QuizError("line_break_in_field", say("试卷{paper}的考生信息“{field}”中有换行，请改正。", paper=paper.code, field=say(name)))
        yield value, say("试卷{paper}的考生信息“{field}”", paper=paper.code, field=say(name))


@by_identity
def _is_clean(question: Question, with_key: bool) -> bool:
    """True when every character of a question can be printed, as nearly always: papers share their questions, so each is looked at once."""
    return all(map(is_clean, _question_texts(question, with_key=with_key)))


def _slot_text(slot: Slot, *, with_key: bool) -> str:
    return "".join((slot.situation, *_question_texts(slot.question, with_key=with_key)))


def _question_texts(question: Question, *, with_key: bool) -> list[str]:
    texts = [question.stem, *(option.text for option in (*question.options, *question.prompts))]
    if with_key:
        source = question.source
        texts += [question.explanation, question.true_sentence, source.title, source.clause, source.number or ""]
        texts += [question.model_answer, *(point.text for point in question.points)]
        texts += [answer for blank in question.blanks for answer in (*blank.answers, blank.unit)]
    return texts
