"""The printed notice of a correction: everything that it must say, on as many sides as it takes, nothing that cannot be drawn."""

import io
from dataclasses import replace

import pytest

from quiz.core.correction import Remedy, remedy_sentence
from quiz.core.correction_notice import CorrectionNotice
from quiz.core.message import say
from quiz.printing.correction_pdf import print_correction
from quiz.printing.fonts import MissingGlyphs

NOTICE = CorrectionNotice(
    title="青岚县干部应知应会测试",
    code="cadres-2026-12",
    number=2,
    day="2026年12月12日（周六）10:38",
    question="water-017",
    stem="供水工程自____年起由____管护。",
    done=remedy_sentence(Remedy.BETTER, "2025年；县水利局", ("2026年；县水利局", "2026年；镇政府"), has_line=True),
    reason="文件已修订，原答案有误。",
    counts=(say("{papers}份试卷上有这道题，其中{graded}份已评分。", papers=1260, graded=1204),),
    appeal=say("对更正有异议的，请在三日内提出。"),
)


def pdf(notice, **options):
    out = io.BytesIO()
    print_correction(notice, out, **options)
    return out.getvalue()


def test_it_says_what_was_wrong_what_counts_and_how_many_it_concerns(read_pages):
    (page,) = read_pages(pdf(NOTICE))
    for told in ("试题更正公告", NOTICE.title, NOTICE.code, "第2次", "water-017", "以下任一均可：2026年；县水利局｜2026年；镇政府", NOTICE.reason,
                 "1260份试卷", "对更正有异议的", "公告单位（盖章）"):  # fmt: skip
        assert told in page.text
    assert "____" not in page.text  # blanks are ruled


def test_the_same_notice_gives_the_same_bytes_and_a_long_one_goes_on(read_pages):
    assert pdf(NOTICE) == pdf(NOTICE)
    long = replace(NOTICE, stem="某村有一户。\n" * 20, reason="长" * 500)
    pages = read_pages(pdf(long))
    assert len(pages) == 2
    assert "第1页共2页" in pages[0].text
    assert "公告单位（盖章）" in pages[-1].text


@pytest.mark.parametrize("field", ["title", "stem", "reason", "question"])
def test_a_text_that_no_face_draws_is_refused(field):
    with pytest.raises(MissingGlyphs, match="U\\+1F600"):
        pdf(replace(NOTICE, **{field: "更正😀"}))
