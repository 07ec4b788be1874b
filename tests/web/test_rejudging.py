"""The page of what was decided: who may open it, nobody is named, a verdict is changed with a reason, and the cadre reads why."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from tests.web.test_marker import DESK, OVERVIEW, REFUSED, _digest, _take, _words, single  # noqa: F401
from tests.web.test_marker import person as person  # noqa: PLC0414 - markers beside the usual people
from tests.web.world import Clock, Person, paper_code
from tests.web.written import NAMES, SHORT, WRITTEN, score

People = Callable[[str], Person]
DECIDED = f"{OVERVIEW}/decided?uid={SHORT}&blank=0"


@pytest.fixture
def judged(person: People, single: Engine) -> Engine:  # noqa: F811
    """Two people's text has 2 of 5 marks."""
    marker = person("marker")
    marker.post(DESK, {"digest": _digest(_take(marker).text), "p0": "2", "p1": "0"})
    return single


@pytest.mark.parametrize(("login", "status"), {**REFUSED, "": 302, "marker": 200}.items())
def test_who_may_open_it(person: People, judged: Engine, login: str, status: int) -> None:
    """Markers alone; before anything was decided there is no such page."""
    assert person(login).get(DECIDED).status_code == status


def test_marks_are_asked_for_by_the_same_fields_as_at_first(person: People, single: Engine) -> None:  # noqa: F811
    """Whoever marks again sees out of how many marks, and must fill in what the first marker had to."""
    marker = person("marker")
    first = _take(marker).text
    marker.post(DESK, {"digest": _digest(first), "p0": "2", "p1": "0"})
    asked = [_mark_fields(page) for page in (first, marker.get(DECIDED).text)]
    assert asked[0] == asked[1]
    assert len(asked[0]) == 3


def _mark_fields(page: str) -> list[tuple[str, ...]]:
    """What the first form for marks on a page says: out of how many, and of each field its name, the most, and whether it must be filled in."""
    form = page[page.index('name="digest"') :].split("</form>", 1)[0]
    return re.findall(r'(评分要点（满分[^<]*)|<input class="input number"[^>]* name="(p\d)"[^>]* max="([\d.]+)"[^>]*?( required)?> /', form)


def test_a_verdict_is_changed_and_told(person: People, judged: Engine, clock: Clock) -> None:
    """It is found from the overview, says how many it concerns, needs a reason, and the cadre reads both marks and the reason."""
    marker = person("marker")
    assert "看已评的" in marker.get(OVERVIEW).text
    page = marker.get(DECIDED).text
    assert "改判，2份答卷重新计分" in _words(page)
    assert not [name for name in NAMES if name in page]
    before, _ = score(judged, "Q001")
    sent = {"digest": _digest(page), "p0": "2", "p1": "1.5"}
    told = marker.post(DECIDED, dict(sent))
    assert (told.status_code, "请写明判定理由" in told.text, 'value="1.5"' in told.text) == (422, True, True)
    assert marker.post(DECIDED, {**sent, "reason": "x", "p1": "9"}).status_code == 422
    done = marker.post(DECIDED, {**sent, "reason": "看漏<b>评议</b>"}, follow_redirects=True)
    assert "已改判，2份答卷的成绩已重新计算" in _words(done.text)
    assert "判过2次" in _words(done.text)
    assert score(judged, "Q001")[0] == before + type(before)("1.5")
    clock.go_on(hours=3)
    organiser = person("organiser")
    organiser.post(f"/sittings/{WRITTEN}/release", {"code": WRITTEN})
    mine = person("q001").get(f"/papers/{paper_code(judged, 'Q001', WRITTEN)}/result").text
    assert re.search(r"阅卷人改判.*2→3.5分.*看漏&lt;b&gt;评议", _words(mine))


def test_a_sitting_that_is_marked_to_the_end_is_still_found(person: People, judged: Engine) -> None:
    """A marker who notices a slip the next day starts at the list."""
    marker = person("marker")
    assert "已经评完的考试" not in marker.get("/marking").text
    marker.post(DESK, {"digest": _digest(_take(marker).text), "p0": "0", "p1": "0"})
    page = marker.get("/marking").text
    assert "已经评完的考试" in page
    assert f'href="{OVERVIEW}"' in page


def test_what_was_not_decided_is_not_there(person: People, judged: Engine) -> None:
    """Other questions, forged digests, foreign sittings."""
    marker = person("marker")
    for path in (f"{OVERVIEW}/decided", f"{OVERVIEW}/decided?uid={SHORT}&blank=1", f"/marking/none/decided?uid={SHORT}"):
        assert marker.get(path).status_code == 404
    assert marker.post(DECIDED, {"digest": "0" * 64, "p0": "1", "reason": "x"}).status_code == 404
    assert marker.post(DECIDED, {"digest": "x", "p0": "1", "reason": "x"}).status_code == 422
