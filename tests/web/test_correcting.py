"""The pages that correct a question: who may open them, nothing happens unconfirmed, and everyone concerned is told what changed and why."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pypdfium2
import pytest
from sqlalchemy import Engine

from quiz.core.access import Actor, Role
from quiz.core.question import QuestionType
from quiz.core.saving import Save
from quiz.storage.engine import reading, writing
from quiz.storage.rosters import cadre_rows
from quiz.storage.tables import AccountRow, CorrectionRow
from quiz.usecases import attempts, handing_in
from tests.web.page_reading import fingerprint
from tests.web.world import NINE, Clock, Person, paper_code, paper_of, right_answers, schedule

People = Callable[[str], Person]
QUESTION = "/sittings/demo/correct/question?uid=single-1"

STATUS = {
    "/sittings/demo/correct": {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 200, "marker": 403, "inspector": 403},
    QUESTION: {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 200, "marker": 403, "inspector": 403},
    "/sittings/demo/correct/question?uid=none": {"organiser": 404},
    "/sittings/none/correct": {"organiser": 404},
    "/sittings/demo/corrections/1": {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 200, "marker": 403, "inspector": 200},
    "/sittings/demo/corrections/2": {"organiser": 404},
    "/sittings/demo/corrections/1/notice.pdf": {"": 302, "q001": 403, "setter": 403, "organiser": 200, "marker": 403, "inspector": 200},
}
POSTS = {"": 401, "nobody": 403, "q001": 403, "setter": 403, "organiser": 422, "marker": 403, "inspector": 403}


@pytest.fixture
def over(web_engine: Engine, clock: Clock) -> Engine:
    """The sitting is over: 王秀英 was right in everything, 李强 chose the last option wherever one is chosen; both are graded."""
    _sit(web_engine, "Q001", right_answers(web_engine, "Q001"))
    paper = paper_of(web_engine, "Q002")
    wrong = {slot.number: ["D"] for slot in paper.slots if slot.question.type in (QuestionType.SINGLE, QuestionType.MULTIPLE)}
    _sit(web_engine, "Q002", right_answers(web_engine, "Q002") | wrong)
    clock.go_on(hours=3)
    return web_engine


@pytest.mark.parametrize(("path", "login", "status"), [(path, who, status) for path, row in STATUS.items() for who, status in row.items()])
def test_who_may_open_a_page(person: People, over: Engine, path: str, login: str, status: int) -> None:
    """Keys and names: for organisers; what was done also for inspectors."""
    _correct(person("organiser"), remedy="full")
    assert person(login).get(path).status_code == status


@pytest.mark.parametrize(("login", "status"), POSTS.items())
def test_who_may_send_the_form(person: People, over: Engine, login: str, status: int) -> None:
    """The form is refused to other roles, and an empty one is told what is missing."""
    assert person(login).post(QUESTION).status_code == status


def test_who_sat_it_corrects_nothing_even_when_it_is_over(person: People, over: Engine) -> None:
    """The key they choose would mark their own answers."""
    with writing(over) as db:
        row = cadre_rows(db, ["Q003"])["Q003"]
        db.query(AccountRow).filter(AccountRow.login == "organiser").update({"cadre_id": row.id})
    organiser = person("organiser")
    assert organiser.get("/sittings/demo/correct").status_code == 403
    assert organiser.post(QUESTION, {"remedy": "full", "reason": "x"}).status_code == 403


def test_other_sittings_with_the_question_stand_on_its_page(person: People, over: Engine) -> None:
    organiser = person("organiser")
    assert "别的考试里也有这道题" not in organiser.get(QUESTION).text
    schedule(over, "next", opens_at=NINE + timedelta(days=3))
    page = organiser.get(QUESTION).text
    table = page[page.index("别的考试里也有这道题") :]
    assert "next季度测试" in table
    assert "未开始" in table
    assert 'href="/sittings/next"' in page


def test_it_is_shown_first_and_done_when_confirmed(person: People, over: Engine, code: str) -> None:
    """The first answer names who gains and stores nothing; the second does it; the people concerned are told."""
    organiser = person("organiser")
    assert "single-1" in organiser.get("/sittings/demo/correct").text
    assert "单选第1号" in organiser.get("/sittings/demo/correct?search=单选第1号").text
    sent = {"remedy": "better", "key": "D", "reason": "文件<b>已修订</b>"}
    seen = organiser.post(QUESTION, sent)
    assert seen.status_code == 200
    text = _words(seen.text)
    assert "成绩有变动1人" in text
    assert "李强" in text
    assert "王秀英" not in text
    assert "&lt;b&gt;已修订" in seen.text
    assert _count(over) == 0
    reply = organiser.post(QUESTION, {**sent, "confirmed": fingerprint(seen.text)})
    assert reply.status_code == 303
    page = organiser.get(reply.location).text
    assert "2份答卷已重新评分" in page
    assert "原答案“对，先核实”，新答案“错，先发文”" in page
    assert "已更正" in organiser.get("/sittings/demo/correct").text
    assert "按第1次更正计分" in organiser.get(QUESTION).text
    mine = person("q002").get(f"/papers/{paper_code(over, 'Q002')}/result").text
    number = _slot(over, "Q002")
    assert f"第{number}题0→2分，总分" in _words(mine)
    assert "&lt;b&gt;已修订" in mine
    assert "按第1次更正：答对。" in mine
    other = person("q001").get(f"/papers/{code}/result").text
    assert f"第{_slot(over, 'Q001')}题得分不变，总分不变" in _words(other)


def test_a_confirmation_holds_for_what_was_shown_only(person: People, over: Engine) -> None:
    """A forged or stale fingerprint stores nothing."""
    organiser = person("organiser")
    first = organiser.post(QUESTION, {"remedy": "full", "reason": "x"})
    stale = fingerprint(first.text)
    for wish in ({"remedy": "drop"}, {"remedy": "new_key", "key": "B"}):
        answer = organiser.post(QUESTION, {**wish, "reason": "x", "confirmed": stale})
        assert answer.status_code == 409
        assert "已经过时" in answer.text
    assert organiser.post(QUESTION, {"remedy": "full", "reason": "x", "confirmed": "0" * 64}).status_code == 409
    assert _count(over) == 0


def test_a_confirmation_sent_twice_is_one_correction_with_one_receipt(person: People, over: Engine) -> None:
    """A double click, or the page gone back to; another reason is another wish, and is told that it changes nothing."""
    organiser = person("organiser")
    sent = {"remedy": "full", "reason": "题目有误"}
    sent["confirmed"] = fingerprint(organiser.post(QUESTION, dict(sent)).text)
    first, second = organiser.post(QUESTION, dict(sent)), organiser.post(QUESTION, dict(sent))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert _count(over) == 1
    other = organiser.post(QUESTION, {**sent, "reason": "别的理由"})
    assert (other.status_code, "现在就是这样计分的" in other.text) == (409, True)


@pytest.mark.parametrize(
    ("sent", "status", "told"),
    [
        ({"remedy": "full"}, 422, "请写明原因"),
        ({"reason": "x"}, 422, "请从列出的选项中选择"),
        ({"remedy": "nothing", "reason": "x"}, 422, "请从列出的选项中选择"),
        ({"remedy": "new_key", "reason": "x"}, 409, "请选择新答案"),
        ({"remedy": "new_key", "key": "A", "reason": "x"}, 409, "新答案与原答案相同"),
        ({"remedy": "new_key", "key": "Z", "reason": "x"}, 409, "新答案与题目不符"),
        ({"remedy": "original", "reason": "x"}, 409, "现在就是这样计分的"),
    ],
)
def test_what_is_missing_is_told_and_what_was_written_stays(person: People, over: Engine, sent: dict[str, object], status: int, told: str) -> None:
    """No correction without remedy, key and reason."""
    answer = person("organiser").post(QUESTION, sent)
    assert answer.status_code == status
    assert told in answer.text
    assert _count(over) == 0
    if "reason" in sent:
        assert 'value="x"' in answer.text


def test_it_waits_for_the_end_of_the_sitting(person: People, web_engine: Engine) -> None:
    """While people sit, the question can be read but not corrected."""
    organiser = person("organiser")
    page = organiser.get(QUESTION)
    assert "结束后才能更正" in page.text
    assert 'name="remedy"' not in page.text
    assert organiser.post(QUESTION, {"remedy": "full", "reason": "x"}).status_code == 409


@pytest.mark.parametrize("uid", ["single-1", "multiple-1", "true-false-1", "fill-in-1"])
def test_every_type_offers_the_fields_of_its_key(person: People, over: Engine, uid: str) -> None:
    """What a page offers can be sent back as it is: it is the same key."""
    organiser = person("organiser")
    page = organiser.get(f"/sittings/demo/correct/question?uid={uid}").text
    keys = [match[1] for match in re.finditer(r'name="key" value="(\w)" checked', page)]
    blanks = [text.split("</textarea>")[0].split(">\n", 1)[1] for text in page.split('name="blank')[1:]]
    sent = {"remedy": "new_key", "reason": "x", "key": keys, **{f"blank{at}": text for at, text in enumerate(blanks)}}
    answer = organiser.post(f"/sittings/demo/correct/question?uid={uid}", sent)
    assert "新答案与原答案相同" in answer.text


def test_blanks_are_corrected_line_by_line(person: People, over: Engine) -> None:
    """Each line is an accepted answer, on the preview page as on the first."""
    organiser = person("organiser")
    where = "/sittings/demo/correct/question?uid=fill-in-1"
    sent = {"remedy": "new_key", "reason": "x", "blank0": "6\r\n半年", "blank1": "县政府"}
    odd = organiser.post(where, sent)
    assert odd.status_code == 409
    assert "答案“半年”不能当作数来比较" in odd.text
    sent["blank0"] = "6\r\n\r\n六\r\n"
    page = organiser.post(where, sent)
    assert "6个月 / 六个月；县政府" in page.text
    given = [text.split("</textarea>")[0].split(">\n", 1)[1] for text in page.text.split('<textarea name="blank')[1:]]
    done = organiser.post(where, {**sent, "blank0": given[0], "blank1": given[1], "confirmed": fingerprint(page.text)})
    assert done.status_code == 303


def test_a_question_that_does_not_count_is_made_up_for_and_old_marks_can_be_read(person: People, over: Engine, code: str) -> None:
    """18 of 18 marks are 20 of 20 for one; the other sees what the rest made; the office reads each run as it was."""
    organiser = person("organiser")
    _correct(organiser, remedy="drop")
    mine = _words(person("q001").get(f"/papers/{code}/result").text)
    assert "20分，满分20分" in mine
    assert "有1题不计分：其余各题得18分（共18分），按满分20分折算为20分" in mine
    assert "本题不计分。" in mine
    page = organiser.get("/sittings/demo/cadres/Q002").text
    assert "评分记录" in page
    old = organiser.get("/sittings/demo/cadres/Q002?run=1").text
    assert "这是第1次评分时的样子" in old
    assert "有1题不计分" not in _words(old)
    assert organiser.get("/sittings/demo/cadres/Q002?run=9").status_code == 404
    assert person("inspector").get("/sittings/demo/cadres/Q002?run=1").status_code == 200


def test_the_notice_counts_and_names_nobody(person: People, over: Engine) -> None:
    """One side of A4: question, keys, reason, figures."""
    organiser = person("organiser")
    _correct(organiser, remedy="better", key="D")
    sent = organiser.get("/sittings/demo/corrections/1/notice.pdf")
    assert sent.headers["Content-Disposition"].endswith("demo-correction-1.pdf")
    document = pypdfium2.PdfDocument(BytesIO(sent.data))
    text = "".join("".join(page.get_textpage().get_text_range() for page in document).split())
    document.close()
    for told in ("试题更正公告", "demo季度测试", "single-1", "单选第1号", "对，先核实", "错，先发文", "答案有误", "成绩变动1人：加分1人，减分0人"):
        assert told in text
    for name in ("王秀英", "李强", "Q001", "Q002"):
        assert name not in text


def _correct(organiser: Person, **wish: object) -> None:
    seen = organiser.post(QUESTION, {"reason": "答案有误", **wish})
    assert organiser.post(QUESTION, {"reason": "答案有误", **wish, "confirmed": fingerprint(seen.text)}).status_code == 303


def _words(page: str) -> str:
    """What the page says, without mark-up and spaces."""
    return "".join(re.sub(r"<[^>]+>", "", page.split("<main", 1)[1]).split())


def _count(engine: Engine) -> int:
    with reading(engine) as db:
        return db.query(CorrectionRow).count()


def _slot(engine: Engine, number: str, uid: str = "single-1") -> int:
    return next(slot.number for slot in paper_of(engine, number).slots if slot.question.uid == uid)


def _sit(engine: Engine, number: str, answers: dict[int, list[str]]) -> None:
    actor = Actor(number, {Role.TRAINEE: "/"}, cadre_number=number)
    code = paper_code(engine, number)
    with writing(engine) as db:
        attempts.start(db, actor, code, NINE + timedelta(minutes=1))
        saves = [Save(slot, value, slot) for slot, value in answers.items()]
        handing_in.submit(db, actor, code, saves, "d", NINE + timedelta(minutes=9))
