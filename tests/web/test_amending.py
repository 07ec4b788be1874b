"""Pages of amendments and of what is published: who may open them, nothing happens unconfirmed, the commitment before and the seed after."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pypdfium2
import pytest
from sqlalchemy import Engine, update

from quiz.assembly.proof import verify_proof
from quiz.core.access import command_line
from quiz.core.roster import Cadre, Post, PostKind, Roster
from quiz.storage.engine import reading, writing
from quiz.storage.papers import read_paper
from quiz.storage.rosters import cadre_rows
from quiz.storage.sittings import get_sitting, seats_of_sitting
from quiz.storage.tables import AccountRow, AmendmentRow
from quiz.usecases import publishing, rosters
from tests.web.world import NINE, Clock, Person, make_questions, make_roster, schedule

People = Callable[[str], Person]

STATUS = {
    "/sittings/demo/amend": {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 200, "marker": 403, "inspector": 403},
    "/sittings/demo/notice.pdf": {"": 302, "nobody": 403, "q001": 403, "setter": 403, "organiser": 200, "marker": 403, "inspector": 200},
    "/sittings/none/amend": {"organiser": 404},
    "/sittings/none/notice.pdf": {"organiser": 404},
}


@pytest.mark.parametrize(("path", "login", "status"), [(path, who, status) for path, row in STATUS.items() for who, status in row.items()])
def test_who_may_open_a_page(person: People, path: str, login: str, status: int) -> None:
    """Each page opens for its roles only."""
    assert person(login).get(path).status_code == status


@pytest.mark.parametrize(("login", "status"), [("", 401), ("q001", 403), ("setter", 403), ("marker", 403), ("inspector", 403), ("organiser", 422)])
def test_who_may_send_the_form(person: People, login: str, status: int) -> None:
    """The form is refused to other roles, and an empty one is told what is missing."""
    assert person(login).post("/sittings/demo/amend", {"form": "question"}).status_code == status


@pytest.fixture
def coming(web_engine: Engine) -> str:
    """A sitting that opens tomorrow, drawn from a bank with two more questions of each kind."""
    with writing(web_engine) as db:
        more = [type(q)(**{**{f: getattr(q, f) for f in q.__dataclass_fields__}, "uid": f"{q.uid}-more", "stem": f"另{q.stem}{n}"})
                for n, q in enumerate(make_questions())]  # fmt: skip
        publishing.publish(db, command_line("tests"), NINE - timedelta(hours=20), more)
    schedule(web_engine, "coming", opens_at=NINE + timedelta(days=1))
    return "coming"


def uids(engine: Engine, code: str, number: str = "Q001") -> list[str]:
    """What stands on a cadre's paper."""
    with reading(engine) as db:
        row = get_sitting(db, code)
        assert row is not None
        return [slot.question.uid for slot in read_paper(seats_of_sitting(db, row, numbers=[number])[0].paper).slots]


def amendments(engine: Engine) -> int:
    """How many amendments are stored."""
    with reading(engine) as db:
        return db.query(AmendmentRow).count()


def test_a_replacement_is_shown_first_and_done_when_confirmed(person: People, web_engine: Engine, coming: str) -> None:
    """The first answer counts the papers and changes nothing; the second does it and logs it."""
    organiser, old = person("organiser"), uids(web_engine, coming)[0]
    sent = {"form": "question", "question-what": old, "question-reason": "<b>答案</b>有误"}
    seen = organiser.post(f"/sittings/{coming}/amend", sent)
    assert seen.status_code == 200
    assert re.search(rf"将换掉\d份试卷上的{old}", seen.text)
    assert "&lt;b&gt;答案" in seen.text
    assert f'value="{old}"' in seen.text
    assert amendments(web_engine) == 0
    reply = organiser.post(f"/sittings/{coming}/amend", {**sent, "question-confirmed": old})
    assert reply.status_code == 303
    assert old not in uids(web_engine, coming)
    page = organiser.get(reply.location).text
    assert "第1次更正已完成" in page
    assert f"份试卷上的{old}" in page
    again = organiser.post(f"/sittings/{coming}/amend", {**sent, "question-confirmed": old})
    assert again.status_code == 409
    assert f"这场考试的试卷上没有{old}" in again.text


def test_a_confirmation_holds_for_what_was_shown_only(person: People, web_engine: Engine, coming: str) -> None:
    """Another question than the one confirmed is shown first."""
    first, second = uids(web_engine, coming)[:2]
    sent = {"form": "question", "question-what": second, "question-reason": "错", "question-confirmed": first}
    assert person("organiser").post(f"/sittings/{coming}/amend", sent).status_code == 200
    assert amendments(web_engine) == 0


def test_without_a_reason_nothing_happens(person: People, web_engine: Engine, coming: str) -> None:
    """The reason is asked for, confirmed or not."""
    old = uids(web_engine, coming)[0]
    reply = person("organiser").post(f"/sittings/{coming}/amend", {"form": "question", "question-what": old, "question-confirmed": old})
    assert reply.status_code == 422
    assert "请写明原因" in reply.text
    assert amendments(web_engine) == 0


def test_somebody_late_gets_a_paper(person: People, web_engine: Engine, clock: Clock) -> None:
    """While the window is open, by the same two steps; the trainee finds it at once."""
    roster = make_roster()
    late = Cadre("Q009", "钱迟", "T01", posts=(Post(PostKind.TOWNSHIP_STAFF, "T01", NINE.date() - timedelta(days=400)),))
    with writing(web_engine) as db:
        rosters.load_roster(db, command_line("tests"), NINE, Roster(roster.units, (*roster.cadres, late)))
    organiser = person("organiser")
    sent = {"form": "cadre", "cadre-what": "Q009", "cadre-reason": "本周到任"}
    assert "将为钱迟（Q009）补一份试卷" in organiser.post("/sittings/demo/amend", sent).text
    assert organiser.post("/sittings/demo/amend", {**sent, "cadre-confirmed": "Q009"}).status_code == 303
    assert len(uids(web_engine, "demo", "Q009")) == 8
    assert "为工号Q009补卷" in organiser.get("/sittings/demo/amend").text
    unknown = organiser.post("/sittings/demo/amend", {**sent, "cadre-what": "Q777"})
    assert (unknown.status_code, "花名册里没有工号为Q777的干部" in unknown.text) == (409, True)
    assert "考试已经开始，不能再换题" in organiser.get("/sittings/demo/amend").text
    clock.go_on(hours=3)
    closed = organiser.get("/sittings/demo/amend").text
    assert "考试已经结束，不能再补卷" in closed
    assert 'name="form" value=' not in closed


def test_the_proof_is_for_organisers_and_inspectors_after_the_end(person: People, clock: Clock) -> None:
    """Refused before the end and to others; afterwards it verifies."""
    organiser = person("organiser")
    early = organiser.post("/sittings/demo/proof.json")
    assert early.status_code == 409
    assert "考试结束后才能公布" in early.text
    assert "下载组卷证明" not in organiser.get("/sittings/demo").text
    clock.go_on(hours=3)
    assert {login: person(login).post("/sittings/demo/proof.json").status_code for login in ("", "q001", "setter", "marker")} == {
        "": 401, "q001": 403, "setter": 403, "marker": 403
    }  # fmt: skip
    assert "下载组卷证明" in organiser.get("/sittings/demo").text
    proof = person("inspector").post("/sittings/demo/proof.json")
    assert proof.headers["Content-Disposition"].endswith("demo-proof.json")
    assert verify_proof(json.loads(proof.data)).is_proven


def test_a_candidate_among_the_organisers_amends_nothing(person: People, web_engine: Engine) -> None:
    """Somebody who sits the sitting would learn questions from it."""
    with writing(web_engine) as db:
        row = cadre_rows(db, ["Q001"])["Q001"]
        db.execute(update(AccountRow).where(AccountRow.login == "q001").values(cadre_id=None))
        db.execute(update(AccountRow).where(AccountRow.login == "organiser").values(cadre_id=row.id))
    assert person("organiser").get("/sittings/demo/amend").status_code == 403


def test_the_commitment_is_shown_before_and_the_seed_after(person: People, web_engine: Engine, clock: Clock, code: str) -> None:
    """To the trainee on the notice, to the organiser on the sitting's page and in print; the seed never a minute early."""
    seed = bytes(range(32)).hex()
    with reading(web_engine) as db:
        row = get_sitting(db, "demo")
        assert row is not None
        commitment = row.commitment
    trainee, organiser = person("q001"), person("organiser")

    def printed() -> str:
        pages = pypdfium2.PdfDocument(BytesIO(organiser.get("/sittings/demo/notice.pdf").data))
        return "".join("".join(page.get_textpage().get_text_range() for page in pages).split())

    for page in (trainee.get(f"/papers/{code}").text, organiser.get("/sittings/demo").text, printed()):
        assert commitment in page
        assert seed not in page
    trainee.post(f"/papers/{code}/start")
    trainee.post(f"/papers/{code}/submit")
    assert seed not in trainee.get(f"/papers/{code}/result").text
    clock.at = NINE + timedelta(hours=2, minutes=10)
    assert seed not in trainee.get(f"/papers/{code}").text
    clock.go_on(seconds=1)
    for page in (trainee.get(f"/papers/{code}").text, trainee.get(f"/papers/{code}/result").text, organiser.get("/sittings/demo").text, printed()):
        assert commitment in page
        assert seed in page
