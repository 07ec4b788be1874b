"""The workbench: from a first text to publication by two people in pages, with every refusal told where it happens."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from quiz.core.access import Person as Reader
from quiz.core.access import Role, command_line
from quiz.core.profile import Dataset, Fact, Place
from quiz.core.question import Question
from quiz.core.review import STEP_NAMES, State, Step
from quiz.core.roster import UnitKind
from quiz.core.template import Template, fact_names
from quiz.storage.engine import reading, writing
from quiz.storage.tables import ProposalRow
from quiz.usecases import accounts, publishing
from quiz.web.proposal_text import MOST_LINES, check_text, lines_of
from quiz.web.question_changes import FIELD_NAMES, OWN_OF_A_PART, changes, pieces
from tests.web.world import NINE, PASSWORD, Person, engine_of, make_longer_questions, make_questions

People = Callable[[str], Person]
DAY = date(2026, 12, 1)
HOSTILE = "<script>alert(1)</script>"

ONE = """\
category: general/water
area: water
department: 县水利局
label: confirmed
documents:
  law: {title: 供水办法, number: 〔2026〕1号, issuer: 县政府, date: 2026-01-01}
questions:
  - id: bench-1
    type: single
    stem: 根据《供水办法》第三条，村民反映停水时，村干部应当首先（　　）。
    options: {A: 入户核实情况, B: 等待上级通知, C: 发布书面公告, D: 召开村民会议}
    key: A
    level: recall
    topic: 供水
    source: {document: law, clause: 第三条}
    valid_from: 2026-01-01
    valid_to: open
    explanation: 第三条规定先核实再报告。
"""
"""A file with one question."""

TEXT = (
    ONE
    + """\
  - id: bench-2
    type: ordering
    stem: 根据《供水办法》第四条，按处理停水的先后排列。
    items: [接到反映, 入户核实, 报告镇里, 回访农户]
    level: application
    topic: 供水
    source: {document: law, clause: 第四条}
    valid_from: 2026-01-01
    valid_to: open
    explanation: 第四条规定了先后。
"""
)


@pytest.fixture
def setters(app: Flask, person: People) -> tuple[Person, Person]:
    """An author and a second reader."""
    with writing(engine_of(app)) as session:
        accounts.create_account(session, command_line("tests"), NINE, "reader", "陈审题", PASSWORD, [Role.SETTER])
    return person("setter"), person("reader")


def seen_in(page: str) -> str:
    """The state of the text that a page was made from."""
    return page.split('name="seen" value="', 1)[1].split('"', 1)[0]


def send(who: Person, path: str, **data: object) -> TestResponse:
    """Open the page and send its form."""
    return who.post(path, {"seen": seen_in(who.get(path).text), **data})


def start(who: Person, text: str = TEXT, title: str = "饮水补充") -> str:
    """Save a new proposal; return its address."""
    answer = who.post("/bank/proposals/new", {"title": title, "source": text}, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text
    return str(answer.location).split("?")[0]


def state_of(engine: Engine, path: str) -> str:
    """Where a proposal stands."""
    with reading(engine) as session:
        return session.get_one(ProposalRow, int(path.rsplit("/", 1)[1])).state


STATUS = {
    "/bank/proposals": 200,
    "/bank/proposals/new": 200,
    "/bank/proposals/1": 200,
    "/bank/proposals/1/print.pdf": 200,
    "/bank/proposals/9": 404,
    "/bank/proposals/99999999999999999999": 404,
    "/bank/proposals/9/print.pdf": 404,
    "/bank/lapses": 200,
    "/bank/questions/single-1/history": 200,
    "/bank/questions/none/history": 404,
}


@pytest.mark.parametrize("login", ["", "nobody", "q001", "setter", "organiser", "marker", "inspector"])
def test_who_may_open_a_page(person: People, login: str) -> None:
    """Texts and keys are for setters only; others learn nothing, not even which proposals there are."""
    start(person("setter"))
    who = person(login)
    for path, status in STATUS.items():
        known = path != "/bank/proposals/99999999999999999999"
        wanted = status if login == "setter" or not known else 403 if login else 302
        assert who.get(path).status_code == wanted, path
    if login != "setter":
        for path in ("/bank/proposals/new", "/bank/proposals/1", "/bank/questions/single-1/retire"):
            assert who.post(path, {"source": TEXT, "do": "save"}).status_code == (403 if login else 401), path


def test_the_whole_way_in_pages(setters: tuple[Person, Person], web_engine: Engine) -> None:
    """Saved, submitted, returned, mended, approved by the other person, published; each step stands in the story."""
    author, reader = setters
    path = start(author)
    assert "没有错误，可以送审" in author.get(f"{path}?done=save").text
    assert send(author, path, do="submit", source=TEXT, title="饮水补充").status_code == 302
    assert "等我审核" in reader.get("/bank/proposals").text
    assert "我已送审" in author.get("/bank/proposals").text
    page = reader.get(path).text
    assert page.index("请对照文件原文") < page.index("bench-1")
    refused = send(reader, path, do="return", comment="  ")
    assert refused.status_code == 422
    assert "退回时请写明" in refused.text
    assert send(reader, path, do="return", comment="第1题解析太短").status_code == 302
    assert "退回给我修改" in author.get("/bank/proposals").text
    assert "第1题解析太短" in author.get(path).text
    better = TEXT.replace("先核实再报告。", "先核实再报告，当天回复农户。")
    assert send(author, path, do="submit", source=better, title="饮水补充").status_code == 302
    assert send(reader, path, do="approve").status_code == 302
    page = author.get(path).text
    assert "陈审题审核" in page
    assert "发布后，题库新增2题，0题不变" in "".join(page.split("\n"))
    assert send(author, path, do="publish").status_code == 302
    assert state_of(web_engine, path) == State.PUBLISHED
    assert 'name="do"' not in author.get(path).text
    story = author.get(path).text.split('id="story"')[1]
    way = (Step.SAVE, Step.SUBMIT, Step.RETURN, Step.SAVE, Step.SUBMIT, Step.APPROVE, Step.PUBLISH)
    assert re.findall("<b>(.+?)</b>", story) == [STEP_NAMES[step] for step in way]
    history = author.get("/bank/questions/bench-1/history").text
    assert "孙命题编写" in history
    assert "陈审题审核" in history
    assert "第二人审核：陈审题" in author.get("/bank/questions/bench-1").text


def test_nobody_approves_their_own(setters: tuple[Person, Person], web_engine: Engine) -> None:
    """The author sees no such button, and a forged form is refused; nobody publishes what is not approved."""
    author, reader = setters
    path = start(author)
    send(author, path, do="submit")
    page = author.get(path).text
    assert 'value="approve"' not in page
    assert "您不能审核自己的稿子" in page
    for step in ("approve", "return", "publish", "save"):
        answer = send(author, path, do=step, comment="好", source=TEXT)
        assert answer.status_code == 409, step
    assert "由第二人审核" in send(author, path, do="approve").text
    for step in ("publish", "withdraw", "submit"):
        assert send(reader, path, do=step).status_code == 409, step
    assert state_of(web_engine, path) == State.SUBMITTED
    assert send(reader, path, do="dance").status_code == 400


def test_faults_stand_beside_their_lines_and_stop_submission(setters: tuple[Person, Person], web_engine: Engine) -> None:
    """The wrong key's message follows its line, the rest of the text stays; the typed text is saved and kept."""
    author, _ = setters
    bad = TEXT.replace("key: A", "key: E")
    path = start(author)
    answer = send(author, path, do="submit", source=bad, title="改过的名称")
    assert answer.status_code == 422
    assert "还有1处错误" in answer.text
    line = bad.split("\n").index("    key: E") + 1
    listing = answer.text.split('class="source"')[1]
    assert f'id="L{line}"' in listing
    assert listing.index(f'id="L{line}"') < listing.index("Q202") < listing.index(f'id="L{line + 1}"')
    assert "<mark>E</mark>" in listing
    assert f'href="#L{line}"' in answer.text
    assert "错误：" in listing
    assert "key: E" in answer.text.split("<textarea")[1].split("</textarea>")[0]
    assert state_of(web_engine, path) == State.DRAFT
    assert "改过的名称" in author.get(path).text
    warned = TEXT.replace("A: 入户核实情况", "A: 入户核实停水的原因范围和影响的农户数量")
    page = send(author, path, do="save", source=warned, follow=1)
    assert page.status_code == 302
    page = author.get(path).text
    assert "C904" in page
    assert "警告：" in page
    assert send(author, path, do="submit").status_code == 302


def test_two_windows_never_overwrite_each_other_in_silence(setters: tuple[Person, Person]) -> None:
    """What was typed on an old page is kept on the page and not stored; a reader approves only the text that was read."""
    author, reader = setters
    path = start(author)
    old = seen_in(author.get(path).text)
    send(author, path, do="save", source=TEXT.replace("供水\n", "供水甲\n"))
    answer = author.post(path, {"seen": old, "do": "save", "source": TEXT.replace("供水\n", "供水乙\n"), "title": "乙"})
    assert answer.status_code == 409
    assert "供水乙" in answer.text
    assert "供水甲" in author.get(path).text
    again = author.post(path, {"seen": seen_in(answer.text), "do": "save", "source": TEXT.replace("供水\n", "供水乙\n"), "title": "乙"})
    assert again.status_code == 302
    send(author, path, do="submit")
    read = seen_in(reader.get(path).text)
    assert reader.post(path, {"seen": old, "do": "approve"}).status_code == 409
    assert reader.post(path, {"do": "approve"}).status_code == 409
    assert reader.post(path, {"seen": read, "do": "approve"}).status_code == 302


def test_what_changes_is_shown(setters: tuple[Person, Person], web_engine: Engine) -> None:
    """A changed explanation shows both wordings; what the text leaves out is told; an unchanged text changes nothing."""
    author, reader = setters
    with writing(web_engine) as session:
        publishing.publish(session, command_line("tests"), NINE, check_text(TEXT, "t", DAY).items, reader=Reader.as_typed("乙"))
    changed = TEXT.replace("先核实再报告。", "先核实再报告，并当天回复。")
    page = author.get(start(author, changed)).text
    compared = page.split('class="compared"')[1].split("</dl>")[0]
    assert "<dt>解析</dt>" in compared
    assert "先核实再报告<ins>，并当天回复</ins>。" in compared
    assert page.count('class="compared"') == 1
    assert ">未改动<" in page
    assert "single-1" in page.split("这份稿子里没有的题")[1]
    path = start(author, TEXT)
    send(author, path, do="submit")
    send(reader, path, do="approve")
    assert "2题都与已发布的相同" in reader.get(path).text


def test_a_question_is_shown_as_it_is_sat(setters: tuple[Person, Person]) -> None:
    """The trainee's view holds no key; an ordering is not shown in its right order."""
    page = start_page(setters[0])
    asked = page.split('class="asked"')
    assert "先核实再报告" not in asked[1].split("</article>")[0]
    items = [asked[2].index(text) for text in ("接到反映", "入户核实", "报告镇里", "回访农户")]
    assert items != sorted(items)


def start_page(who: Person, text: str = TEXT) -> str:
    """The page of a new proposal."""
    return str(who.get(start(who, text)).text)


def test_every_type_and_a_template(setters: tuple[Person, Person], web_engine: Engine) -> None:
    """Longer types and templates have their preview, their diff and their print."""
    longer = Path("question_banks/general/monitoring.yaml").read_text("utf-8")
    path = start(setters[0], longer)
    page = setters[0].get(path).text
    assert 'class="proof"' in page
    assert pypdfium2.PdfDocument(setters[0].get(f"{path}/print.pdf").data)
    template = Path("question_banks/township/three-categories.yaml").read_text("utf-8")
    path = start(setters[0], template)
    assert "还没有可以代入的本地资料" in setters[0].get(path).text
    assert setters[0].get(f"{path}/print.pdf").status_code == 409
    names = {name for item in check_text(template, "t", DAY).items if isinstance(item, Template) for name in fact_names(item)}
    facts = [{name: Fact(number=40 + n + i) for i, name in enumerate(sorted(names))} for n in range(6)]
    places = tuple(Place(f"T{n:02}", f"第{n}镇", UnitKind.TOWNSHIP, facts=facts[n]) for n in range(1, 6))
    with writing(web_engine) as session:
        publishing.publish(session, command_line("tests"), NINE, [], (), [Dataset("q", "青岚县", DAY, "台账", "县农业农村局", places)])
    assert "代入示例：第1镇" in setters[0].get(path).text
    assert setters[0].get(f"{path}/print.pdf").mimetype == "application/pdf"


def test_print_is_a_pdf_of_the_questions(setters: tuple[Person, Person]) -> None:
    """The proof says that it is one."""
    answer = setters[0].get(start(setters[0]) + "/print.pdf")
    assert answer.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(answer.data)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    assert "入户核实" in text
    assert "打印样张" in text
    empty = start(setters[0], "questions: []")
    refused = setters[0].get(f"{empty}/print.pdf")
    assert refused.status_code == 409
    assert "没有可以打印的题目" in refused.text


def test_hostile_text_is_text(setters: tuple[Person, Person]) -> None:
    """Mark-up in every field, in title, file name and comment reaches the page as text."""
    author, reader = setters
    text = TEXT
    for word in ("县水利局", "供水办法", "县政府", "第三条", "停水", "入户核实", "供水", "先核实再报告", "〔2026〕1号", "general/water", "recall"):
        text = text.replace(word, f'{word}{HOSTILE}"')
    hostile = f"category: {HOSTILE}\narea: {HOSTILE}\nquestions:\n  - id: {HOSTILE}\n    {HOSTILE}: {HOSTILE}\n"
    for source in (text, text.replace(f'general/water{HOSTILE}"', "general/water").replace(f'recall{HOSTILE}"', "recall"), hostile):
        assert HOSTILE not in start_page(author, source)
    path = start(author, TEXT.replace("先核实", HOSTILE), title=HOSTILE)
    send(author, path, do="submit")
    assert send(reader, path, do="return", comment=HOSTILE).status_code == 302
    for page in (author.get(path).text, author.get("/bank/proposals").text, reader.get(path).text):
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (TEXT.encode("gb18030"), "GBK"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04\x00\xff\xfe\x80\x81", "UTF-8"),
        (TEXT.replace("供水", "供\0水").encode(), "看不见的字符"),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_its_reason(setters: tuple[Person, Person], content: bytes, told: str) -> None:
    """Nothing is stored; what stood in the field stays there."""
    author, _ = setters
    sent = {"file": (BytesIO(content), "<b>题库.yaml"), "source": "typed: before", "title": "t"}
    answer = author.post("/bank/proposals/new", sent)
    assert answer.status_code == 422
    assert told in answer.text
    assert "<b>题库" not in answer.text
    assert "typed: before" in answer.text
    path = start(author)
    answer = send(author, path, do="save", file=(BytesIO(content), "题库.yaml"), source="typed: again")
    assert answer.status_code == 422
    assert "typed: again" in answer.text
    assert "typed: again" not in author.get(path).text


def test_uploads_and_line_ends(setters: tuple[Person, Person], web_engine: Engine) -> None:
    """A file replaces the field; byte order mark and CR LF are not stored; a proposal without a name takes the file's or the category's."""
    author, _ = setters
    content = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()
    answer = author.post("/bank/proposals/new", {"file": (BytesIO(content), "饮水.yaml"), "source": ""})
    assert answer.status_code == 302
    with reading(web_engine) as session:
        rows = session.query(ProposalRow).all()
        assert [(row.title, row.source) for row in rows] == [("饮水.yaml", TEXT)]
    assert "general/water</h1>" in start_page_named(author)


def start_page_named(who: Person) -> str:
    """The page of a proposal without a name."""
    return str(who.get(start(who, title="")).text)


def test_what_is_missing_or_too_much(setters: tuple[Person, Person]) -> None:
    """No text, a name too long, more than a megabyte; just below it is read."""
    author, _ = setters
    assert author.post("/bank/proposals/new", {"source": " "}).status_code == 422
    assert author.post("/bank/proposals/new", {"source": TEXT, "title": "长" * 201}).status_code == 422
    assert send_long(author, "a" * 1_100_000).status_code == 413
    answer = send_long(author, TEXT + "# 注\n" * 120_000)
    assert answer.status_code == 302
    page = author.get(str(answer.location)).text
    assert "中间没有问题的行省略" in page
    assert len(page) < 5_000_000


def send_long(who: Person, text: str) -> TestResponse:
    """Send a long text as browsers do; the test client would put it into a file and leave that open."""
    parts = {"csrf_token": who.token, "source": text}
    body = "".join(f'--line\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts.items()) + "--line--\r\n"
    return who.client.post("/bank/proposals/new", data=body.encode(), content_type="multipart/form-data; boundary=line")


def test_retire_and_restore(setters: tuple[Person, Person]) -> None:
    """With a reason, from the question's page; the bank's list shows it."""
    author, _ = setters
    refused = author.post("/bank/questions/single-1/retire", {"reason": " "})
    assert refused.status_code == 422
    assert "请写明理由" in refused.text
    assert author.post("/bank/questions/single-1/retire", {"reason": "文件废止"}).status_code == 302
    assert "已停用" in author.get("/bank?text=single-1").text
    page = author.get("/bank/questions/single-1").text
    assert "恢复使用" in page
    assert author.post("/bank/questions/single-1/retire", {"reason": "仍有效", "back": "1"}).status_code == 302
    assert "已停用" not in author.get("/bank?text=single-1").text
    assert author.post("/bank/questions/none/retire", {"reason": "x"}).status_code == 404


def test_lapses(person: People, web_engine: Engine) -> None:
    """The soonest first, with the sitting it stands in; another span; nothing to come."""
    setter = person("setter")
    assert "没有题目到期" in setter.get("/bank/lapses").text
    soon, later = make_questions()[0], replace(make_questions()[1], valid_to=DAY + timedelta(days=100))
    with writing(web_engine) as session:
        publishing.publish(session, command_line("tests"), NINE, [replace(soon, valid_to=DAY + timedelta(days=12)), later])
    page = setter.get("/bank/lapses").text
    assert "还有12天" in page
    assert "涉及考试：demo季度测试" in page
    assert "multiple-1" not in page
    page = setter.get("/bank/lapses?days=180").text
    assert page.index("single-1") < page.index("multiple-1")
    assert setter.get("/bank/lapses?days=<b>").status_code == 200


def test_empty_and_full_lists_and_places(setters: tuple[Person, Person]) -> None:
    """The first page teaches the way; the setter's pages name each other."""
    author, reader = setters
    assert "先新建一份" in author.get("/bank/proposals").text
    start(author)
    assert "我的草稿" in author.get("/bank/proposals").text
    assert "其他人的稿子" in reader.get("/bank/proposals").text
    for path in ("/bank", "/bank/proposals", "/bank/lapses", "/bank/questions/single-1"):
        assert author.get(path).text.count("/bank/lapses") >= 1


def test_a_withdrawn_text_can_be_read_and_not_used(setters: tuple[Person, Person]) -> None:
    """It leaves the list."""
    author, _ = setters
    path = start(author)
    assert send(author, path, do="withdraw").status_code == 302
    assert 'name="do"' not in author.get(path).text
    assert "现在没有题库稿" in author.get("/bank/proposals").text


def test_the_sample_has_no_fault() -> None:
    """What the page shows to copy from is right, and so is the demo's text but for its one warning."""
    for path, doubts in (("templates/workbench/sample.yaml", 0), ("quiz/cli/demo_proposal.yaml", 1)):
        checked = check_text(Path(path).read_text("utf-8"), "t", DAY)
        assert (checked.faults, checked.doubts) == (0, doubts)


def test_every_field_has_its_name_in_a_diff() -> None:
    """A field added to questions or templates cannot change unseen."""
    names = {field.name for kind in (Question, Template) for field in fields(kind)}
    assert names <= set(FIELD_NAMES)
    assert set(OWN_OF_A_PART) < names


def test_changes_of_every_type() -> None:
    """A question against another of its type tells each field that differs, and nothing against itself."""
    for one in (*make_questions()[:4], *make_longer_questions()):
        assert changes(one, one) == []
        other = replace(one, explanation="新", tags=("甲",), difficulty=None, valid_to=DAY, keep_order=not one.keep_order, parts=one.parts[:0])
        names = [change.name for change in changes(one, other)]
        assert names == [name for name in ("小题" if one.parts else "", "解析", "有效期止", "标签", "选项顺序固定") if name]


def test_a_changed_share_is_a_changed_option() -> None:
    one = make_questions()[0]
    other = replace(one, options=tuple(replace(option, share=Decimal("-33.5")) for option in one.options))
    (change,) = changes(one, other)
    assert change.name == "选项"
    assert "".join(text for kind, text in change.pieces if kind == "new").count("（−33.5%）") == len(one.options)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "新"),
        ("旧", ""),
        ("先核实再报告", "先核实，再报告"),
        ("完全两样", "毫不相干的话"),
        ("甲" * 3000, "乙" * 3000),
        ("甲乙丙丁戊己庚", "甲丑丙寅戊己庚"),
    ],
)
def test_pieces_hold_both_texts(old: str, new: str) -> None:
    """The old and the new text can be read out of the pieces."""
    found = pieces(old, new)
    assert "".join(text for kind, text in found if kind != "new") == old
    assert "".join(text for kind, text in found if kind != "old") == new


def test_a_long_text_is_shown_around_its_faults() -> None:
    """The number of lines on the page is bounded by the faults, not by the text."""
    text = TEXT + "#\n" * (MOST_LINES + 10) + "wrong\n"
    found = list(lines_of(text, check_text(text, "t", DAY).diagnostics))
    assert None in found
    assert len(found) < 40
    assert found[-1] is not None
