"""The key follows the paper: letters in its order of options, every accepted answer, reason and clause."""

import io
from dataclasses import replace

import pytest

from quiz.core.question import Blank, BlankKind, QuestionType
from quiz.printing.geometry import PageSize
from quiz.printing.job import PrintJob
from quiz.printing.key_pdf import answer_text, blanks_text, print_keys, source_text
from quiz.printing.paper_pdf import print_papers


def text_of(pages):
    return "".join(page.text for page in pages)


def key(jobs, **options):
    out = io.BytesIO()
    print_keys(jobs, out, **options)
    return out.getvalue()


def test_letters_follow_the_order_in_which_this_paper_shows_the_options(make_questions, make_paper, person, read_pages):
    single, multiple = (next(q for q in make_questions(1) if q.type is kind) for kind in (QuestionType.SINGLE, QuestionType.MULTIPLE))
    turned = [question.with_options(tuple(reversed(question.options))) for question in (single, multiple)]
    assert [answer_text(question) for question in (single, multiple)] == ["B", "ACE"]
    assert [answer_text(question) for question in turned] == ["C", "ACE"]
    text = text_of(read_pages(key([PrintJob(make_paper(turned), person)])))
    assert "题号1答案C" in text
    assert "题号2答案ACE" in text
    shifted = multiple.with_options((*multiple.options[1:], multiple.options[0]))
    assert answer_text(shifted) == "BDE"


def test_true_and_false_are_signs(make_questions):
    questions = [q for q in make_questions(2) if q.type is QuestionType.TRUE_FALSE]
    assert [answer_text(question) for question in questions] == ["√", "×"]


def test_all_accepted_answers_of_a_blank_are_given():
    blanks = (Blank(("甲", "乙"), group="g"), Blank(("丙",), group="g"), Blank(("5", "五"), BlankKind.NUMBER, "日"))
    assert blanks_text(blanks, str) == "①甲／乙　②丙　③5日／五日　（①②的答案可互换）"
    assert blanks_text(blanks[:1], str) == "甲／乙"


@pytest.mark.parametrize("size", PageSize)
def test_the_key_gives_answers_rules_reasons_and_clauses(size, make_questions, make_paper, person, read_pages):
    questions = make_questions(12)
    questions[25] = replace(questions[25], true_sentence="正确的一句。")
    pages = read_pages(key([PrintJob(make_paper(questions), person)], size=size))
    text = text_of(pages)
    assert len(pages) % 2 == 0
    assert "青岚县政策知识测试试卷参考答案及评分标准座位17试卷编号：QL-0001满分：100分及格：60分" in text
    assert "三、判断题（每题2分，共24分。正确的打“√”，错误的打“×”，不答不得分）" in text
    assert "题号12345678910答案BBBBBBBBBB题号1112答案BB" in text
    assert "37．①特别法人②5／五" in text
    assert text.count("《中华人民共和国乡村振兴促进法》（主席令第七十七号）第五十九条") == 48
    assert "【×】正确说法：正确的一句。" in text
    for slot in make_paper(questions).slots:
        assert f"说明{slot.question.uid}。" in text
    assert person.name not in text


def test_papers_that_people_share_have_one_key(make_questions, make_paper, person, read_pages):
    paper, other = make_paper(make_questions(1), "QL-0001"), make_paper(make_questions(2), "QL-0002")
    text = text_of(read_pages(key([PrintJob(paper, person), PrintJob(paper, person), PrintJob(other, person)])))
    assert text.count("试卷编号：QL-0001") == 1
    assert text.count("试卷编号：QL-0002") == 1


def test_keys_follow_all_papers(make_questions, make_paper, person, read_pages):
    jobs = [PrintJob(make_paper(make_questions(2), code), person) for code in ("QL-0001", "QL-0002")]
    out = io.BytesIO()
    print_papers(jobs, out, with_key=True)
    pages = read_pages(out.getvalue())
    keys = [number for number, page in enumerate(pages) if "参考答案" in page.text]
    assert keys
    assert min(keys) % 2 == 0
    assert not any("密封线内不要答题" in page.text for page in pages[min(keys) :])


def test_a_source_is_cited_as_one_writes_it(make_questions):
    source = make_questions(1)[0].source
    assert source_text(source) == "《中华人民共和国乡村振兴促进法》（主席令第七十七号）第五十九条"
    assert source_text(replace(source, title="关于印发《办法》的通知", number=None)) == "关于印发《办法》的通知第五十九条"


def test_equal_jobs_give_equal_keys(make_questions, make_paper, person):
    jobs = [PrintJob(make_paper(make_questions(3)), person)]
    assert key(jobs) == key(jobs)
