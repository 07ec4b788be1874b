"""The organiser's pages: who may open them, planning with its refusals, prints, exports, the roster, release."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO

import pypdfium2
import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, select, update

from quiz.core.access import Actor, Role
from quiz.core.saving import Save
from quiz.core.sitting import Release
from quiz.storage.engine import reading, writing
from quiz.storage.rosters import cadre_rows
from quiz.storage.sittings import get_sitting, seats_of_sitting
from quiz.storage.tables import AccountRow, AuditRow, CadreRow, GrantRow
from quiz.usecases import attempts, handing_in
from tests.web.world import NINE, Clock, Person, paper_code, right_answers, schedule

People = Callable[[str], Person]

STATUS = {
    "/sittings": {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 200, "marker": 200, "inspector": 200},
    "/sittings/new": {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 200, "marker": 403, "inspector": 403},
    "/sittings/demo": {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 200, "marker": 403, "inspector": 200},
    "/sittings/demo/cadres/Q001": {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 200, "marker": 403, "inspector": 200},
    "/sittings/demo/results.xlsx": {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 200, "marker": 403, "inspector": 200},
    "/sittings/demo/draw": {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 200, "marker": 403, "inspector": 403},
    "/sittings/none/draw": {"organiser": 404},
    "/sittings/demo/release": {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 200, "marker": 403, "inspector": 403},
    "/sittings/none": {"organiser": 404, "inspector": 404},
    "/sittings/demo/cadres/Q999": {"organiser": 404},
    "/roster": {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 200, "marker": 403, "inspector": 403},
    "/roster/example.csv": {"": 302, "nobody": 403, "organiser": 200, "inspector": 403},
}
POSTS = {
    "/sittings/new": {"": 401, "q001": 403, "setter": 403, "organiser": 422, "marker": 403, "inspector": 403},
    "/sittings/demo/papers.pdf": {"": 401, "q001": 403, "setter": 403, "marker": 403, "inspector": 403},
    "/sittings/demo/release": {"": 401, "q001": 403, "setter": 403, "organiser": 422, "marker": 403, "inspector": 403},
    "/roster": {"": 401, "q001": 403, "setter": 403, "organiser": 422, "marker": 403, "inspector": 403},
}
PLAN = {
    "title": "第四季度测试",
    "code": "q4",
    "blueprint": "small",
    "profile": "",
    "opens_at": "2026-12-02T09:00",
    "closes_at": "2026-12-02T11:00",
    "release": "on_close",
}


@pytest.mark.parametrize(("path", "login", "status"), [(path, who, status) for path, row in STATUS.items() for who, status in row.items()])
def test_who_may_open_a_page(person: People, path: str, login: str, status: int) -> None:
    """Each page opens for its roles only; strangers are sent to the log-in page."""
    assert person(login).get(path).status_code == status


@pytest.mark.parametrize(("path", "login", "status"), [(path, who, status) for path, row in POSTS.items() for who, status in row.items()])
def test_who_may_send_a_form(person: People, path: str, login: str, status: int) -> None:
    """Each form is refused to other roles, and an empty one is told what is missing."""
    assert person(login).post(path).status_code == status


def test_an_empty_installation_teaches_the_next_step(person: People, web_engine: Engine) -> None:
    """Without a matching sitting the list says so; with one it leads to it."""
    page = person("organiser").get("/sittings").text
    assert "demo季度测试" in page
    assert "正在考试" in page
    assert "/sittings/new" in page


def test_a_marker_sees_the_list_without_results(person: People) -> None:
    """The list is the only page of the organiser's that a marker may read, so it leads nowhere else."""
    page = person("marker").get("/sittings").text
    assert "demo季度测试" in page
    assert 'href="/sittings/demo"' not in page


def test_checking_a_plan_stores_nothing(person: People, web_engine: Engine) -> None:
    """检查 says how many sit."""
    page = person("organiser").post("/sittings/new", {**PLAN, "do": "check"})
    assert page.status_code == 200
    assert "3人参加" in page.text
    assert 'value="第四季度测试"' in page.text
    with reading(web_engine) as session:
        assert get_sitting(session, "q4") is None


def test_creating_a_sitting(person: People, web_engine: Engine) -> None:
    """创建考试 freezes the papers and leads to the sitting; its times are the county's."""
    organiser = person("organiser")
    answer = organiser.post("/sittings/new", {**PLAN, "do": "create", "units": ["T01"]})
    assert answer.status_code == 302
    page = organiser.get(answer.location).text
    assert "2份试卷已全部组好" in page
    assert "2026年12月2日（周三）09:00" in page
    assert "柳溪镇" in page
    with reading(web_engine) as session:
        row = get_sitting(session, "q4")
        assert row is not None
        assert row.opens_at == NINE + timedelta(days=1)
        assert row.commitment in page


@pytest.mark.parametrize(
    ("mode", "told"),
    [({}, "每人一卷"), ({"mode": "common"}, "通用题全场相同"), ({"mode": "forms", "forms": "2", "columns": "2"}, "2套卷，每排2个座位")],
)
def test_checking_a_plan_tells_how_the_papers_would_come_out(person: People, mode: dict[str, object], told: str) -> None:
    """Exposure, neighbours, expected scores with what they rest on; the answer says that it is a trial."""
    page = person("organiser").post("/sittings/new", {**PLAN, **mode, "do": "check"}).text
    for text in (told, "试算结果", "各卷难易", "预计及格率", "可抽的通用题8道，用了8道", "按题型假定的得分率 8题", "不需要：轮流发题"):
        assert text in page


def test_forms_from_the_plan_to_results_and_export(person: People, web_engine: Engine) -> None:
    """Each form's letter stands in the list of results and in the Excel file; a sitting without forms has no such column."""
    organiser = person("organiser")
    form = {**PLAN, "mode": "forms", "forms": "2", "columns": "3", "avoid_last": "1", "band": "1.5"}
    assert organiser.post("/sittings/new", {**form, "do": "create"}).status_code == 302
    with reading(web_engine) as session:
        row = get_sitting(session, "q4")
        assert row is not None
        rows = [(seat.paper.seat, seat.paper.form) for seat in seats_of_sitting(session, row)]
    assert sorted(rows) == [(1, "A"), (2, "B"), (3, "A")]
    _sit(web_engine, "Q001", "q4", opens=NINE + timedelta(days=1))
    assert re.search(r"<td>[AB]卷</td>", organiser.get("/sittings/q4").text)
    assert "卷</td>" not in organiser.get("/sittings/demo").text
    sheet = load_workbook(BytesIO(organiser.get("/sittings/q4/results.xlsx").data)).worksheets[0]
    assert [cell.value for cell in sheet[1]][-1] == "试卷"
    assert sorted(sheet.cell(row, sheet.max_column).value for row in (2, 3, 4)) == ["A", "A", "B"]
    plain = load_workbook(BytesIO(organiser.get("/sittings/demo/results.xlsx").data)).worksheets[0]
    assert [cell.value for cell in plain[1]][-1] == "备注"


def test_how_the_papers_were_drawn(person: People) -> None:
    """The page of a stored sitting shows the figures of its own draw, and the sitting's page leads there."""
    organiser = person("organiser")
    assert 'href="/sittings/demo/draw"' in organiser.get("/sittings/demo").text
    page = organiser.get("/sittings/demo/draw").text
    for text in ("组卷情况", "每人一卷，每排6个座位", "各卷预计得分相差", "邻座没有同题", "满分20分，12分及格"):
        assert text in page
    assert "补充搜索" not in page
    organiser.post("/language", {"language": "en", "next": "/sittings"})
    assert "How the papers were drawn" in organiser.get("/sittings/demo/draw").text


def test_nobody_sees_how_their_own_coming_papers_were_drawn(person: People, web_engine: Engine, clock: Clock) -> None:
    """An organiser who is a candidate is refused until the sitting is over, and is not led there."""
    with writing(web_engine) as session:
        cadre = cadre_rows(session, ["Q003"])["Q003"]
        session.execute(update(AccountRow).where(AccountRow.login == "organiser").values(cadre_id=cadre.id))
    organiser = person("organiser")
    assert organiser.get("/sittings/demo/draw").status_code == 403
    assert "/sittings/demo/draw" not in organiser.get("/sittings/demo").text
    clock.go_on(hours=3)
    assert organiser.get("/sittings/demo/draw").status_code == 200


def test_the_form_says_that_it_works(person: People) -> None:
    """Assembling takes seconds: the page carries the words that its script shows meanwhile."""
    page = person("organiser").get("/sittings/new").text
    assert "busy.js" in page
    assert page.count("data-busy-text=") == 2
    assert 'role="status" data-busy-said' in page


@pytest.mark.parametrize("step", ["check", "create"])
def test_a_bank_too_small_is_refused_with_the_counts(person: People, web_engine: Engine, clock: Clock, step: str) -> None:
    """Every cell that is short is told with its numbers and whom it hits; what was typed stays."""
    plan = {**PLAN, "opens_at": "2025-12-02T09:00", "closes_at": "2026-12-02T11:00", "do": step}  # the questions hold from 2026-01-01
    answer = person("organiser").post("/sittings/new", plan)
    assert answer.status_code == 409
    assert "需要2题，只有0题，缺2题" in answer.text
    assert answer.text.count("影响3人") == 4
    assert 'value="第四季度测试"' in answer.text
    with reading(web_engine) as session:
        assert get_sitting(session, "q4") is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"code": "demo"}, "代码为demo的考试已经存在"),
        ({"code": "q 4"}, "只用英文字母"),
        ({"title": ""}, "请填写考试名称"),
        ({"blueprint": ""}, "请选择命题蓝图"),
        ({"blueprint": "none"}, "请从列出的选项中选择"),
        ({"units": ["X99"]}, "请从列出的选项中选择"),
        ({"posts": ["king"]}, "请从列出的选项中选择"),
        ({"opens_at": "明天"}, "请填写日期和时间"),
        ({"closes_at": "2026-12-02T08:00"}, "结束时间必须晚于开始时间"),
        ({"minutes": "many"}, "请填写整数"),
        ({"minutes": "9999"}, "答题时长须为1至480分钟"),
        ({"release": "never"}, "请从列出的选项中选择"),
        ({"mode": "two"}, "请从列出的选项中选择"),
        ({"mode": "forms", "forms": "1"}, "套数须为2至26"),
        ({"mode": "forms", "forms": ""}, "请填写套数"),
        ({"columns": "0"}, "每排座位数须为1至20"),
        ({"avoid_last": "-1"}, "避开的场数须为0至20"),
        ({"band": "little"}, "请填写数字"),
        ({"band": "0"}, "各卷预计得分的差距须为0.1至100分"),
        ({"posts": ["contact"]}, "没有符合条件的考生"),
        ({"opens_at": "2026-11-01T09:00", "closes_at": "2026-11-01T10:00"}, "结束时间已经过去"),
    ],
)
def test_a_wrong_plan_is_told_in_the_page(person: People, change: dict[str, object], told: str) -> None:
    """Each fault is a sentence beside the form."""
    answer = person("organiser").post("/sittings/new", {**PLAN, **change, "do": "create"})
    assert answer.status_code in (409, 422)
    assert told in answer.text


def test_results_by_unit_and_those_who_have_not_sat(person: People, web_engine: Engine) -> None:
    """The summary counts, the list shows the score and standing, absent cadres stand apart."""
    _sit(web_engine, "Q001")
    page = person("inspector").get("/sittings/demo").text
    assert "柳溪镇" in page
    assert "<b>20</b>" in page
    assert page.index('id="not-sat"') < page.index("李强")
    assert page.index("赵敏") < page.index('id="cadres"') < page.index('/sittings/demo/cadres/Q001"')
    assert "打印试卷" not in page


@pytest.mark.parametrize(
    ("query", "present", "missing"),
    [
        ("unit=D01", "李强", "王秀英"),
        ("standing=submitted", "王秀英", "李强"),
        ("standing=not_started", "李强", "王秀英"),
        ("unit=X&standing=zzz&order=%3Cb%3E&down=7", "按这个条件", "王秀英"),
    ],
)
def test_filters(person: People, web_engine: Engine, query: str, present: str, missing: str) -> None:
    """A unit or a standing narrows both lists; unknown wishes do no harm."""
    _sit(web_engine, "Q001")
    page = person("organiser").get(f"/sittings/demo?{query}").text
    assert present in page
    assert missing not in page


def test_sorting_turns_round(person: People, web_engine: Engine) -> None:
    """The score's head sorts from the best down first, then up."""
    _sit(web_engine, "Q001")
    _sit(web_engine, "Q002", right=False)
    organiser = person("organiser")
    down = organiser.get("/sittings/demo?order=score&down=1").text
    up = organiser.get("/sittings/demo?order=score").text
    assert 'aria-sort="descending"' in down
    assert down.rindex("cadres/Q001") < down.rindex("cadres/Q002")
    assert up.rindex("cadres/Q001") > up.rindex("cadres/Q002")


def test_a_long_list_comes_in_pages_that_keep_the_choice(person: People, web_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows past a page are on the next, in the same order; past the last stands the last; long lists of names are folded."""
    assert '<details class="inset" open>' in person("organiser").get("/sittings/demo").text
    monkeypatch.setattr("quiz.web.organiser.PAGE_SIZE", 1)
    assert '<details class="inset">' in person("organiser").get("/sittings/demo").text
    _sit(web_engine, "Q001")
    _sit(web_engine, "Q002", right=False)
    organiser = person("organiser")
    first = organiser.get("/sittings/demo?order=score&down=1").text
    address = re.search(r'rel="next" href="([^"]+)"', first)
    assert address is not None
    assert address[1].endswith("#cadres")
    second = organiser.get(html.unescape(address[1])).text
    shown = [re.findall(r'<th scope="row" class="name"><a href="/sittings/demo/cadres/(\w+)"', page) for page in (first, second)]
    assert shown == [["Q001"], ["Q002"]]
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second
    assert 'rel="next"' not in organiser.get("/sittings/demo?offset=9999").text
    assert all(organiser.get(f"/sittings/demo?offset={odd}").text.count('<th scope="row" class="name">') == 1 for odd in (9999, -1, "x"))


def test_one_cadre(person: People, web_engine: Engine) -> None:
    """Every mark with its why, the response, the key and the rule."""
    organiser = person("organiser")
    assert "没有开始答题" in organiser.get("/sittings/demo/cadres/Q001").text
    _sit(web_engine, "Q001", right=False)
    page = organiser.get("/sittings/demo/cadres/Q001").text
    for text in ("答错，不得分", "正确答案", "少选得一半分", "不及格", "安全住房"):
        assert text in page


def test_printing(person: People, web_engine: Engine) -> None:
    """A PDF with the names, all or one unit's or by staff number, A4 or A3, with or without key; each print is in the audit log."""
    organiser = person("organiser")
    everyone = _pdf_text(organiser.post("/sittings/demo/papers.pdf", {"who": "all", "size": "A4"}))
    assert all(name in everyone for name in ("王秀英", "李强", "赵敏"))
    assert "参考答案" not in everyone
    town = _pdf_text(organiser.post("/sittings/demo/papers.pdf", {"who": "unit", "unit": "T01", "size": "A3"}))
    assert "李强" not in town
    one = _pdf_text(organiser.post("/sittings/demo/papers.pdf", {"who": "numbers", "numbers": "Q002，Q002", "size": "A4", "with_key": "y"}))
    assert "李强" in one
    assert "王秀英" not in one
    assert "参考答案" in one
    with reading(web_engine) as session:
        assert len(session.scalars(select(AuditRow).where(AuditRow.action == "print_papers")).all()) == 3


def test_answer_sheets_come_from_the_same_form_and_are_logged_as_such(person: People, web_engine: Engine) -> None:
    """One sheet for each paper asked for, with its code, and no question on it."""
    answer = person("organiser").post("/sittings/demo/papers.pdf", {"who": "unit", "unit": "T01", "size": "A4", "what": "sheets"})
    assert "demo-sheets.pdf" in answer.headers["Content-Disposition"]
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(answer.data))
    assert "王秀英" in text
    assert paper_code(web_engine, "Q001") in text
    assert paper_code(web_engine, "Q002") not in text
    assert "单选第" not in text
    with reading(web_engine) as session:
        (row,) = session.scalars(select(AuditRow).where(AuditRow.action == "print_sheets"))
        assert '"papers":2' in row.detail


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"who": "unit", "size": "A4"}, "请选择单位"),
        ({"who": "numbers", "size": "A4"}, "请填写工号"),
        ({"who": "numbers", "numbers": "Q999", "size": "A4"}, "没有下列工号的试卷：Q999"),
    ],
)
def test_a_wrong_print_is_told_on_the_sitting(person: People, form: dict[str, object], told: str) -> None:
    """The page comes back with the form open and the reason."""
    answer = person("organiser").post("/sittings/demo/papers.pdf", form)
    assert answer.status_code in (409, 422)
    assert told in answer.text


def test_an_organiser_who_sits_it_cannot_print_or_read_it(person: People, web_engine: Engine, clock: Clock) -> None:
    """While the window is open; afterwards they may."""
    with writing(web_engine) as session:
        account = session.scalars(select(AccountRow).where(AccountRow.login == "q001")).one()
        session.add(GrantRow(account_id=account.id, role="organiser"))
    both = person("q001")
    assert both.post("/sittings/demo/papers.pdf", {"who": "all", "size": "A4"}).status_code == 403
    assert both.get("/sittings/demo/cadres/Q002").status_code == 403
    page = both.get("/sittings/demo").text
    assert "您本人是这场考试的考生" in page
    assert "/cadres/Q" not in page
    assert "papers.pdf" not in page
    clock.go_on(hours=3)
    assert both.get("/sittings/demo/cadres/Q002").status_code == 200
    assert both.post("/sittings/demo/papers.pdf", {"who": "all", "size": "A4"}).status_code == 200


def test_export_keeps_names_as_text(person: People, web_engine: Engine) -> None:
    """A name that looks like a formula stays a name."""
    with writing(web_engine) as session:
        session.execute(update(CadreRow).where(CadreRow.number == "Q001").values(name="=1+1"))
    answer = person("organiser").get("/sittings/demo/results.xlsx")
    assert zipfile.is_zipfile(BytesIO(answer.data))
    sheet = load_workbook(BytesIO(answer.data)).worksheets[0]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1")
    assert cell.data_type == "s"


def test_release_needs_the_code_typed(person: People, web_engine: Engine, clock: Clock) -> None:
    """It says to how many, refuses another text, then releases once and for all."""
    schedule(web_engine, "hand", Release.MANUAL)
    _sit(web_engine, "Q001", "hand")
    organiser, trainee = person("organiser"), person("q001")
    clock.go_on(hours=3)
    assert "等待公布" in organiser.get("/sittings").text
    assert "公布后，1名已交卷的考生" in organiser.get("/sittings/hand/release").text
    code = paper_code(web_engine, "Q001", "hand")
    before = trainee.get(f"/papers/{code}/result")
    assert "解析词" not in before.text
    assert organiser.post("/sittings/hand/release", {"code": "hnad"}).status_code == 422
    answer = organiser.post("/sittings/hand/release", {"code": " hand "})
    assert answer.status_code == 302
    assert "成绩已公布" in organiser.get(answer.location).text
    assert "解析词" in trainee.get(f"/papers/{code}/result").text
    assert "成绩已于" in organiser.get("/sittings/hand/release").text
    assert "不需要手动公布" in organiser.get("/sittings/demo/release").text


def test_a_roster_with_one_bad_row(person: People, web_engine: Engine) -> None:
    """The good rows are loaded, the bad one is named with its row and reason."""
    table = "工号,姓名,单位编码,岗位,地点编码,起始\nQ010,<b>钱进</b>,T01,镇包村干部,T01,2026-01-01\nQ011,孙丽,X99,镇包村干部,T01,2026-01-01\n"
    answer = _upload(person("organiser"), "名单.csv", table.encode())
    assert answer.status_code == 200
    assert "名单.csv" in answer.text
    assert "第3行" in answer.text
    assert "X99" in answer.text
    with reading(web_engine) as session:
        people = cadre_rows(session)
    assert people["Q010"].name == "<b>钱进</b>"
    assert "Q011" not in people
    again = _upload(person("organiser"), "名单.csv", table.encode())
    assert "没有变化" in again.text


def test_rosters_of_other_kinds(person: People, web_engine: Engine) -> None:
    """YAML loads, an unknown kind is refused, a large file within ten megabytes is read, a larger one is not."""
    organiser = person("organiser")
    yaml = "units:\n  - {code: D02, name: 县教育局, kind: department, parent: QL}\ncadres: []\n"
    assert "县教育局" in _upload(organiser, "r.yaml", yaml.encode()).text
    assert _upload(organiser, "r.exe", b"MZ").status_code == 422
    assert "没有收入" in _upload(organiser, "r.csv", b"\xff\xfe\0\0nonsense").text
    rows = "工号,姓名,单位编码\nQ020,周全,T01\n" + "\n" * 3_000_000
    assert _upload(organiser, "big.csv", rows.encode()).status_code == 200
    assert _upload(organiser, "huge.csv", b"x" * (11 * 1024 * 1024)).status_code == 413


def test_the_example_loads(person: People) -> None:
    """The table that we offer has the columns that we read, marked as UTF-8 for Excel."""
    organiser = person("organiser")
    example = organiser.get("/roster/example.csv").data
    assert example.startswith(b"\xef\xbb\xbf")
    answer = _upload(organiser, "example.csv", example)
    assert "找不到表头" not in answer.text


def test_names_are_shown_as_text(person: People, web_engine: Engine) -> None:
    """Mark-up in a name, a unit or a title reaches the page as text."""
    with writing(web_engine) as session:
        session.execute(update(CadreRow).values(name="<script>alert(1)</script>"))
    _sit(web_engine, "Q001")
    organiser = person("organiser")
    for path in ("/sittings/demo", "/sittings/demo/cadres/Q001"):
        page = organiser.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
    echoed = organiser.post("/sittings/new", {**PLAN, "title": '"><script>alert(2)</script>', "code": "<script>"}).text
    assert "<script>alert" not in echoed


def test_other_sites_cannot_send_our_forms(person: People, web_engine: Engine) -> None:
    """A form without the token changes nothing."""
    organiser = person("organiser")
    for path in ("/sittings/new", "/sittings/demo/papers.pdf", "/sittings/demo/release", "/roster"):
        assert organiser.client.post(path, data={"code": "demo"}).status_code == 400


def _sit(engine: Engine, number: str, sitting: str = "demo", right: bool = True, opens: datetime = NINE) -> None:
    """Let a cadre sit the whole paper: all right, or with the last option of every choice and nothing written."""
    actor = Actor("x", {Role.TRAINEE: "/"}, cadre_number=number)
    code = paper_code(engine, number, sitting)
    answers = right_answers(engine, number, sitting) if right else {1: ["D"], 2: ["D"]}
    with writing(engine) as session:
        attempts.start(session, actor, code, opens + timedelta(minutes=1))
        saves = [Save(slot, value, slot) for slot, value in answers.items()]
        handing_in.submit(session, actor, code, saves, "d", opens + timedelta(minutes=9))


def _upload(person: Person, name: str, content: bytes):  # type: ignore[no-untyped-def]
    """Send a file as a browser does; built by hand, for the test client leaves the file of a large body open."""
    head = f'--cut\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{person.token}\r\n--cut\r\n'
    head += f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    body = head.encode() + content + b"\r\n--cut--\r\n"
    return person.client.post("/roster", data=body, content_type="multipart/form-data; boundary=cut")


def _pdf_text(answer) -> str:  # type: ignore[no-untyped-def]
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(answer.data)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()
