"""Papers made by hand from core values, and the text that a reader finds in a PDF."""

import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest

from quiz.core.paper import Candidate, Paper, PaperSection, Slot
from quiz.core.question import TRUE_OPTIONS, Blank, BlankKind, Level, Option, Point, Question, QuestionType, Source
from quiz.core.rule import Rule

PERSON = Candidate("欧阳堃", "QL0042", "县人力资源和社会保障局", "副镇长", "17")
TITLES = {
    QuestionType.SINGLE: "单项选择题",
    QuestionType.MULTIPLE: "多项选择题",
    QuestionType.TRUE_FALSE: "判断题",
    QuestionType.FILL_IN: "填空题",
    QuestionType.ORDERING: "排序题",
    QuestionType.MATCHING: "连线题",
    QuestionType.SHORT_ANSWER: "简答题",
    QuestionType.CASE: "案例分析题",
}


def _make_question(uid: str, kind: QuestionType, stem: str, **more) -> Question:
    """A question with a full source; `more` are fields of Question."""
    source = Source("中华人民共和国乡村振兴促进法", "全国人民代表大会常务委员会", "第五十九条", "主席令第七十七号", date(2021, 4, 29))
    fields = {"category": "general/x", "area": "water", "department": "县水利局", "level": Level.RECALL, "topic": "知识点"}
    return Question(uid, kind, stem=stem, source=source, explanation=f"说明{uid}。", valid_from=date(2021, 6, 1), **(fields | more))


def _make_questions(per_type: int) -> list[Question]:
    """As many questions of each type; every stem and option is found nowhere else."""
    questions = []
    for i in range(per_type):
        options = tuple(Option(letter, f"单{i}选{letter}" + "帮扶" * (i % 9)) for letter in "ABCD")
        questions.append(
            _make_question(f"s{i}", QuestionType.SINGLE, f"单选题干{i}" + "乡村振兴" * (i % 11) + "（　　）。", options=options, key=frozenset("B"))
        )
    for i in range(per_type):
        options = tuple(Option(letter, f"多{i}选{letter}" + "监测" * (i % 7)) for letter in "ABCDE")
        questions.append(_make_question(f"m{i}", QuestionType.MULTIPLE, f"多选题干{i}的有（　　）。", options=options, key=frozenset("ACE")))
    for i in range(per_type):
        stem = f"判断题干{i}" + "饮水安全" * (i % 12) + "。"
        questions.append(_make_question(f"t{i}", QuestionType.TRUE_FALSE, stem, options=TRUE_OPTIONS, key=frozenset("TF"[i % 2])))
    for i in range(per_type):
        blanks = (Blank(("特别法人",)), Blank(("5", "五"), BlankKind.NUMBER))
        questions.append(_make_question(f"f{i}", QuestionType.FILL_IN, f"填空题干{i}属于____，自____月起施行。", blanks=blanks))
    return questions


def _make_longer_questions() -> list[Question]:
    """One question of each type that is more than a choice or blanks."""
    items = tuple(Option(letter, f"步骤{letter}") for letter in "ABC")
    prompts = (Option("1", "不摘责任"), Option("2", "不摘政策"))
    points = (Point("核实收入", Decimal(2), ("收入",)), Point("民主评议", Decimal(3)))
    part = _make_question("c#1", QuestionType.SINGLE, "应当怎样办（　　）。", options=items, key=frozenset("A"))
    return [
        _make_question("o", QuestionType.ORDERING, "按程序排列。", options=items, key=frozenset({"1B", "2A", "3C"})),
        _make_question("p", QuestionType.MATCHING, "对应起来。", options=items, prompts=prompts, key=frozenset({"1C", "2A"})),
        _make_question("a", QuestionType.SHORT_ANSWER, "简述识别程序。", points=points, model_answer="先核实收入，再民主评议。"),
        _make_question("c", QuestionType.CASE, "某村有一户农户。", parts=(part,)),
    ]


def _make_paper(questions: list[Question], code: str = "QL-0001", **more) -> Paper:
    """A paper with a section for each type that occurs, in the order of the types."""
    kinds = [kind for kind in QuestionType if any(question.type is kind for question in questions)]
    sections = tuple(PaperSection(TITLES[kind], kind, Decimal(2), Rule()) for kind in kinds)
    ordered = sorted(questions, key=lambda question: kinds.index(question.type))
    slots = tuple(Slot(n, kinds.index(q.type), q, 1, "digest", Decimal(2), "cell") for n, q in enumerate(ordered, start=1))
    fields = {"notes": ("请用黑色签字笔作答。",), "title": "青岚县政策知识测试试卷"} | more
    return Paper(code, "sitting", minutes=60, total=Decimal(100), pass_mark=Decimal(60), sections=sections, slots=slots, **fields)


@dataclass(frozen=True)
class Page:
    """A page as a reader sees it: its size in points, its characters without spaces, and where each stands."""

    width: float
    height: float
    chars: list[tuple[str, float, float]]

    @property
    def text(self) -> str:
        return "".join(char for char, _, _ in self.chars)


def _read_pages(data: bytes) -> list[Page]:
    """The pages of a PDF."""
    document = pypdfium2.PdfDocument(io.BytesIO(data))
    pages = []
    for page in document:
        text = page.get_textpage()
        chars = []
        for i in range(text.count_chars()):
            char = text.get_text_range(i, 1)
            if char.strip():
                left, bottom, _, _ = text.get_charbox(i)
                chars.append((char, left, bottom))
        pages.append(Page(*page.get_size(), chars))
        text.close()
        page.close()
    document.close()
    return pages


@pytest.fixture(name="person")
def _person() -> Candidate:
    return PERSON


@pytest.fixture
def make_question():
    return _make_question


@pytest.fixture
def make_questions():
    return _make_questions


@pytest.fixture
def make_longer_questions():
    return _make_longer_questions


@pytest.fixture
def make_paper():
    return _make_paper


@pytest.fixture
def read_pages():
    return _read_pages
