"""quiz sitting hall, pause, resume, void, retry, late, clock: what they say, what they refuse, and that the log stays whole."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from quiz.cli.console import host_name
from quiz.core.access import Actor, Role
from quiz.core.saving import Save
from quiz.storage import clocks
from quiz.storage.engine import writing
from quiz.storage.sittings import seats_of_cadre
from quiz.storage.tables import ResponseRow
from quiz.usecases import attempts, handing_in, saving
from tests.cli.test_sitting import NOW, deadline, demo, run

__all__ = ["demo"]  # the fixture


def start(engine, number="Q001"):
    actor = Actor(number, {Role.TRAINEE: "/"}, cadre_number=number)
    with writing(engine) as db:
        code = seats_of_cadre(db, number)[0].paper.code
        attempts.start(db, actor, code, NOW)
    return actor, code


def test_the_hall_by_site_and_by_person(demo):
    start(demo)
    told = run("sitting", "hall", "demo").output
    assert "demo季度测试\t应考3\t未到2\t在答1" in told
    assert "柳溪镇（T01）\t应考2\t未到1\t在答1" in told
    assert "王秀英" not in told
    assert "Q001\t王秀英\t柳溪镇\t在答\t0/8" in run("sitting", "hall", "demo", "--site", "T01").output
    assert "王秀英" not in run("sitting", "hall", "demo", "--state", "missing").output


def test_a_pause_and_its_end(demo):
    start(demo)
    assert "请用 --site" in str(run("sitting", "pause", "demo", "--reason", "停电").exception)
    assert "已暂停（编号1）：正在答题1人，还没有开始1人" in run("sitting", "pause", "demo", "--site", "T01", "--reason", "停电").output
    assert "暂停中（编号1）：柳溪镇" in run("sitting", "hall", "demo").output
    assert "已暂停（编号2）" in run("sitting", "pause", "demo", "--unit", "D01", "--reason", "停电").output
    several = run("sitting", "resume", "demo", "--reason", "来电")
    assert "暂停中（编号2）：县水利局" in several.output
    assert "--pause" in str(several.exception)
    assert "已恢复，补回0分0秒：正在答题1人，还没有开始1人" in run("sitting", "resume", "demo", "--pause", 1, "--reason", "来电").output
    assert "已恢复" in run("sitting", "resume", "demo", "--reason", "来电").output
    assert "现在没有暂停" in str(run("sitting", "resume", "demo", "--reason", "来电").exception)
    assert deadline(demo) == NOW + timedelta(minutes=60)


def test_void_back_and_another_try(demo):
    start(demo)
    assert "Q001的答卷已作废" in run("sitting", "void", "demo", "--cadre", "Q001", "--reason", "代考").output
    assert "作废" in run("result", "list", "demo").output
    assert "Q001的答卷已恢复有效" in run("sitting", "void", "demo", "--cadre", "Q001", "--undo", "--reason", "查无此事").output
    run("sitting", "void", "demo", "--cadre", "Q001", "--reason", "设备故障")
    assert "已为Q001重新组卷" in run("sitting", "retry", "demo", "--cadre", "Q001", "--reason", "设备故障").output
    assert run("paper", "verify", "demo").exit_code == 0
    assert run("audit", "verify").exit_code == 0


def test_late_answers(demo):
    actor, code = start(demo)
    assert "没有断网补送或迟到的作答" in run("sitting", "late", "demo", "--cadre", "Q001").output
    with writing(demo) as db:
        handing_in.submit(db, actor, code, (), "dev", NOW)
        saving.save(db, actor, code, Save(5, ["T"], 9), "dev", NOW + timedelta(minutes=3))
        late = db.scalars(select(ResponseRow.id)).one()
    assert "待认定" in run("sitting", "late", "demo", "--cadre", "Q001").output
    assert "认定有效" in run("sitting", "late", "demo", "--cadre", "Q001", "--accept", late, "--reason", "断网属实").output
    assert "认定无效" in run("sitting", "late", "demo", "--cadre", "Q001", "--refuse", late, "--reason", "不属实").output
    assert run("audit", "verify").exit_code == 0


@pytest.mark.parametrize("hours", [1, -1])
def test_an_alarm_holds_back_collecting_and_commands_go_by_the_time_that_is_served(demo, hours):
    start(demo)
    with writing(demo) as db:
        clocks.add_alarm(db, host_name(), NOW, hours * 3600)
    assert "时钟警报" in run("sitting", "hall", "demo").output
    assert "已收卷0份" in run("sitting", "close-expired").output
    run("sitting", "extend", "demo", "--cadre", "Q001", "--minutes", 5, "--reason", "视力不便")
    run("sitting", "pause", "demo", "--all", "--reason", "核对时钟")
    with writing(demo) as db:
        assert seats_of_cadre(db, "Q001")[0].attempt.paused_at == NOW - timedelta(hours=hours)
    assert "已确认1次时钟警报" in run("sitting", "clock", "--reason", "已核对").output
