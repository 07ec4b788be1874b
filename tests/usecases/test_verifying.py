"""Verifying: every stored paper follows from the seed; a proof convinces without the database, tells no question, and no change of it goes unseen."""

import copy
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from quiz.assembly.proof import verify_proof
from quiz.core.access import Actor, Role
from quiz.core.canonical import canonical_json
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.storage.engine import reading
from quiz.storage.tables import AuditRow
from quiz.usecases import amending, publishing, scheduling, verifying


def after(county):
    return county.OPENS + timedelta(hours=3)


@pytest.fixture
def amended(world, county):
    """The sitting with one question replaced."""
    old = next(slot.question.uid for slot in world.paper().slots if slot.question.uid.startswith("single"))
    world.do(amending.replace_question, county.ADMIN, county.NOW, "s1", old, "答案有误")
    return world


@pytest.fixture
def proof(amended, county):
    """Its proof, as it would be read from a file."""
    return json.loads(json.dumps(amended.do(verifying.make_proof, county.ADMIN, after(county), "s1")))


def test_every_stored_paper_follows_from_the_seed(world, county):
    report = world.do(verifying.verify, county.ADMIN, "s1")
    assert (report.papers, report.equal, report.findings) == (3, 3, ())
    one = world.do(verifying.verify, county.ADMIN, "s1", ["C2"])
    assert (one.papers, one.equal) == (1, 1)
    with pytest.raises(QuizError, match="no_paper"):
        world.do(verifying.verify, county.ADMIN, "s1", ["C9"])


def test_a_bank_that_changed_since_changes_nothing(world, county):
    changed = [replace(q, explanation="改了") for q in county.QUESTIONS if q.uid.startswith(("single", "tf"))]
    world.do(publishing.publish, county.ADMIN, county.NOW, changed, [replace(county.PLAN, title="新蓝图")])
    assert world.do(verifying.verify, county.ADMIN, "s1").is_proven


def tamper(world, statement):
    """Change what the database refuses to change, as somebody with the file in hand might."""
    with world.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for trigger in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
                connection.execute(text(f"DROP TRIGGER {trigger}"))
        else:
            connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE paper SET content = replace(content, '\"max_mark\":\"2\"', '\"max_mark\":\"3\"') WHERE number = 1", "内容不符"),
        ("UPDATE question_revision SET content = replace(content, '选项A', '选项X')", "摘要不符"),
        ("UPDATE paper_question SET content = replace(content, '户', '人')", "摘要不符"),
        ("UPDATE paper SET code = 'AAAAA-AAAAA' WHERE id = (SELECT min(id) FROM paper)", "卷首内容不符"),
        ("DELETE FROM paper WHERE id = (SELECT min(id) FROM paper)", "缺少1份"),
        ("UPDATE sitting SET commitment = '0'", "承诺值不符"),
        ("UPDATE question_revision SET digest = '0'", "摘要不符"),
    ],
)  # fmt: skip
def test_a_changed_database_is_found_out(world, county, statement, found):
    tamper(world, statement)
    report = world.do(verifying.verify, county.ADMIN, "s1")
    assert not report.is_proven
    assert any(found in message.render() for message in report.findings)


def test_another_seed_contradicts_every_paper(world, county):
    with reading(world.engine) as db:
        kind = db.get_bind().dialect.name
    other = "x'" + "07" * 32 + "'" if kind == "sqlite" else "'\\x" + "07" * 32 + "'"
    tamper(world, f"UPDATE sitting SET seed = {other}")
    report = world.do(verifying.verify, county.ADMIN, "s1")
    assert report.equal == 0
    assert len(report.findings) >= 4


def test_a_sitting_of_older_rules_says_so(world, county):
    tamper(world, 'UPDATE sitting SET snapshot = \'{"sitting":"s1"}\'')
    for action, *rest in ((verifying.verify,), (amending.foresee_replacement, county.NOW)):
        with pytest.raises(QuizError, match="other_version"):
            world.do(action, county.ADMIN, *rest, "s1", *(["single-0"] if rest else []))


def test_a_proof_convinces_and_tells_no_words_names_or_keys(amended, proof):
    report = verify_proof(proof)
    assert report.is_proven
    assert report.papers > 3
    told = json.dumps(proof, ensure_ascii=False)
    for word in ("题干", "选项", "解析", "干部1", "自治", "镇1", "截至", '"key"'):
        assert word not in told
    assert proof["commitment"] == report.commitment


def moved(proof, change):
    found = copy.deepcopy(proof)
    change(found)
    return found


def swap_questions(proof):
    questions = proof["papers"][0]["questions"]
    questions[0], questions[1] = questions[1], questions[0]


def swap_papers(proof):
    first, second = proof["papers"][0], proof["papers"][-1]
    first["number"], second["number"] = second["number"], first["number"]


TAMPERED = {
    "seed": lambda p: p.update(seed="00" * 32),
    "commitment": lambda p: p.update(commitment="0" * 64),
    "questions": swap_questions,
    "papers": swap_papers,
    "options": lambda p: next(o for o in p["papers"][0]["options"] if len(o) > 2).reverse(),
    "code": lambda p: p["papers"][0].update(code="AAAAA-AAAAA"),
    "fewer": lambda p: p["papers"].pop(),
    "more": lambda p: p["papers"].append({**p["papers"][0], "number": "C99"}),
    "form": lambda p: p["papers"][0].update(form="A"),
    "shorter": lambda p: (p["papers"][0]["questions"].pop(), p["papers"][0]["options"].pop()),
    "facility": lambda p: p["snapshot"]["draw"]["items"][0].__setitem__(4, 1),
    "revision": lambda p: p["snapshot"]["draw"]["items"][0].__setitem__(1, "0" * 64),
    "own": lambda p: p["snapshot"]["draw"]["desks"][0][2].append(0),
    "blueprint": lambda p: p["blueprint"].update(pass_mark="5"),
    "roster": lambda p: p["snapshot"]["local"]["roster"].reverse(),
    "chosen": lambda p: p["snapshot"]["chosen"].reverse(),
    "amendments": lambda p: p["amendments"].clear(),
    "asked": lambda p: p["amendments"][0][2].update(question="multiple-0"),
    "logged": lambda p: p["amendments"][0][2]["papers"].pop(),
    "items": lambda p: p["items"].pop(next(iter(p["items"]))),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_changed_proof_is_found_out(proof, name):
    try:
        report = verify_proof(moved(proof, TAMPERED[name]))
    except QuizError as error:
        assert error.code == "bad_proof"  # noqa: PT017
        return
    assert not report.is_proven


@pytest.mark.parametrize("name", ["format", "seed", "snapshot", "papers", "items", "blueprint", "amendments"])
def test_what_is_no_proof_is_refused(proof, name):
    del proof[name]
    with pytest.raises(QuizError, match="bad_proof"):
        verify_proof(proof)
    with pytest.raises(QuizError, match="bad_proof"):
        verify_proof({**proof, name: 7})


def test_the_proof_comes_after_the_end_to_those_who_may_and_is_logged(world, county):
    with pytest.raises(QuizError, match="not_closed"):
        world.do(verifying.make_proof, county.ADMIN, county.OPENS + timedelta(hours=1), "s1")
    inspector = Actor("inspector", {Role.INSPECTOR: "/"})
    world.do(verifying.make_proof, inspector, after(county), "s1")
    with reading(world.engine) as db:
        assert [row.actor for row in db.query(AuditRow).filter_by(action="paper_proof")] == ["inspector"]
    for actor in (county.trainee(), Actor("m", {Role.MARKER: "/"}), Actor("s", {Role.SETTER: "/"}), Actor("o", {Role.ORGANISER: "/QL/T01/"})):
        with pytest.raises(Forbidden):
            world.do(verifying.make_proof, actor, after(county), "s1")
        with pytest.raises(Forbidden):
            world.do(verifying.verify, actor, "s1")
    with pytest.raises(NotFound):
        world.do(verifying.verify, county.ADMIN, "none")


def test_a_trial_draw_tells_nothing_of_a_live_one(empty, county):
    """The trial's seed is no live one's, so neither its papers' codes nor its choice say anything of them."""
    seen = empty.do(scheduling.forecast, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE)
    row = empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE, county.SEED)
    assert canonical_json(seen.drawing.snapshot["local"]) == canonical_json(json.loads(row.snapshot)["local"])
    assert scheduling.PREVIEW_SEED != county.SEED
    report = empty.do(verifying.verify, county.ADMIN, "s1")
    assert report.is_proven
