"""Pages of scanned answer sheets: who may open them, uploads with their problems, doubts decided one by one, double keying, the corrected copy."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import Engine, select

from quiz.core.answer_sheet import shape_of
from quiz.core.paper import Candidate, Paper
from quiz.core.question import OPTION_LETTERS, QuestionType
from quiz.core.scan import Fault
from quiz.printing.answer_sheet import BUBBLE_HEIGHT, BUBBLE_WIDTH, layout_of
from quiz.storage.engine import reading
from quiz.storage.papers import read_paper
from quiz.storage.served import alone
from quiz.storage.sittings import get_sitting, seats_of_sitting
from quiz.storage.tables import AttemptRow, ScanRow
from quiz.web import scan_uploads, scans
from tests.printing.synthetic_scanner import PX, printed_pages, write_in
from tests.web.world import Clock, Person, engine_of

People = Callable[[str], Person]
HOME = "/sittings/demo/scans"

STATUS = {
    HOME: {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 200, "marker": 200, "inspector": 403},
    f"{HOME}/doubts": {"": 302, "q001": 403, "setter": 403, "organiser": 200, "marker": 200, "inspector": 403},
    "/sittings/demo/keying": {"": 302, "q001": 403, "setter": 403, "organiser": 200, "marker": 200, "inspector": 403},
    "/sittings/none/scans": {"organiser": 404},
    f"{HOME}/99": {"organiser": 404},
    f"{HOME}/99/page.jpg": {"organiser": 404, "q001": 403},
    f"{HOME}/99/cut/1-0.png": {"organiser": 404, "q001": 403},
    f"{HOME}/sheets/NONE": {"organiser": 404, "q001": 403},
    "/sittings/demo/keying/NONE": {"organiser": 404, "inspector": 403},
    "/sittings/demo/cadres/Q001/sheet.pdf": {"": 302, "organiser": 404, "marker": 403, "q001": 403},
}
POSTS = {
    HOME: {"": 401, "q001": 403, "marker": 403, "organiser": 422, "inspector": 403},
    f"{HOME}/doubts": {"": 401, "q001": 403, "organiser": 422, "marker": 422},
    f"{HOME}/99/drop": {"": 401, "q001": 403, "organiser": 404},
    "/sittings/demo/keying/NONE": {"": 401, "q001": 403, "organiser": 404},
}


@pytest.mark.parametrize(("path", "login", "status"), [(path, who, status) for path, row in STATUS.items() for who, status in row.items()])
def test_who_may_open_a_page(person: People, path: str, login: str, status: int) -> None:
    """Each page opens for its roles only."""
    assert person(login).get(path).status_code == status


@pytest.mark.parametrize(("path", "login", "status"), [(path, who, status) for path, row in POSTS.items() for who, status in row.items()])
def test_who_may_send_a_form(person: People, path: str, login: str, status: int) -> None:
    """Each form is refused to other roles, and an empty one is told what is missing."""
    assert person(login).post(path).status_code == status


class Sheet:
    """The printed sheet of a cadre's paper, to be filled in."""

    def __init__(self, engine: Engine, number: str = "Q001") -> None:
        with reading(engine) as db:
            row = get_sitting(db, "demo")
            assert row is not None
            seat = seats_of_sitting(db, row, numbers=[number])[0]
            self.paper: Paper = read_paper(seat.paper)
            self.image = printed_pages(self.paper, Candidate(seat.cadre.name, number, seat.unit.name))[0]
        self.page = layout_of(shape_of(self.paper)).pages[0]

    def fill(self, slot: int, *choices: int, grey: int = 40) -> Sheet:
        """Fill bubbles of a slot."""
        for bubble in self.page.bubbles:
            if bubble.slot == slot and bubble.choice in choices:
                corners = (bubble.x, bubble.y), (bubble.x + BUBBLE_WIDTH, bubble.y + BUBBLE_HEIGHT)
                cv2.rectangle(self.image, *(tuple(round(v * PX) for v in corner) for corner in corners), grey, -1)  # type: ignore[call-overload]
        return self

    def right(self, *but: int) -> Sheet:
        """Fill in every choice rightly, but for these slots."""
        for slot in self.paper.slots:
            if not slot.question.type.is_text and slot.number not in but:
                self.fill(slot.number, *(n for n, option in enumerate(slot.question.options) if option.id in slot.question.key))
        return self

    def write(self, slot: int, blank: int = 0) -> Sheet:
        """Write something into a box."""
        box = next(box for box in self.page.boxes if (box.slot, box.blank) == (slot, blank))
        write_in(self.image, box.x, box.y, box.width, box.height, 40, np.random.default_rng(1))
        return self

    def file(self, name: str = "a.png", kind: str = "PNG") -> tuple[io.BytesIO, str]:
        """The sheet as a file to upload."""
        out = io.BytesIO()
        Image.fromarray(cv2.resize(self.image, None, fx=2 / 3, fy=2 / 3, interpolation=cv2.INTER_AREA)).save(out, kind)
        out.seek(0)
        return out, name

    def of(self, kind: QuestionType) -> int:
        """The number of the first slot of a type."""
        return next(slot.number for slot in self.paper.slots if slot.question.type is kind)


@pytest.fixture
def sheet(web_engine: Engine) -> Sheet:
    """The sheet of 王秀英."""
    return Sheet(web_engine)


@pytest.fixture(autouse=True)
def after(clock: Clock) -> None:
    """The sitting is over."""
    clock.go_on(hours=4)


def upload(who: Person, *files: tuple[io.BytesIO, str]) -> Any:
    """Send files."""
    return who.post(HOME, {"files": list(files)}, content_type="multipart/form-data")


def attempts(engine: Engine) -> int:
    with reading(engine) as db:
        return len(db.scalars(select(AttemptRow)).all())


def test_an_uploaded_sheet_is_stored_and_shows_in_the_results(person: People, sheet: Sheet, web_engine: Engine) -> None:
    """Read, stored, graded; the same file again is not counted twice."""
    organiser = person("organiser")
    page = upload(organiser, sheet.right().file())
    assert page.status_code == 200
    assert "读了1页" in page.text
    assert "没有待处理的答题卡" in page.text
    again = upload(organiser, sheet.file())
    assert "其中1页以前读过" in again.text
    assert attempts(web_engine) == 1
    row = re.search(r"王秀英.*?</tr>", organiser.get("/sittings/demo").text, re.DOTALL)
    assert row is not None
    assert "纸质答题卡" in row.group()
    assert "<b>14</b>" in row.group()


def test_doubts_are_shown_one_by_one_without_a_name_and_decided(person: People, sheet: Sheet, web_engine: Engine) -> None:
    """Two marks where one is allowed, and writing: each with its cut-out; the last decision stores the sheet."""
    single, fill = sheet.of(QuestionType.SINGLE), sheet.of(QuestionType.FILL_IN)
    organiser, marker = person("organiser"), person("marker")
    page = upload(organiser, sheet.right(single).fill(single, 0, 1).write(fill).file())
    assert "有存疑的填涂或手写内容" in page.text
    assert attempts(web_engine) == 0
    first = marker.get(f"{HOME}/doubts").text
    assert "王秀英" not in first
    assert f"第{single}题" in first
    assert "已看0处，还有2处" in first
    assert not re.search(r'type="radio"[^>]*checked', first)
    (cut,) = re.findall(r'<img src="([^"]+cut[^"]+)"', first)
    picture = marker.get(cut)
    assert picture.mimetype == "image/png"
    assert picture.data[:4] == b"\x89PNG"
    hidden = dict(re.findall(r'name="(scan|slot|blank|skip)" value="([^"]*)"', first))
    assert marker.post(f"{HOME}/doubts", {**hidden, "do": "accept"}).status_code == 422
    assert marker.post(f"{HOME}/doubts", {**hidden, "do": "accept", "value": "Q"}).status_code == 422
    key = next(iter(sheet.paper.slots[single - 1].question.key))
    assert marker.post(f"{HOME}/doubts", {**hidden, "do": "accept", "value": key}).status_code == 303
    second = marker.get(f"{HOME}/doubts").text
    assert f"第{fill}题" in second
    assert "已看1处，还有1处" in second
    assert "这里写了字" in second
    hidden = dict(re.findall(r'name="(scan|slot|blank|skip)" value="([^"]*)"', second))
    marker.post(f"{HOME}/doubts", {**hidden, "do": "accept", "value": "12"})
    assert "没有存疑的地方了" in marker.get(f"{HOME}/doubts").text
    assert attempts(web_engine) == 1


def test_skipping_goes_round_and_nothing_is_lost(person: People, sheet: Sheet) -> None:
    """Skip shows the next, and after the last the first again."""
    first, second = (slot.number for slot in sheet.paper.slots if slot.question.type is QuestionType.SINGLE)
    organiser = person("organiser")
    upload(organiser, sheet.right(first, second).fill(first, 0, 1).fill(second, 0, 1).file())
    page = organiser.get(f"{HOME}/doubts").text
    skip = re.search(r'data-key="s" href="([^"]+)"', page)
    assert skip is not None
    after = organiser.get(skip.group(1)).text
    assert f"第{second}题" in after
    again = re.search(r'data-key="s" href="([^"]+)"', after)
    assert again is not None
    assert f"第{first}题" in organiser.get(again.group(1)).text


def test_files_that_are_no_sheets_are_named_page_by_page(person: People, sheet: Sheet, web_engine: Engine) -> None:
    """Nothing sent is 422; each bad file and page is named, the good one counts."""
    organiser = person("organiser")
    assert "请选择文件" in organiser.post(HOME, content_type="multipart/form-data").text
    blank = io.BytesIO()
    Image.fromarray(np.full((600, 420), 120, np.uint8) // 2 * np.uint8(1)).save(blank, "PNG")
    blank.seek(0)
    page = upload(organiser, (io.BytesIO(b"hello"), "notes.txt"), (blank, "grey.png"), sheet.right().file("good.png"))
    assert "读了2页" in page.text
    assert "notes.txt打不开" in page.text
    assert attempts(web_engine) == 1
    small = cv2.resize(sheet.image, None, fx=0.35, fy=0.35, interpolation=cv2.INTER_AREA)
    out = io.BytesIO()
    Image.fromarray(small).save(out, "PNG")
    out.seek(0)
    page = upload(organiser, (out, "small.png"))
    assert "small.png：分辨率太低" in page.text
    with reading(web_engine) as db:
        row = db.scalars(select(ScanRow).where(ScanRow.problem == Fault.LOW_RESOLUTION)).one()
    detail = organiser.get(f"{HOME}/{row.id}").text
    assert "分辨率太低" in detail
    assert organiser.get(f"{HOME}/{row.id}/page.jpg").mimetype == "image/png"
    assert organiser.post(f"{HOME}/{row.id}/drop", {"reason": " "}).status_code == 422
    assert organiser.post(f"{HOME}/{row.id}/drop", {"reason": "已重扫"}).status_code == 303
    assert "small.png" not in organiser.get(HOME).text


def test_too_much_at_once_is_refused_before_it_is_read(person: People, sheet: Sheet, monkeypatch: pytest.MonkeyPatch, web_engine: Engine) -> None:
    """Too many pages, and a request that is larger than any upload."""
    organiser = person("organiser")
    monkeypatch.setattr(scan_uploads, "MOST_PAGES", 1)
    assert "一次最多上传1页" in upload(organiser, sheet.file("a.png"), sheet.file("b.png")).text
    monkeypatch.setattr(scans, "BIGGEST_UPLOAD", 2000)
    assert upload(organiser, sheet.file()).status_code == 413
    assert attempts(web_engine) == 0


def test_one_batch_is_read_at_a_time(person: People, sheet: Sheet) -> None:
    """While another is read, an upload is told to come again."""
    organiser = person("organiser")
    with alone(organiser.app.extensions["quiz"].settings.instance / scan_uploads.TURN) as is_mine:
        assert is_mine
        page = upload(organiser, sheet.file())
        nowhere = organiser.post("/sittings/none/scans", {"files": [sheet.file()]}, content_type="multipart/form-data")
    assert nowhere.status_code == 404, "what would be refused anyway does not wait for its turn to be read"
    assert page.status_code == 409
    assert "正在读另一批" in page.text


def test_two_scans_that_differ_are_shown_side_by_side_and_one_is_chosen(person: People, sheet: Sheet, web_engine: Engine) -> None:
    """Choosing needs a reason; the other is kept and counts no more."""
    organiser = person("organiser")
    single = sheet.of(QuestionType.SINGLE)
    upload(organiser, sheet.right(single).file())
    page = upload(organiser, sheet.fill(single, 2).file())
    assert "内容不一样" in page.text
    detail = organiser.get(f"{HOME}/sheets/{sheet.paper.code}").text
    choices = re.findall(rf'action="({HOME}/\d+/choose)"', detail)
    assert len(choices) == 2
    assert organiser.get(choices[1].replace("choose", "page.jpg")).mimetype == "image/jpeg"
    assert organiser.post(choices[1], {"paper": sheet.paper.code}).status_code == 422
    assert organiser.post(choices[1], {"paper": sheet.paper.code, "reason": "第一次放错了卡"}).status_code == 303
    assert "没有待处理的答题卡" in organiser.get(HOME).text


def test_a_word_settles_what_waits_for_one(person: People, sheet: Sheet, web_engine: Engine) -> None:
    """Another's number: the sheet's page says so and offers what settles it."""
    organiser = person("organiser")
    for column, digit in enumerate("002"):
        bubble = sheet.page.grid[column * 10 + int(digit)]
        corners = (bubble.x, bubble.y), (bubble.x + BUBBLE_WIDTH, bubble.y + BUBBLE_HEIGHT)
        cv2.rectangle(sheet.image, *(tuple(round(v * PX) for v in corner) for corner in corners), 40, -1)  # type: ignore[call-overload]
    assert "填涂的工号不是这名考生的" in upload(organiser, sheet.right().file()).text
    path = f"{HOME}/sheets/{sheet.paper.code}"
    page = organiser.get(path).text
    assert "是这名考生的卡，工号填错了" in page
    assert "卡上填涂：002" in page
    assert organiser.post(path, {"word": "number"}).status_code == 422
    assert organiser.post(path, {"word": "nonsense", "reason": "x"}).status_code == 422
    assert organiser.post(path, {"word": "late", "reason": "x"}).status_code == 409
    assert organiser.post(path, {"word": "number", "reason": "考生涂错"}).status_code == 303
    assert attempts(web_engine) == 1


def typed(paper: Paper) -> dict[str, Any]:
    """What a typist enters who reads a right sheet."""
    out: dict[str, Any] = {}
    for slot in paper.slots:
        question = slot.question
        if question.type is QuestionType.FILL_IN:
            out[f"s{slot.number}"] = [blank.answers[0] for blank in question.blanks]
        elif question.type is QuestionType.TRUE_FALSE:
            out[f"s{slot.number}"] = "√" if "T" in question.key else "×"
        else:
            out[f"s{slot.number}"] = "".join(OPTION_LETTERS[n] for n, option in enumerate(question.options) if option.id in question.key)
    return out


def test_double_keying_by_two_people(person: People, sheet: Sheet, web_engine: Engine) -> None:
    """Faults are told at their questions with everything typed kept; the second person stores the sheet."""
    organiser, marker = person("organiser"), person("marker")
    path = f"/sittings/demo/keying/{sheet.paper.code}"
    assert organiser.get("/sittings/demo/keying", query_string={"paper": sheet.paper.code.lower()}).location.endswith(path)
    assert "没有编号为NOPE" in organiser.get("/sittings/demo/keying?paper=nope").text
    wrong = organiser.post(path, {**typed(sheet.paper), "s1": "QQ"})
    assert wrong.status_code == 422
    assert "第1题：" in wrong.text
    assert 'value="QQ"' in wrong.text
    first = organiser.post(path, typed(sheet.paper))
    assert "等另一个人再录一遍" in organiser.get(first.location).text
    assert organiser.get(path).status_code == 409
    assert "已经录过" in organiser.get(organiser.post(path, typed(sheet.paper)).location).text
    second = marker.post(path, typed(sheet.paper))
    assert "已入库并计分" in marker.get(second.location).text
    assert attempts(web_engine) == 1


def test_the_third_sees_only_what_differs(app: Flask, person: People, sheet: Sheet) -> None:
    """Two keyings side by side, by the printed letters; nothing else of the sheet."""
    path = f"/sittings/demo/keying/{sheet.paper.code}"
    single = sheet.of(QuestionType.SINGLE)
    person("organiser").post(path, typed(sheet.paper))
    person("marker").post(path, {**typed(sheet.paper), f"s{single}": ""})
    third = person("setter")
    from quiz.storage.accounts import get_account
    from quiz.storage.engine import writing
    from quiz.storage.tables import GrantRow

    with writing(engine_of(app)) as db:
        account = get_account(db, "setter")
        assert account is not None
        db.add(GrantRow(account_id=account.id, role="marker"))
    page = third.get(path).text
    assert "两人分别录入" in page
    assert len(re.findall(r'<input class="input"', page)) == 1
    assert "已入库" in third.get(third.post(path, {f"s{single}": typed(sheet.paper)[f"s{single}"]}).location).text


def test_the_corrected_copy_goes_to_its_owner_once_keys_may_be_seen(
    person: People, trainee: Person, sheet: Sheet, clock: Clock, web_engine: Engine
) -> None:
    """Before the end nobody gets it; afterwards its owner, and no other cadre."""
    organiser = person("organiser")
    clock.go_on(hours=-4)
    upload(organiser, sheet.right().file())
    assert trainee.get(f"/papers/{sheet.paper.code}/sheet.pdf").status_code == 404
    clock.go_on(hours=4)
    page = trainee.get(f"/papers/{sheet.paper.code}/result").text
    assert f"/papers/{sheet.paper.code}/sheet.pdf" in page
    copy = trainee.get(f"/papers/{sheet.paper.code}/sheet.pdf")
    document = pypdfium2.PdfDocument(copy.data)
    assert len(document) == 1
    assert "14分" in document[0].get_textpage().get_text_range()
    picture = np.array(document[0].render(scale=2).to_pil().convert("RGB")).astype(int)
    assert (picture[:, :, 0] - picture[:, :, 1] > 60).sum() > 500
    assert person("q002").get(f"/papers/{sheet.paper.code}/sheet.pdf").status_code == 404
    assert organiser.get("/sittings/demo/cadres/Q001/sheet.pdf").data == copy.data
    assert "批改后的答题卡" in organiser.get("/sittings/demo/cadres/Q001").text


def test_pages_of_a_sitting_are_not_shown_to_its_own_candidates(app: Flask, person: People, sheet: Sheet, clock: Clock) -> None:
    """An organiser who sits it sees nothing of it while it is open."""
    from quiz.storage.accounts import get_account
    from quiz.storage.engine import writing
    from quiz.storage.tables import GrantRow

    clock.go_on(hours=-4)
    with writing(engine_of(app)) as db:
        account = get_account(db, "q002")
        assert account is not None
        db.add(GrantRow(account_id=account.id, role="organiser"))
    both = person("q002")
    assert both.get(HOME).status_code == 403
    assert upload(both, sheet.right().file()).status_code == 403
    assert both.get("/sittings/demo/keying").status_code == 403
    assert "答题卡扫描" not in both.get("/sittings/demo").text
    clock.go_on(hours=4)
    assert both.get(HOME).status_code == 200
