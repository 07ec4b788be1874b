"""The print of how questions fared: what it says, pages, equal bytes, pictures that stay on the page, and characters that cannot be printed."""

import io
from dataclasses import replace

import pytest

from quiz.core.statistics.analysis import analyse
from quiz.core.statistics.asked import AskedItem
from quiz.core.statistics.marks import matrix_table
from quiz.core.statistics.plot import HEIGHT, WIDTH, group_plot
from quiz.core.statistics.values import Item
from quiz.printing.fonts import MissingGlyphs
from quiz.printing.items_pdf import print_items
from quiz.printing.marks import Stroke, Text
from quiz.printing.plot_marks import plot_row
from tests.core.statistics.test_plot import report

ANALYSIS = analyse(matrix_table([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]], [1, 1, 1]), [Item(name) for name in "abc"])


def pdf(flagged, items=None, **options):
    out = io.BytesIO()
    print_items("青岚县测试", ANALYSIS, flagged if items is None else items, flagged, out, **options)
    return out.getvalue()


@pytest.fixture
def items(make_questions):
    """Questions of every type, all with the same figures."""
    return [(AskedItem(question.uid, question.uid, 1, question), report()) for question in make_questions(2)]


def test_every_question_with_its_figures(items, read_pages):
    pages = read_pages(pdf(items))
    text = "".join("".join(page.text.split()) for page in pages)
    assert f"其中{len(items)}道需要留意" in text
    for asked, _ in items:
        assert asked.name in text
    assert text.count("作答200人") == len(items)
    assert text.count("√A：") == len(items)
    assert f"第{len(pages)}页共{len(pages)}页" in text


def test_equal_items_are_equal_bytes_and_other_languages_fit(items):
    assert pdf(items[:2]) == pdf(items[:2])
    assert pdf(items[:1]) != pdf(items[:2])
    assert pdf(items[:1], translate=lambda text: text if "{" in text else "A longer text in another language") != pdf(items[:1])


def test_the_whole_test_and_all_questions_stand_in_tables(items, read_pages):
    """Of all questions the figures, of those to look at also the rest; of the test what is defined, four rows of two."""
    text = "".join("".join(page.text.split()) for page in read_pages(pdf(items[:1], items)))
    assert "整卷统计数值整卷统计数值" in text
    for part in ("得分率50.0%", "内部一致性系数（Cronbachα）75.00%", "误差率50.00%", "标准误0.65分", "KR-200.7500", "峰度−1.200"):
        assert part in text, part
    assert text.count("作答200人") == 1
    table = text[text.index("全部试题") :]
    for asked, _ in items:
        assert f"{asked.name}200" in table
    assert "编号作答得分率区间标准差区分度区分效率有效权重难度b留意" in table  # weights: everybody met them


def test_nothing_to_look_at_is_one_side(read_pages):
    (page,) = read_pages(pdf([]))
    text = "".join(page.text.split())
    assert "0道试题，其中0道需要留意" in text
    assert "全部试题" not in text


def test_a_character_that_no_face_draws_is_refused(items):
    asked, figures = items[0]
    with pytest.raises(MissingGlyphs, match="U\\+1F600"):
        pdf([(replace(asked, asked=replace(asked.asked, stem="题😀")), figures)])


def test_the_picture_keeps_its_place_and_weights():
    """Nothing leaves the row; the key is the heaviest line."""
    row = plot_row(group_plot(report()), 200.0)
    assert row.height == pytest.approx(HEIGHT * 200 / WIDTH)
    strokes = [mark for mark in row.marks if isinstance(mark, Stroke)]
    assert all(0 <= v <= 200 for s in strokes for v in (s.x, s.x_end))
    assert all(-1 <= v <= row.height + 1 for s in strokes for v in (s.y, s.y_end))
    assert sum(s.width == max(s.width for s in strokes) for s in strokes) == 4  # five groups, one line
    assert any(isinstance(mark, Text) and mark.text == "A" for mark in row.marks)
