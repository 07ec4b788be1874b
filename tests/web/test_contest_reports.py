"""Reports of a contest with people below 0, on page, on paper and in Excel: nothing of passing or sitting again, every negative with a true minus."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pypdfium2
import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine

from tests.made_results import OPENS, OVER, Sat, question, store
from tests.web.world import Clock, Person

People = Callable[[str], Person]
TEN = [question(f"made{n}", "water" if n < 5 else "housing") for n in range(10)]
TOTALS = {"T01": -20, "D01": -10, "QL": 70}
"""What ten people of each unit have, of 100."""

BY_WORDS = ("及格", "补考", "回炉")
HYPHEN = re.compile(r"(?<![\w.%-])-\d[\d.]*|\d[—–]-\d")
"""A number below 0 with a hyphen for its sign, alone or at the end of a range."""


def people(totals: dict[str, int]) -> list[Sat]:
    return [Sat(f"{unit}{n}", unit, {one.uid: total * 10 for one in TEN}) for unit, total in totals.items() for n in range(10)]


@pytest.fixture
def contests(web_engine: Engine, clock: Clock) -> Engine:
    """Two contests, the later with a floor, and between them an examination."""
    store(web_engine, "below", people(TOTALS), TEN, pass_mark=-10000, contest="below_zero")
    store(web_engine, "exam", people({**TOTALS, "T01": 0, "D01": 0}), TEN, opens=OPENS + timedelta(hours=3))
    store(web_engine, "floor", people({**TOTALS, "T01": 0, "D01": 0}), TEN, opens=OPENS + timedelta(hours=6), pass_mark=0, contest="not_below_zero")
    clock.at = OVER
    return web_engine


def told(reply: bytes, kind: str) -> str:
    """What a reader finds in a page's own part, a print, or the texts of a workbook."""
    if "pdf" in kind:
        document = pypdfium2.PdfDocument(BytesIO(reply))
        text = "\n".join(side.get_textpage().get_text_range() for side in document)
        document.close()
        return text
    if "sheet" in kind:
        return "\n".join(str(cell) for sheet in load_workbook(BytesIO(reply)) for row in sheet.values for cell in row if isinstance(cell, str))
    page = reply.decode()
    return re.sub(r"<[^>]+>", "\n", page[page.index("<main") : page.index("</main>")])


PATHS = (
    "/sittings/{}/items", "/sittings/{}/items.pdf", "/sittings/{}/items/made0",
    "/sittings/{}", "/sittings/{}/report", "/sittings/{}/report/areas", "/sittings/{}/report.xlsx", "/sittings/{}/report.pdf",
    "/sittings/{}/results.xlsx", "/sittings/{}/circular", "/reports?sitting=below&sitting=floor", "/reports.xlsx?sitting=below&sitting=floor",
    "/reports.pdf?sitting=below&sitting=floor",
)  # fmt: skip


@pytest.mark.usefixtures("contests")
def test_nothing_of_passing_and_no_hyphens(person: People) -> None:
    asked = person("organiser")
    for path in {path.format(code) for path in PATHS for code in ("below", "floor")}:
        reply = asked.get(path)
        assert reply.status_code == 200
        text = told(reply.data, reply.content_type).replace("不设及格线", "")
        assert not [(path, word) for word in BY_WORDS if word in text]
        assert not HYPHEN.findall(text), path


@pytest.mark.usefixtures("contests")
def test_an_examination_keeps_its_columns(person: People) -> None:
    asked = person("organiser")
    for path in ("/sittings/{}", "/sittings/{}/report", "/sittings/{}/report.xlsx", "/sittings/{}/report.pdf", "/sittings/{}/results.xlsx"):
        reply = asked.get(path.format("exam"))
        assert "及格" in told(reply.data, reply.content_type)
    both = asked.get("/reports?sitting=exam&sitting=floor").text
    assert '<th scope="col" class="num">及格率</th>' in both
    assert "有一场是竞赛，不能比较" in both
    assert "共同的试题太少" not in both


@pytest.mark.usefixtures("contests")
def test_what_stands_below_0(person: People) -> None:
    asked = person("organiser")
    for path in ("/sittings/below/report", "/sittings/below/report.pdf"):
        reply = asked.get(path)
        text = told(reply.data, reply.content_type)
        assert "−20.00" in text
        assert "低于0分" in text
    page = asked.get("/sittings/below/report").text
    assert "−100至100分" in page
    assert "−10.00" in asked.get("/sittings/below").text
    book = load_workbook(BytesIO(asked.get("/sittings/below/report.xlsx").data))
    assert -20 in [row[5] for row in book["单位汇总"].iter_rows(values_only=True)]  # a number for Excel, not a text


@pytest.mark.usefixtures("contests")
def test_who_has_no_score_comes_below_who_has_a_negative_one(person: People) -> None:
    page = person("organiser").get("/sittings/below?order=score&down=1").text
    scores = re.findall(r'<td class="num"><b>([−\d.]+)</b>', page)
    assert scores == sorted(scores, key=lambda text: float(text.replace("−", "-")), reverse=True)
    assert scores[-1] == "−20"


@pytest.mark.usefixtures("contests")
def test_a_circular_on_a_contest(person: People) -> None:
    page = person("organiser").get("/sittings/floor/circular").text
    assert "实际参赛30人" in page
    assert "系统不提供得分低的人员的公开名单" in page
    assert "帮助没有及格的同志准备补考" in person("organiser").get("/sittings/exam/circular").text
