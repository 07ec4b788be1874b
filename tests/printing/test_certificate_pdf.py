"""The printed certificate: what stands on it, on one side, whatever the length of names; nothing that cannot be drawn."""

import io
from dataclasses import replace
from datetime import date

import pytest

from quiz.core.certificate import Shown, Status
from quiz.printing.certificate_pdf import CertificateText, print_certificate
from quiz.printing.fonts import MissingGlyphs

SHOWN = Shown("KX2026-000001", "郑思霞", "合格证书", date(2026, 12, 1), date(2027, 11, 30), Status.VALID)
TEXT = CertificateText(SHOWN, "ABCD2345EFGH", "https://exam.example/verify?code=ABCD2345EFGH", "青岚县干部应知应会测试", "县民政局")


def pdf(text):
    out = io.BytesIO()
    print_certificate(text, out)
    return out.getvalue()


def test_it_says_whose_what_and_how_long(read_pages):
    (page,) = read_pages(pdf(TEXT))
    for told in ("合　格　证　书", "郑思霞同志（县民政局）", "KX2026-000001", "2026年12月1日至2027年11月30日", "ABCD-2345-EFGH", "发证单位（盖章）"):
        assert told.replace("　", "") in page.text.replace("　", "")
    assert pdf(TEXT) == pdf(TEXT)


def test_long_names_stay_on_the_sheet(read_pages):
    long = replace(
        TEXT, shown=replace(SHOWN, title="乡村振兴领域领导干部政策知识与业务能力水平测试合格证书甲等一级"), sitting="测" * 80, unit="单" * 40
    )
    pages = read_pages(pdf(long))
    assert len(pages) == 1
    assert "特发此证" in pages[0].text


@pytest.mark.parametrize("change", [{"shown": replace(SHOWN, name="😀")}, {"unit": "😀"}])
def test_a_name_that_no_face_draws_is_refused(change):
    with pytest.raises(MissingGlyphs, match="U\\+1F600"):
        pdf(replace(TEXT, **change))
