"""Printed documents held against those that somebody has looked at: their texts word for word, their pictures point by point but for smoothing.

After a change that is meant, look at the pictures that `KAOXUE_WRITE_GOLDEN=1 pytest tests/printing/test_golden.py` writes, and commit them.
"""

import io
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from quiz.core.admission import Slip
from quiz.core.booklet import BookletKind, make_booklet
from quiz.core.marking import mark_response
from quiz.core.mistakes import Lost, Mistake, MistakeBook
from quiz.core.oral import OralHousehold, OralItem, OralList, is_oral, oral_item
from quiz.core.rule import Rule
from quiz.printing.answer_sheet_pdf import print_answer_sheets
from quiz.printing.book_page import BookSize
from quiz.printing.book_sheets import Style
from quiz.printing.booklet_pdf import print_booklet
from quiz.printing.geometry import PageSize
from quiz.printing.job import PrintJob
from quiz.printing.key_pdf import print_keys
from quiz.printing.mistakes_pdf import print_mistakes
from quiz.printing.notice_pdf import Notice, print_notice
from quiz.printing.oral_pdf import print_oral
from quiz.printing.paper_pdf import print_papers
from quiz.printing.room_pdf import print_room
from quiz.printing.slips_pdf import print_slips
from quiz.translation import translator
from tests.printing.conftest import PERSON, _make_longer_questions, _make_paper, _make_questions
from tests.printing.test_room_pdf import room

FOLDER = Path(__file__).parent / "golden"
SCALE = 40 / 72
BLOCK = 6
MEAN, WORST = 0.5, 12
"""Grey levels by which a picture may differ on the whole, and a square of a few points: what another version of the renderer smooths differently."""


def jobs():
    return [PrintJob(_make_paper([*_make_questions(8), *_make_longer_questions()[:3]], form="B"), PERSON)]


def slips(out, translate):
    made = [Slip(f"干部{n}", f"QL{n:04}", "县水利局", f"01-{n:02}", "A", "23456789ABCD", "第一中学") for n in range(1, 4)]
    print_slips(made, out, title="干部测试", when="2026年12月1日 09:00", address="https://exam.example.cn/admit", translate=translate)


DAY = date(2026, 11, 22)


def booklet(out, kind, translate):
    print_booklet(make_booklet([*_make_questions(2), *_make_longer_questions()], (), DAY), out, kind=kind, style=Style(), translate=translate)


def wrong_answers(out, translate):
    slots = jobs()[0].paper.slots[::5]
    lost = [Mistake(slot, (), mark_response(slot.question, (), Decimal(2), Rule())) for slot in slots]
    print_mistakes(MistakeBook("欧阳堃", DAY, (Lost("干部测试", DAY, tuple(lost)),)), out, style=Style(BookSize.A5), translate=translate)


def asked_aloud(out, translate):
    policy = tuple(oral_item(question) for question in _make_questions(2) if is_oral(question))
    homes = (OralHousehold("编号H-1的户", ("张三", "李四"), (OralItem("家庭人口____人。"),)),)
    print_oral(OralList("柳坪村", DAY, DAY, "导出", ("王五（村支部书记）",), policy, (OralItem("共有几户？", "412"),), homes), out, translate)


DOCUMENTS = {
    "paper-a4": lambda out, tr: print_papers(jobs(), out, size=PageSize.A4, translate=tr),
    "paper-a3": lambda out, tr: print_papers(jobs(), out, size=PageSize.A3, translate=tr, separator=room(4)),
    "key-a4": lambda out, tr: print_keys(jobs(), out, translate=tr),
    "sheet": lambda out, tr: print_answer_sheets(jobs(), out, translate=tr, is_one_sided=True),
    "room": lambda out, tr: print_room(room(12), out, tr),
    "slips": slips,
    "pocket-book": lambda out, tr: booklet(out, BookletKind.POCKET, tr),
    "card": lambda out, tr: booklet(out, BookletKind.CARD, tr),
    "wrong-answers": wrong_answers,
    "oral": asked_aloud,
    "notice": lambda out, tr: print_notice(Notice("干部测试", "s1", "2026年12月1日", 12, "0123456789abcdef" * 4), out, tr),
}


def drawn(data):
    """The pages of a PDF as texts and as grey pictures."""
    document = pypdfium2.PdfDocument(data)
    texts, pictures = [], []
    for page in document:
        text = page.get_textpage()
        texts.append("".join(text.get_text_range().split()))
        text.close()
        pictures.append(np.array(page.render(scale=SCALE, grayscale=True).to_pil()))
        page.close()
    document.close()
    return texts, pictures


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_as_it_was_when_somebody_looked(name, language):
    out = io.BytesIO()
    DOCUMENTS[name](out, translator(language))
    texts, pictures = drawn(out.getvalue())
    stem = FOLDER / f"{name}-{language}"
    if os.environ.get("KAOXUE_WRITE_GOLDEN"):
        write(stem, texts, pictures)
    assert texts == stem.with_suffix(".txt").read_text("utf-8").splitlines()
    kept = np.array(Image.open(stem.with_suffix(".png")).convert("L"), np.float32)
    beside = side_by_side(pictures).astype(np.float32)
    assert beside.shape == kept.shape
    far = np.abs(beside - kept)
    assert far.mean() < MEAN
    rows, columns = (length // BLOCK * BLOCK for length in far.shape)
    squares = (beside - kept)[:rows, :columns].reshape(rows // BLOCK, BLOCK, columns // BLOCK, BLOCK).mean(axis=(1, 3))
    assert np.abs(squares).max() < WORST


def side_by_side(pictures):
    """All pages in one picture."""
    high = max(picture.shape[0] for picture in pictures)
    return np.hstack([np.pad(picture, ((0, high - picture.shape[0]), (0, 0)), constant_values=128) for picture in pictures])


def write(stem, texts, pictures):
    """Keep what was drawn, to be looked at."""
    FOLDER.mkdir(exist_ok=True)
    stem.with_suffix(".txt").write_text("\n".join(texts) + "\n", "utf-8")
    Image.fromarray(side_by_side(pictures)).save(stem.with_suffix(".png"), optimize=True)
