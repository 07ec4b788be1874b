"""Certificates on the pages: issued, printed, checked by anybody, withdrawn."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import Engine, select

from quiz.core.admission import grouped
from quiz.storage.engine import reading
from quiz.storage.tables import CertificateRow
from tests.web.test_make_up import sit
from tests.web.world import SITTING, Clock, Person

RULE = {"title": "合格证书", "least": "12", "valid_from": "2026-12-01", "months": "12"}


@pytest.fixture
def passed(app: Flask, trainee: Person, clock: Clock) -> None:
    """王秀英 passed with full marks; the sitting is over."""
    sit(trainee, app, "Q001", 8)
    clock.go_on(hours=3)


def code_in(engine: Engine) -> str:
    """The code of the newest certificate."""
    with reading(engine) as db:
        return db.scalars(select(CertificateRow.code).order_by(CertificateRow.id.desc())).first() or ""


@pytest.mark.usefixtures("passed")
def test_from_the_rule_to_the_check(trainee: Person, person: Callable[[str], Person], web_engine: Engine) -> None:
    organiser, stranger = person("organiser"), person("")
    place = f"/sittings/{SITTING}/certificates"
    assert f'href="{place}"' in organiser.get(f"/sittings/{SITTING}").text
    assert "还有1人可以发证" in organiser.get(place).text
    assert organiser.post(f"{place}/issue", {**RULE, "title": ""}).status_code == 422
    assert organiser.post(f"{place}/issue", {**RULE, "least": "1"}).status_code == 409
    assert organiser.post(f"{place}/issue", RULE).location == f"{place}?issued=1"
    listed = organiser.get(place).text
    assert all(told in listed for told in ("KX2026-000001", "王秀英", "有效", "柳溪镇"))
    assert "撤销" not in person("inspector").get(place).text.split("<table>")[1]

    assert "KX2026-000001" in trainee.get("/record").text
    reply = trainee.get("/record/certificates/KX2026-000001.pdf")
    text = pypdfium2.PdfDocument(reply.data)[0].get_textpage().get_text_range()
    code = code_in(web_engine)
    assert all(told in text for told in ("王秀英同志（柳溪镇）", "KX2026-000001", "2026年12月1日至2027年11月30日", grouped(code)))
    assert "20" not in text.replace("2026", "").replace("2027", "")  # no score
    assert organiser.get("/records/Q001/certificates/KX2026-000001.pdf").data == reply.data
    assert person("q002").get("/record/certificates/KX2026-000001.pdf").status_code == 404

    page = stranger.get(f"/verify?code={grouped(code).lower()}").text
    assert all(told in page for told in ("王秀英", "合格证书", "有效", "2026年12月1日至2027年11月30日"))
    assert not any(told in page for told in ("柳溪镇", "Q001", SITTING, "demo季度测试", "20分"))
    assert stranger.get("/verify?code=ABCD").status_code == 404
    assert "输入证书上的查验码" in stranger.get("/verify").text

    assert organiser.post(f"{place}/KX2026-000001/withdraw", {"reason": ""}).status_code == 409
    assert organiser.post(f"{place}/KX2026-000001/withdraw", {"reason": "姓名有误"}).status_code == 303
    page = stranger.get(f"/verify?code={code}").text
    assert "已撤销" in page
    assert "姓名有误" not in page  # why is for the person and the office
    assert "姓名有误" in trainee.get("/record").text
    assert trainee.get("/record/certificates/KX2026-000001.pdf").status_code == 409


def test_before_results_are_out_there_are_none(person: Callable[[str], Person]) -> None:
    assert person("organiser").get(f"/sittings/{SITTING}/certificates").status_code == 409
