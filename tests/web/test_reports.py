"""Pages and files of reports: who may open them and when, what they say, that nobody who failed is named, that nothing stale is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pypdfium2
import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, select

from quiz.storage.engine import reading, writing
from quiz.storage.tables import AttemptRow, AuditRow, CadreRow
from tests.made_results import OVER, grade, question, scored, store
from tests.web.world import Clock, Person

People = Callable[[str], Person]
READERS = {"": 302, "nobody": 403, "q001": 403, "setter": 403, "marker": 403, "organiser": 200, "inspector": 200}
STATUS = {
    "/sittings/made/report": READERS,
    "/sittings/made/report/areas": READERS,
    "/sittings/made/report.xlsx": READERS,
    "/sittings/made/report.pdf": READERS,
    "/reports": READERS,
    "/reports.xlsx": READERS,
    "/reports.pdf": READERS,
    "/sittings/made/circular": {**READERS, "inspector": 403},
    "/sittings/none/report": {"organiser": 404, "inspector": 404, "setter": 403},
    "/sittings/none/report/areas": {"organiser": 404},
    "/sittings/none/circular": {"organiser": 404, "inspector": 403},
}
TEN = [question(f"made{n}", "water" if n < 5 else "housing") for n in range(10)]


@pytest.fixture
def made(web_engine: Engine, clock: Clock) -> Engine:
    """A sitting that is over: six of a town from 40 to 100 points, two of an office."""
    people = [scored(f"A{n}", "T01", points, TEN) for n, points in enumerate((10, 9, 8, 6, 5, 4))]
    store(web_engine, "made", [*people, *(scored(f"D{n}", "D01", 3, TEN) for n in range(2)), *(scored(f"C{n}", "QL", 7, TEN) for n in range(7))], TEN)
    clock.at = OVER
    return web_engine


def text_of(data: bytes) -> str:
    document = pypdfium2.PdfDocument(BytesIO(data))
    text = "".join("".join(side.get_textpage().get_text_range() for side in document).split())
    document.close()
    return text


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(("path", "login", "status"), [(path, who, status) for path, row in STATUS.items() for who, status in row.items()])
def test_who_may_open_a_page(person: People, path: str, login: str, status: int) -> None:
    """Those who read results; a circular is an organiser's."""
    assert person(login).get(path).status_code == status


@pytest.mark.parametrize("path", [path for path in STATUS if "/made/" in path])
def test_nothing_while_people_may_sit(person: People, path: str) -> None:
    """The sitting of the small county is open now."""
    page = person("organiser").get(path.replace("/made/", "/demo/"))
    assert page.status_code == 409
    assert "考试还没有结束" in page.text


def test_no_circular_before_people_see_their_own_results(person: People, web_engine: Engine, clock: Clock) -> None:
    store(web_engine, "held", [scored("A1", "T01", 5, TEN)], TEN, release="manual")
    clock.at = OVER
    page = person("organiser").get("/sittings/held/circular")
    assert page.status_code == 409
    assert "成绩还没有公布" in page.text
    assert person("organiser").get("/sittings/held/report").status_code == 200


def test_groups_of_cadres_on_page_paper_and_in_excel(person: People, web_engine: Engine, clock: Clock) -> None:
    """Ten of one group, five of them of another; five more of none. Both pages, both files, and the word on how they overlap."""
    people = [scored(f"A{n}", "T01", 10 - n // 2, TEN, groups=("帮扶干部", "村干部") if n < 5 else ("帮扶干部",)) for n in range(10)]
    store(web_engine, "made", [*people, *(scored(f"D{n}", "D01", 3, TEN) for n in range(5))], TEN)
    clock.at = OVER
    asked = person("organiser")
    page = asked.get("/sittings/made/report").text
    rows = {row[0]: row[1] for row in re.findall(r'<th scope="row">([^<]+)</th>(.*?)</tr>', page[page.index('id="groups"') :], re.DOTALL)}
    assert "80.00" in rows["帮扶干部"]  # 10, 10, 9, 9, 8, 8, 7, 7, 6, 6
    assert "92.00" in rows["村干部"]
    assert "一人可以属于几个群体" in page
    compared = asked.get("/sittings/made/report/areas").text
    assert ">干部群体</th>" in compared
    assert "村干部" in compared
    book = load_workbook(BytesIO(asked.get("/sittings/made/report.xlsx").data))
    for name, figure in (("群体汇总", 80), ("群体比较", 10)):
        (found,) = [row for row in book[name].iter_rows(values_only=True) if row[:2] == ("干部群体", "帮扶干部")]
        assert figure in found
    text = text_of(asked.get("/sittings/made/report.pdf").data)
    assert "村干部55092.00" in text
    assert text.count("干部群体") >= 3  # heading, head of the table, note


@pytest.mark.usefixtures("made")
def test_the_sums(person: People) -> None:
    """The town's mean of 70 with its interval; the office of two is named without scores, and so is the next smallest."""
    page = person("inspector").get("/sittings/made/report").text
    rows = {row[0]: row[1] for row in re.findall(r'<th scope="row">([^<]+)</th>(.*?)</tr>', page, re.DOTALL)}
    assert "64.67" in rows["合计"]  # 420 + 60 + 490 of 15 people
    assert "70.00" in rows["青岚县"]
    assert re.findall(r"—", rows["县水利局"])
    assert "70.00" not in rows["柳溪镇"]
    assert "2个单位没有列出成绩" in page
    assert 'href="/sittings/made/report.pdf"' in page


@pytest.mark.usefixtures("made")
def test_no_name_in_any_report(person: People) -> None:
    """Nobody's name or number, whether passed or failed."""
    organiser = person("organiser")
    texts = [organiser.get(path).text for path in ("/sittings/made/report", "/sittings/made/report/areas", "/reports")]
    texts += [text_of(organiser.get(path).data) for path in ("/sittings/made/report.pdf", "/reports.pdf")]
    for path in ("/sittings/made/report.xlsx", "/reports.xlsx"):
        book = load_workbook(BytesIO(organiser.get(path).data))
        texts.append(str([list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]))
    for text in texts:
        assert not re.search(r"干部[ADC]\d|\b[ADC]\d\b", text)


@pytest.mark.usefixtures("made")
def test_the_excel_file(person: People) -> None:
    """Opened again: six sheets, numbers as numbers, nothing where a group is too small."""
    book = load_workbook(BytesIO(person("organiser").get("/sittings/made/report.xlsx?excellent=70").data))
    assert book.sheetnames == ["单位汇总", "群体汇总", "领域和层次", "群体比较", "命题计划", "说明"]
    units = {row[1]: row for row in book["单位汇总"].iter_rows(min_row=2, values_only=True)}
    assert units["青岚县"][2:10] == (7, 7, 0, 70, 70, 100, 100, 0)
    assert units["县水利局"][2:10] == (2, 2, 0, None, None, None, None, None)
    areas = list(book["领域和层次"].iter_rows(min_row=2, values_only=True))
    assert [(row[0], row[2], row[3]) for row in areas] == [("安全住房", 5, 15), ("饮水安全", 5, 15)]
    assert areas[1][4] == pytest.approx((4 * 5 + 5 + 4 + 2 * 3 + 7 * 5) / 75)
    plan = list(book["命题计划"].iter_rows(min_row=2, values_only=True))
    assert [row[2:6] for row in plan] == [(5, 75, 75, 5), (5, 75, 75, 5)]


def test_spread_and_make_up_on_page_paper_and_in_excel(person: People, web_engine: Engine, clock: Clock) -> None:
    """Thirty-five sat: twenty at 80, ten at 50, five at 30; the fifteen sit again and ten of them pass: 30 of 35."""
    points = {f"E{n:02}": 8 if n < 20 else 5 if n < 30 else 3 for n in range(35)}
    store(web_engine, "made", [scored(number, "T01", each, TEN) for number, each in points.items()], TEN)
    later = OVER - timedelta(hours=8)
    again = [scored(number, "T01", 7 if each == 5 else 2, TEN) for number, each in points.items() if each < 6]
    store(web_engine, "again", again, TEN, opens=later, makes_up="made", counting="capped")
    clock.at = OVER
    page = person("organiser").get("/sittings/made/report").text
    after = re.search(r'<h2 id="after">.*?</table>', page, re.DOTALL)
    assert after
    assert re.findall(r'<td class="num">([^<]+)</td>', after[0])[:5] == ["15", "15", "10", "57.1", "85.7"]
    assert "again测试：补考及格的按及格线计" in page
    bands = re.findall(
        r'<th scope="row">(\d+至\d+分)</th><td class="num">(\d+)</td><td class="bar-cell"><svg[^>]*><rect class="amount"[^>]*width="([\d.]+)"', page
    )
    assert [band for band in bands if band[1] != "0"] == [("80至90分", "20", "100.0"), ("50至60分", "10", "50.0"), ("30至40分", "5", "25.0")]
    book = load_workbook(BytesIO(person("organiser").get("/sittings/made/report.xlsx").data))
    assert list(book["补考以后"].iter_rows(min_row=2, max_row=2, values_only=True)) == [("合计", 15, 15, 10, 57.1, 85.7)]
    assert [row for row in book["分数分布"].iter_rows(min_row=2, values_only=True) if row[1]] == [("30至40分", 5), ("50至60分", 10), ("80至90分", 20)]
    text = text_of(person("organiser").get("/sittings/made/report.pdf").data)
    for part in ("补考以后", "合计15151057.185.7", "80至90分20", "50至60分10"):
        assert part in text, part


@pytest.mark.usefixtures("made")
def test_print_and_page_say_the_same(person: People) -> None:
    text = text_of(person("organiser").get("/sittings/made/report.pdf").data)
    for part in ("成绩报表", "青岚县", "70.00", "人数不足，不下结论", "命题计划"):
        assert part in text


@pytest.mark.usefixtures("made")
def test_areas_groups_and_plan(person: People) -> None:
    page = person("organiser").get("/sittings/made/report/areas").text
    for part in ("领域和层次", "饮水安全", "所有人的试题相同", "人数不足，不下结论", "命题计划"):
        assert part in page


def test_what_was_worked_out_is_not_shown_after_a_change(person: People, made: Engine) -> None:
    """A regrade shows on the next page; a town's reader never meets the county's figures."""
    organiser = person("organiser")
    before = organiser.get("/sittings/made/report/areas").text
    assert before == organiser.get("/sittings/made/report/areas").text
    with writing(made) as db:
        attempt = db.scalars(select(AttemptRow).join(CadreRow, CadreRow.id == AttemptRow.cadre_id).where(CadreRow.number == "A5")).one()
        grade(db, attempt, {f"made{n}": 1000 for n in range(10)}, 1000, OVER, number=2)
    assert before != organiser.get("/sittings/made/report/areas").text


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("percent", ["0", "101", "x", "-1", "１２", "99999999999"])
def test_a_share_that_is_none(person: People, percent: str) -> None:
    for path in ("/sittings/made/report", "/sittings/made/report.pdf", "/sittings/made/circular", "/reports"):
        assert person("organiser").get(path, query_string={"excellent": percent}).status_code == 409


@pytest.mark.usefixtures("made")
def test_a_circular_commends_and_blames_nobody(person: People, made: Engine) -> None:
    """The draft has the figures; the list has the two at 90 and above by number, nobody else; the log says that it was made."""
    organiser = person("organiser")
    page = organiser.get("/sittings/made/circular").text
    assert "应考15人，实考15人" in page
    assert re.findall(r'class="person">([^<]+)<', page) == ["干部A0", "干部A1"]
    form = {"title": "关于测试的通报", "body": "各镇：\n一、情况\n<b>已完成</b>{x}。", "office": "某办", "with_names": "1", "with_units": "1"}
    reply = organiser.post("/sittings/made/circular", form)
    text = text_of(reply.data)
    for part in ("关于测试的通报", "<b>已完成</b>{x}。", "某办", "表扬名单", "干部A0", "干部A1", "单位汇总"):
        assert part in text
    assert not re.search(r"干部(A[2-9]|[CD]\d)", text)
    with reading(made) as db:
        row = db.scalars(select(AuditRow).where(AuditRow.action == "make_circular")).one()
    told = json.loads(row.detail)
    assert (row.subject, told["commended"], told["line"]) == ("made", 2, 90)
    assert told["person"].startswith("account:")
    without = text_of(organiser.post("/sittings/made/circular", {"title": "通报", "body": "正文"}).data)
    assert "表扬名单" not in without
    assert "干部" not in without


@pytest.mark.usefixtures("made")
def test_a_circular_that_cannot_be_printed_says_why(person: People, made: Engine) -> None:
    """What was typed stays on the page; nothing is written down."""
    organiser = person("organiser")
    for form, told in (
        ({"title": "", "body": "正文"}, "请填写标题"),
        ({"title": "通报", "body": "字" * 6001}, "太长了"),
        ({"title": "通报", "body": "笑😀"}, "U+1F600"),
    ):
        reply = organiser.post("/sittings/made/circular", form)
        assert reply.status_code == 422
        assert told in reply.text
    with reading(made) as db:
        assert db.scalars(select(AuditRow).where(AuditRow.action == "make_circular")).all() == []


@pytest.mark.usefixtures("made")
def test_the_way_in(person: People, clock: Clock) -> None:
    assert 'href="/reports"' in person("inspector").get("/sittings").text
    assert 'href="/reports"' not in person("marker").get("/sittings").text
    assert 'href="/sittings/made/report"' in person("inspector").get("/sittings/made").text
    assert "/circular" not in person("inspector").get("/sittings/made/report").text
    assert "/circular" in person("organiser").get("/sittings/made/report").text
    clock.at = OVER - timedelta(days=2)
    assert "/report" not in person("inspector").get("/sittings/made").text


@pytest.mark.usefixtures("made")
def test_over_time(person: People) -> None:
    """One sitting so far: it stands alone, with nothing to be compared."""
    page = person("organiser").get("/reports?sitting=made").text
    assert "made测试" in page
    assert "第一次" in page


def test_nothing_yet(person: People) -> None:
    assert "还没有结束的考试" in person("organiser").get("/reports").text
    assert person("organiser").get("/reports.xlsx").status_code == 200
    assert person("organiser").get("/reports.pdf").status_code == 200


@pytest.mark.usefixtures("made")
def test_in_english(person: People) -> None:
    organiser = person("organiser")
    organiser.post("/language", {"language": "en", "next": "/reports"})
    words = {"/sittings/made/report": "Report of results", "/sittings/made/report/areas": "The plan", "/reports": "Sittings over time"}
    for path, word in words.items():
        page = organiser.get(path).text
        assert word in page
        assert "得分率" not in page
    assert "To all towns" in organiser.get("/sittings/made/circular").text
