"""The printed notice: the numbers to the digit, codes that carry them, the seed only when it is given, nothing that cannot be drawn."""

import io

import pytest

from quiz.printing.fonts import MissingGlyphs
from quiz.printing.geometry import GEOMETRIES, PageSize
from quiz.printing.notice_pdf import CODE_SIDE, Notice, print_notice
from quiz.printing.qr import code_squares

BEFORE = Notice("青岚县干部应知应会测试", "cadres-2026-12", "2026年12月10日09:00至11:00", 1260, "9cc2" * 16)
AFTER = Notice(BEFORE.title, BEFORE.code, BEFORE.window, BEFORE.papers, BEFORE.commitment, "0f1e" * 16)


def pdf(notice, **options):
    out = io.BytesIO()
    print_notice(notice, out, **options)
    return out.getvalue()


@pytest.mark.parametrize("notice", [BEFORE, AFTER])
def test_the_notice_says_what_is_published_on_one_side(notice, read_pages):
    (page,) = read_pages(pdf(notice))
    text = "".join(page.text.split())
    assert (page.width, page.height) == pytest.approx((GEOMETRIES[PageSize.A4].width, GEOMETRIES[PageSize.A4].height), abs=0.01)
    for told in (notice.title, notice.code, notice.window, "1260份", notice.commitment, notice.seed):
        assert told in text
    assert ("抽题种子公示" in text) == ("现公布种子" in text) == bool(notice.seed)


def test_the_same_notice_gives_the_same_bytes_and_other_languages_fit(read_pages):
    assert pdf(AFTER) == pdf(AFTER)
    assert pdf(AFTER) != pdf(BEFORE)
    assert len(read_pages(pdf(AFTER, translate=lambda text: text if "{" in text else "The commitment tells nothing. " * 8))) == 1


def test_a_title_that_no_face_draws_is_refused():
    with pytest.raises(MissingGlyphs, match="U\\+1F600"):
        pdf(Notice("测试😀", "c", "w", 1, "0" * 64))


def test_the_code_fills_its_square():
    bars = code_squares(BEFORE.commitment, CODE_SIDE)
    assert min(x for x, *_ in bars) == min(y for _, y, *_ in bars) == pytest.approx(0, abs=0.01)
    assert max(x + width for x, _, width, _ in bars) == pytest.approx(CODE_SIDE)
