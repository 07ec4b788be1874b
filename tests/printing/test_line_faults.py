"""No line of a paper, key or list begins or ends as it may not: counted in the PDFs by a checker that knows nothing of how they were set."""

import io
from itertools import pairwise

import pytest

from quiz.banks.lint import lint_paths
from quiz.core.question import QuestionType
from quiz.printing.fonts import Font
from quiz.printing.geometry import GEOMETRIES, PageSize
from quiz.printing.job import PrintJob
from quiz.printing.paper_pdf import print_papers
from quiz.printing.sheet import Sheets
from quiz.printing.typeset import set_line
from quiz.settings import shipped
from tests.printing.line_faults import faults_in
from tests.web.world import ZONE

TEXT = (
    "县级人民政府（以下简称“县政府”）应当自2026年12月31日起，按照《乡村振兴促进法》第十二条——以及有关规定……组织（　　）、验收，并于15个工作日内公布。"
)


@pytest.fixture(scope="module")
def shipped_questions():
    """Every question of the shipped banks that stands by itself: real texts, long and short."""
    found = lint_paths([shipped("question_banks")], ZONE)
    return [question for question in found.questions if question.type is not QuestionType.CASE]


@pytest.mark.parametrize("size", PageSize)
def test_nothing_is_broken_where_it_may_not_be(size, shipped_questions, make_paper, person):
    out = io.BytesIO()
    pictures = {}
    plain = [question for question in shipped_questions if not question.picture and not any(option.picture for option in question.options)]
    jobs = [PrintJob(make_paper(plain[at::6], code=f"QL-{at:04}"), person) for at in range(6)]
    print_papers(jobs, out, size=size, with_key=True, pictures=pictures)
    counted = faults_in([out.getvalue()])
    assert counted.faults == []
    assert counted.pages > 20
    assert counted.lines > 2000


@pytest.mark.parametrize("width", range(20, 34))
def test_the_checker_sees_what_a_plain_cut_does(width):
    """The same text cut after so many characters breaks the rules at some widths; the checker says where, and only there."""
    out = io.BytesIO()
    geometry = GEOMETRIES[PageSize.A4]
    sheets = Sheets(out, geometry, "")
    lines = [TEXT[at : at + width] for at in range(0, len(TEXT), width)]
    for n, line in enumerate(lines):
        sheets.add_marks(set_line(line, Font.SONG, 10.5, x=100, y=700 - 16.5 * n))
    sheets.end_side()
    sheets.finish()
    wrong = [n for n, (upper, lower) in enumerate(pairwise(lines)) if is_wrong(upper, lower)]
    assert bool(faults_in([out.getvalue()]).faults) == bool(wrong), lines


def is_wrong(upper, lower):
    """Whether two lines may not follow each other."""
    joined = upper[-1] + lower[0]
    return (
        (lower[0] in "，。、；：”）》…—" and len(lower) > 1)
        or upper[-1] in "（《“"
        or (joined.isascii() and joined.isalnum())
        or upper.rstrip("　").endswith("（")
    )
