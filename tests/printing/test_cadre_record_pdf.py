"""The printed record: everything that stands in it, the whole digest at its end, on as many sides as it takes."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from quiz.core.cadre_record import Document, Entry, Record, Run, SectionRule
from quiz.core.counting import Counted, Counting, WhyCounts
from quiz.core.question import QuestionType
from quiz.core.results import Standing
from quiz.core.rule import Rule, RuleName
from quiz.printing.cadre_record_pdf import print_cadre_record
from quiz.printing.fonts import MissingGlyphs

AT = datetime(2026, 12, 1, 1, tzinfo=UTC)
ENTRY = Entry(
    sitting="q4",
    title="第四季度测试",
    opens_at=AT,
    closes_at=AT,
    standing=Standing.SUBMITTED,
    name="郑思霞",
    unit="县民政局",
    post="副局长",
    paper="QJYTN-FFR65",
    digest="ab" * 32,
    max_score=Decimal(100),
    pass_mark=Decimal(60),
    blueprint=Document("小测", "quick", 1, "cd" * 32),
    dataset=Document("青岚县", "qinglan", 2, "ef" * 32),
    rules=(SectionRule("多项选择题", QuestionType.MULTIPLE, Rule(RuleName.HALF)),),
    submitted_at=AT,
    runs=(Run(1, AT, Decimal(50)), Run(2, AT, Decimal(55), correction=1)),
    counted=Counted(Decimal(60), "q4-bk", WhyCounts.CAPPED),
)
MADE_UP = replace(ENTRY, sitting="q4-bk", title="补考", runs=(Run(1, AT, Decimal(90)),), makes_up="q4", counting=Counting.CAPPED)
RECORD = Record("C0035", "郑思霞", "县民政局", (MADE_UP, ENTRY, replace(ENTRY, sitting="q3", standing=Standing.ABSENT, runs=(), counted=None)))


def pdf(record):
    out = io.BytesIO()
    print_cadre_record(record, AT, out, lambda at: f"{at:%Y-%m-%d %H:%M}")
    return out.getvalue()


def test_it_says_what_stood_and_what_counts(read_pages):
    text = "".join(page.text for page in read_pages(pdf(RECORD)))
    for told in (
        "郑思霞",
        "C0035",
        "90分（满分100分，60分及格），及格",
        "补考（补考及格的按及格线计），计入成绩60分",
        "55分（满分100分，60分及格），不及格",
        "缺考",
        "县民政局，副局长",
        "QJYTN-FFR65",
        "小测（quick，第1版",
        "青岚县（qinglan，第2版",
        "少选得一半分",
        "第1次更正后重评：55分",
    ):
        assert told in text
    assert RECORD.digest in re.sub(r"\s", "", text)


def test_a_long_career_goes_on_over_sides_and_ends_with_the_digest(read_pages):
    long = replace(RECORD, entries=tuple(replace(ENTRY, sitting=f"q{n}") for n in range(30)))
    pages = read_pages(pdf(long))
    assert len(pages) > 3
    assert all(long.digest[:16] in re.sub(r"\s", "", page.text) for page in pages)
    assert long.digest in re.sub(r"\s", "", pages[-1].text)
    assert pdf(long) == pdf(long)


def test_a_name_that_no_face_draws_is_refused():
    with pytest.raises(MissingGlyphs, match="U\\+1F600"):
        pdf(replace(RECORD, name="😀"))
