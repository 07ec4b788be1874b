"""Pages of item analysis: who may open them and when, that they name nobody, order and filter, files, and that nothing stale is shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from itertools import count

import pypdfium2
import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, select

from quiz.core.access import Actor, Role, command_line
from quiz.core.saving import Save
from quiz.core.statistics import gates
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AccountRow, GrantRow, UnitRow
from quiz.usecases import attempts, handing_in
from tests.judging import decide, list_texts
from tests.web.world import NINE, Clock, Person, paper_code, right_answers

People = Callable[[str], Person]
CLOSED = timedelta(hours=3)
READERS = {"": 302, "nobody": 403, "q001": 403, "marker": 403, "setter": 200, "organiser": 200, "inspector": 200}
STATUS = {
    "/bank/items": READERS,
    "/sittings/demo/items": READERS,
    "/sittings/demo/items/single-1": READERS,
    "/sittings/demo/items.xlsx": READERS,
    "/sittings/demo/items.pdf": READERS,
    "/sittings/demo/similar": {**READERS, "setter": 403},
    "/sittings/none/items": {"setter": 404, "organiser": 404},
    "/sittings/demo/items/none": {"setter": 404},
}


def sit(engine: Engine, number: str, wrong: tuple[int, ...] = (), odd: str = "") -> None:
    """Hand in right answers but for some slots; `odd` is what stands in the first fill-in question."""
    code, answers = paper_code(engine, number), right_answers(engine, number)
    with writing(engine) as db:
        actor = Actor(number, {Role.TRAINEE: "/"}, cadre_number=number)
        attempts.start(db, actor, code, NINE)
        values = {slot: ["D"] if slot in wrong else value for slot, value in answers.items()}
        if odd:
            values[7] = [odd, *values[7][1:]]
        saves = [Save(slot, value, seq) for (slot, value), seq in zip(values.items(), count(1))]
        handing_in.submit(db, actor, code, saves, "d", NINE + timedelta(minutes=20))


@pytest.fixture
def sat(web_engine: Engine, clock: Clock) -> None:
    """Two people have sat, one got the first question wrong and wrote something odd; the sitting is over."""
    sit(web_engine, "Q001")
    sit(web_engine, "Q002", wrong=(1,), odd="约12")
    clock.go_on(hours=3)


@pytest.mark.usefixtures("sat")
@pytest.mark.parametrize(("path", "login", "status"), [(path, who, status) for path, row in STATUS.items() for who, status in row.items()])
def test_who_may_open_a_page(person: People, path: str, login: str, status: int) -> None:
    """Setters read items and no leads; nobody else but those who read results."""
    assert person(login).get(path).status_code == status


@pytest.mark.parametrize("path", [path for path in STATUS if "/demo/" in path])
def test_nothing_while_people_may_sit(person: People, clock: Clock, path: str) -> None:
    """A facility in the middle of a sitting would tell keys: the page says when to come back."""
    page = person("organiser").get(path)
    assert page.status_code == 409
    assert "考试还没有结束" in page.text
    clock.at = NINE + timedelta(hours=2)
    assert person("organiser").get(path).status_code == 409


def test_without_a_sitting_that_is_over(person: People) -> None:
    """The list says what will stand there, and the sitting does not lead to the analysis yet."""
    assert "还没有结束的考试" in person("setter").get("/bank/items").text
    assert "/items" not in person("organiser").get("/sittings/demo").text


@pytest.mark.usefixtures("clock")
def test_nobody_has_sat(person: People, clock: Clock) -> None:
    """Everything opens, empty."""
    clock.go_on(hours=3)
    assert "没有人交卷" in person("setter").get("/sittings/demo/items").text
    assert "没有线索" in person("organiser").get("/sittings/demo/similar").text
    assert person("setter").get("/sittings/demo/items.xlsx").status_code == 200


@pytest.mark.usefixtures("sat")
def test_the_way_in(person: People) -> None:
    """From the bank for setters, from the sitting for organisers; back along the same way."""
    assert 'href="/sittings/demo/items"' in person("setter").get("/bank/items").text
    assert 'href="/sittings/demo/items"' in person("organiser").get("/sittings/demo").text
    setter, organiser = (person(who).get("/sittings/demo/items/single-1").text for who in ("setter", "organiser"))
    assert 'href="/bank/questions/single-1"' in setter
    assert 'href="/sittings/demo"' not in setter
    assert 'href="/bank/questions/single-1"' not in organiser
    assert 'href="/sittings/demo"' in organiser


@pytest.mark.usefixtures("sat")
def test_figures_without_names(person: People) -> None:
    """Both questions of a type, how many answered, that nothing is concluded from two people; nobody's name or number."""
    pages = [person("setter").get(path).text for path in ("/sittings/demo/items", "/sittings/demo/items/single-1")]
    for page in pages:
        assert not re.search("王秀英|李强|Q00[12]", page)
    listed = pages[0]
    assert "有8道题作答不足30人" in listed
    assert "没有发现需要留意的题" in listed
    assert len(re.findall(r'class="clamp">', listed)) == 8
    assert "<b>50%</b>" in listed
    assert re.search(r"<td class=\"num\">1</td>", listed)  # the waiting blank of one person does not count
    for text in ("先核实", "正确答案", "最好的27%", "（不足200人，只供参考）", "第1次修订"):
        assert text in pages[1]


@pytest.mark.usefixtures("sat")
@pytest.mark.parametrize("name", ["multiple-1", "true-false-2", "fill-in-1"])
def test_every_type_has_its_page(person: People, name: str) -> None:
    page = person("setter").get(f"/sittings/demo/items/{name}").text
    assert name in page
    assert ("各选项" in page) == (name != "fill-in-1")


@pytest.mark.usefixtures("sat")
def test_order_and_filter(person: People) -> None:
    """By facility both ways, by type and area, only those with flags; unknown wishes are none."""

    def names(query: str) -> list[str]:
        return re.findall(r'<span class="code">([\w-]+)</span>', person("setter").get(f"/sittings/demo/items{query}").text)

    hardest = next(name for name in names("?order=facility") if name.startswith("single"))
    assert names("?order=facility")[0] == hardest
    assert names("?order=facility&down=1")[-1] == hardest
    assert 'aria-sort="descending"' in person("setter").get("/sittings/demo/items?order=facility&down=1").text
    assert sorted(names("?type=multiple")) == ["multiple-1", "multiple-2"]
    assert sorted(names("?area=housing&type=single")) == []
    assert "没有符合条件的题目" in person("setter").get("/sittings/demo/items?flagged=1").text
    assert len(names("?area=x&type=y&order=z&offset=-1")) == 8
    assert names("?offset=50") == []


@pytest.mark.usefixtures("sat")
def test_flags_stand_first_and_on_paper(person: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a low limit the questions that all solved are told as easy; the print has them, in the reader's language."""
    monkeypatch.setattr(gates, "FACILITY", 1)
    monkeypatch.setattr("quiz.core.statistics.flags.EASY", 0.2)
    page = person("setter").get("/sittings/demo/items").text
    assert "几乎人人都会" in page
    document = pypdfium2.PdfDocument(BytesIO(person("setter").get("/sittings/demo/items.pdf").data))
    text = "".join(side.get_textpage().get_text_range() for side in document)
    assert "几乎人人都会" in "".join(text.split())
    assert "王秀英" not in text
    document.close()


@pytest.mark.usefixtures("sat")
def test_the_excel_file(person: People) -> None:
    """A row a question, a row an option, numbers as numbers."""
    book = load_workbook(BytesIO(person("setter").get("/sittings/demo/items.xlsx").data))
    items, options, groups, whole = book.worksheets
    rows = {row[0]: row for row in items.iter_rows(min_row=2, values_only=True)}
    assert len(rows) == 8
    assert {row[5] for name, row in rows.items() if name.startswith("true")} == {1}
    assert {row[4] for row in rows.values()} == {1, 2}
    listed = list(options.iter_rows(min_row=2, values_only=True))
    assert len(listed) == 2 * (4 + 4 + 2)
    assert sum(row[3] for row in listed if row[0].startswith("single") and row[2] == "是") == 3
    assert [cell.value for cell in groups[1]][:2] == ["编号", "群体"]
    told = {row[0]: row[1:] for row in whole.iter_rows(min_row=2, values_only=True)}
    assert 0 < told["得分率"][0] < 100
    assert told["得分率"][1] == "%"
    assert "偏度" not in told  # of two people


@pytest.mark.usefixtures("sat")
def test_the_whole_test_is_told_on_the_page(person: People) -> None:
    """The same figures as in the file, and the print is there whether or not anything is to be looked at."""
    page = person("inspector").get("/sittings/demo/items").text
    assert "整卷统计" in page
    assert re.search(r"<dt>标准差</dt><dd class=\"num\">[\d.]+分?</dd>", page)
    assert 'href="/sittings/demo/items.pdf"' in page


@pytest.mark.usefixtures("sat")
def test_a_decision_shows_at_once(person: People, web_engine: Engine, clock: Clock) -> None:
    """What was worked out for one page serves the next, but not beyond a change of marks."""
    setter = person("setter")
    before = figures(setter)
    assert figures(setter) == before
    with writing(web_engine) as db:
        waiting = list_texts(db, "demo")[0]
        decide(db, command_line("x"), "demo", waiting, clock())
    after = figures(setter)
    assert {row[4] for row in after} == {2}
    assert after != before


def figures(setter: Person) -> list[tuple[object, ...]]:
    """What the Excel file tells of every question."""
    book = load_workbook(BytesIO(setter.get("/sittings/demo/items.xlsx").data))
    return list(book.worksheets[0].iter_rows(min_row=2, values_only=True))


@pytest.mark.usefixtures("sat")
def test_what_was_worked_out_for_the_county_is_not_shown_to_a_town(person: People, web_engine: Engine) -> None:
    """An organiser of one town, asking after one of the county, meets the answers of the own people only."""
    assert ">2</td>" in person("organiser").get("/sittings/demo/items").text
    with writing(web_engine) as db:
        account = db.scalar(select(AccountRow.id).where(AccountRow.login == "organiser"))
        grant = db.scalars(select(GrantRow).where(GrantRow.account_id == account)).one()
        grant.unit_id = db.scalar(select(UnitRow.id).where(UnitRow.code == "T01"))
    page = person("organiser").get("/sittings/demo/items").text
    assert ">2</td>" not in page
    assert ">1</td>" in page


@pytest.mark.usefixtures("sat")
def test_leads_lead_to_people_with_a_warning(person: People, web_engine: Engine) -> None:
    """The page says what was compared and promised, and that a lead is no proof."""
    page = person("organiser").get("/sittings/demo/similar").text
    for text in ("线索不是证据", "比较了座位相近的1对人", "不超过1%", "没有线索"):
        assert text in page


@pytest.mark.usefixtures("sat")
def test_in_english(person: People, web_engine: Engine) -> None:
    setter = person("setter")
    setter.post("/language", {"language": "en", "next": "/bank/items"})
    for path in ("/bank/items", "/sittings/demo/items", "/sittings/demo/items/single-1"):
        page = setter.get(path).text
        assert "Item analysis" in page
        assert "得分率" not in page
    with reading(web_engine):
        assert setter.get("/sittings/demo/items.xlsx").status_code == 200
