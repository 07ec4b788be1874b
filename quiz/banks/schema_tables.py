"""Every key of every kind of file as JSON Schema describes it; which keys there are is the readers' word, not this module's."""

from __future__ import annotations

from quiz.banks import answer, blueprint_file, household, pictures, place_facts, question_file, roster_file, sitting_file
from quiz.banks.schema import TEXT_LIMIT
from quiz.banks.schema_values import (
    SCALAR,
    Schema,
    category,
    choice,
    code,
    day,
    flag,
    moment,
    number,
    one_or_several,
    reference,
    several,
    table,
    text,
    whole,
)
from quiz.core.blueprint import BAND_NAMES, NEW_POST, OTHER_POSTS, SOURCE_NAMES, WEIGHT_NAMES
from quiz.core.contest import CONTEST_NAMES
from quiz.core.counting import COUNTING_NAMES, MAKE_UP_FOR_NAMES, Counting, MakeUpFor
from quiz.core.profile import CATEGORIES, CATEGORY_NAMES, STATES, Scope
from quiz.core.question import AREAS, LEVEL_NAMES, OPTION_LETTERS, TYPE_NAMES, BlankKind, Label, Level, QuestionType
from quiz.core.roster import PostKind, UnitKind
from quiz.core.rule import FOR_CONTESTS, VALUED, RuleName
from quiz.core.site import NAME_LENGTH
from quiz.core.sitting import MOST_APPEAL_DAYS, Release

LABELS = {Label.SAMPLE: "样题，还没有县级人员核对", Label.CONFIRMED: "已对照文件原文核对"}
SCOPES = {
    Scope.TOWNSHIP: "本镇",
    Scope.VILLAGE: "本村",
    Scope.DEPARTMENT: "本部门",
    Scope.SPONSORED_VILLAGE: "本部门包抓帮扶的村",
    Scope.CONTACT_VILLAGE: "本人联系的村",
    Scope.CONTACT_TOWNSHIP: "本人联系的镇",
    Scope.HOUSEHOLD: "本人帮扶的户",
}
ANSWER_TEXT = text("一个答案", limit=answer.ANSWER_LIMIT)
OPTION_TEXT = text("一项", limit=answer.OPTION_LIMIT)
PICTURE: dict[str, Schema] = {
    "file": text("图片文件", "题库文件旁边的 PNG 或 JPEG，如 images/flow.png", pictures.NAME_LIMIT),
    "alt": text("文字说明", "图上有什么，供看不见图的人读"),
}
A_PICTURE = reference("picture", "图片")
FACT = {"title": "本地资料名称", "type": "string", "pattern": "^[a-z_]+$"}

OPTION: Schema = {
    "anyOf": [
        OPTION_TEXT,
        table(
            "带图片或比例的选项",
            answer.OPTION_KEYS,
            {
                "text": OPTION_TEXT,
                "picture": A_PICTURE,
                "share": number("得分比例（%）", -100, 100, "多选题：选这一项得满分的百分之几，错误选项写0或负数"),
            },
            anyOf=[{"required": ["text"]}, {"required": ["picture"]}],
        ),
    ],
}
ANSWERS: dict[str, Schema] = {
    "options": {
        "title": "选项",
        "description": "A 到 H，从 A 起按顺序写",
        "type": "object",
        "properties": {letter: reference("option", f"选项{letter}") for letter in OPTION_LETTERS},
        "additionalProperties": False,
    },
    "key": {"title": "答案", "description": "单选写 B，多选写 [A, C]，判断写 true 或 false"},
    "true_sentence": text("正确表述", "判断为错的题必填，考后供人学习", answer.SENTENCE_LIMIT),
    "blanks": several("各空的答案", {"$ref": "#/definitions/blank"}, "一空一项，与题干里的 ____ 次序相同"),
    "any_order": flag("各空次序不限"),
    "items": several("各项", OPTION_TEXT, "按正确的顺序写", 2, len(OPTION_LETTERS)),
    "pairs": several("各对", {"type": "array", "items": OPTION_TEXT, "minItems": 2, "maxItems": 2}, "每一对写成 [左, 右]", 1, answer.MOST_PROMPTS),
    "extra": several("多余的右边各项", OPTION_TEXT, "没有左边与之对应"),
    "points": several("评分要点", {"$ref": "#/definitions/point"}),
    "model_answer": text("参考答案", limit=TEXT_LIMIT),
    "parts": several("案例的各小题", {"$ref": "#/definitions/part"}),
}
NEEDED = {
    QuestionType.SINGLE: ("options", "key"),
    QuestionType.MULTIPLE: ("options", "key"),
    QuestionType.TRUE_FALSE: ("key",),
    QuestionType.FILL_IN: ("blanks",),
    QuestionType.ORDERING: ("items",),
    QuestionType.MATCHING: ("pairs",),
    QuestionType.SHORT_ANSWER: ("points",),
    QuestionType.CASE: ("parts",),
}
"""What makes an answer of each type, beyond what every question has."""

KEY_OF = {
    QuestionType.SINGLE: {"enum": list(OPTION_LETTERS)},
    QuestionType.MULTIPLE: {"type": "array", "items": {"enum": list(OPTION_LETTERS)}, "minItems": 1, "uniqueItems": True},
    QuestionType.TRUE_FALSE: {"type": "boolean"},
}
COMMON: dict[str, Schema] = {
    "id": code("编号", "在所有题库里唯一，从不给别的题再用"),
    "type": choice("题型", QuestionType, TYPE_NAMES),
    "stem": text("题干", "选择题写一个（　　），填空题每个空写 ____（四个下划线）", question_file.STEM_LIMIT),
    "level": choice("层次", Level, LEVEL_NAMES),
    "topic": text("知识点", "几个字"),
    "explanation": text("解析", "依据、为什么、怎么办，考后显示", TEXT_LIMIT),
    "tags": several("标签", text("标签")),
    "difficulty": number("难度", 0.05, 0.95, "命题人估计的答对比例"),
}
QUESTION: dict[str, Schema] = (
    COMMON
    | ANSWERS
    | {
        "source": table(
            "依据",
            ("document", "clause"),
            {"document": text("文件", "文件开头 documents 里的名称"), "clause": text("条款")},
            ("document", "clause"),
        ),
        "jurisdiction": text("适用地方", "不写就是全国"),
        "valid_from": day("生效日期"),
        "valid_to": {"title": "失效日期", "description": "日期，或者 open（现行有效）", "anyOf": [{"const": "open"}, day("失效日期")]},
        "picture": A_PICTURE,
        "weight_class": choice("必考或选考", {"must": "必考", "key": "重点", "elective": "选考"}),
        "not_with": several("不能同卷的题", code("题目编号")),
    }
)
PART: dict[str, Schema] = COMMON | ANSWERS | {"picture": A_PICTURE, "marks": number("分值占比", 0.5, 100)}
TEMPLATE: dict[str, Schema] = COMMON | {
    "key": FACT | {"title": "答案用的本地资料"},
    "options": several("固定的选项", OPTION_TEXT, "", 2, len(OPTION_LETTERS)),
    "distractors": several("干扰项", FACT, "资料名称，或者 siblings（邻近地方的同一项）、near（相近的数）"),
    "blanks": several("各空的本地资料", FACT, "一空一项"),
    "claim": FACT | {"title": "待判断的本地资料", "description": "题干里写 {claim}"},
}
HEAD: dict[str, Schema] = {
    "category": category("类别", "题库里的位置，与文件路径一致，如 general/monitoring"),
    "area": choice("政策领域", AREAS),
    "department": text("责任部门"),
    "label": choice("核对情况", Label, LABELS),
    "documents": {"title": "引用的文件", "type": "object", "additionalProperties": {"$ref": "#/definitions/document"}},
    "questions": several("试题", {"$ref": "#/definitions/question"}),
    "scope": choice("问谁的资料", Scope, SCOPES),
    "templates": several("本地题模板", {"$ref": "#/definitions/template"}),
}
DOCUMENT = {"title": text("文件名称"), "number": text("文号", "没有文号就不写这一行"), "issuer": text("发文机关"), "date": day("日期")}
PERCENT = whole("百分之几", 0, 100)
SHARE_POSTS = (*(kind.value for kind in PostKind), NEW_POST, OTHER_POSTS)
PLAN: dict[str, Schema] = {
    "id": code("编号"),
    "title": text("名称"),
    "minutes": whole("答题分钟数", 1, blueprint_file.MAX_MINUTES),
    "total": number("总分", 0.01, 10000, "等于各大题之和"),
    "pass_mark": number("及格线", 0, 10000, "竞赛不设及格线，写 0"),
    "contest": choice("是不是竞赛", CONTEST_NAMES),
    "notes": several("注意事项", text("一条", limit=500)),
    "topic_cap": whole("每个知识点最多几题", 1, blueprint_file.MAX_COUNT),
    "shares": {
        "title": "各岗位本地题占总分的百分比",
        "anyOf": [
            {"const": blueprint_file.USUAL},
            table("岗位比例", SHARE_POSTS, dict.fromkeys(SHARE_POSTS, PERCENT)),
        ],
    },
}
SECTION: dict[str, Schema] = {
    "title": text("大题名称"),
    "type": COMMON["type"],
    "each": number("每题分值", 0.01, 1000, "最多两位小数"),
    "rule": {
        "title": "计分规则",
        "anyOf": [
            {"enum": [rule.value for rule in RuleName if rule not in (*VALUED, *FOR_CONTESTS)]},
            table("少选时每个正确选项的分", ("per_option",), {"per_option": number("分", 0.01, 1000)}, ("per_option",)),
            table("少选时的分", ("fixed_partial",), {"fixed_partial": number("分", 0.01, 1000)}, ("fixed_partial",)),
            table("竞赛：答错倒扣的分", ("deduct",), {"deduct": number("分", 0.01, 1000)}, ("deduct",)),
            table("竞赛：答错倒扣分值的几倍", ("penalty",), {"penalty": number("倍", 0.01, 1)}, ("penalty",)),
            table("选对加、选错减，最低分", ("plus_minus",), {"plus_minus": number("分", -1000, 0)}, ("plus_minus",)),
        ],
    },
    "cells": several("命题单元", {"$ref": "#/definitions/cell"}),
}
WHAT: dict[str, Schema] = {
    "category": one_or_several("类别", category("类别")),
    "area": one_or_several("政策领域", choice("政策领域", AREAS)),
    "topic": one_or_several("知识点", text("知识点")),
    "level": one_or_several("层次", COMMON["level"]),
    "tag": one_or_several("标签", text("标签")),
    "difficulty": one_or_several("难度", choice("难度", {band.value: name for band, name in BAND_NAMES.items()})),
    "weight_class": one_or_several("必考程度", choice("必考程度", {weight.value: name for weight, name in WEIGHT_NAMES.items()})),
    "source": one_or_several("文件层级", choice("文件层级", {source.value: name for source, name in SOURCE_NAMES.items()})),
}
CELL: dict[str, Schema] = WHAT | {
    "count": whole("题数", 1, blueprint_file.MAX_COUNT),
    "instead": table("代替本地题的通用题", blueprint_file.WHAT_KEYS, WHAT, about="本地题不够，或者岗位的本地比例用完时，从这里抽通用题"),
}
LIMIT: dict[str, Schema] = WHAT | {
    "least": whole("至少几题", 0, blueprint_file.MAX_COUNT),
    "most": whole("至多几题", 0, blueprint_file.MAX_COUNT),
}
COUNT = whole("数量", 0, place_facts.MOST)
PAIR = table("户数和人数", ("households", "persons"), {"households": COUNT, "persons": COUNT}, ("households", "persons"))
BOTH = {"title": "[户数, 人数]", "type": "array", "items": COUNT, "minItems": 2, "maxItems": 2}
STATE_NAMES = {"identified": "累计识别", "active": "未消除风险", "removed": "已消除风险"}
PLACE: dict[str, Schema] = {
    "code": code("编码", "与花名册一致"),
    "name": text("名称"),
    "groups_count": COUNT | {"title": "村民小组数"},
    "households": COUNT | {"title": "总户数"},
    "population": COUNT | {"title": "总人口"},
    "alleviated": PAIR | {"title": "脱贫户"},
    "monitored": table(
        "监测对象",
        CATEGORIES,
        {name: table(CATEGORY_NAMES[name], STATES, {state: BOTH | {"title": STATE_NAMES[state]} for state in STATES}) for name in CATEGORIES},
    ),
    "main_industries": several("主导产业", text("产业")),
    "villages_count": COUNT | {"title": "村（社区）数"},
    "dibao": PAIR | {"title": "低保"},
    "tekun_persons": COUNT | {"title": "特困供养人数"},
    "township": text("所在镇的编码"),
    "type": text("村的类型", "如 脱贫村"),
    "party_members": COUNT | {"title": "党员人数"},
    "cultivated_mu": COUNT | {"title": "耕地亩数"},
    "collective_income_wan": number("上年度村集体经济收入（万元）", 0, 1000000),
    "first_secretary_unit": text("第一书记派出单位", "部门编码，或者单位名称"),
    "sponsors": several("包抓帮扶单位", text("部门编码")),
}
HOUSEHOLD: dict[str, Schema] = {
    "code": code("编码", "代号，不是身份证号"),
    "village": text("所在村的编码"),
    "label": text("户主", "只写姓加某，如 王某家", pattern=f"^(?:{household.LABEL.pattern})$"),
    "members": whole("家庭人口", 1, household.MOST_MEMBERS),
    "labour": whole("劳动力人数", 0, household.MOST_MEMBERS),
    "category": choice("监测类别", CATEGORY_NAMES),
    "state": choice("风险状态", household.STATE_NAMES),
    "identified": text("识别年月", "如 2025-03", pattern=f"^{household.MONTH.pattern}$"),
    "risks": several("风险类型", text("风险")),
    "measures": several("帮扶措施", text("措施")),
    "helpers": several("帮扶责任人", text("工号")),
}
PROFILE = {"id": code("编号"), "county": text("县"), "as_of": day("数据截止日期"), "source": text("来源"), "approved_by": text("批准单位")}
UNIT: dict[str, Schema] = {
    "code": code("编码"),
    "name": text("名称"),
    "kind": choice("类型", UnitKind, {"county": "县", "township": "镇", "village": "村", "department": "部门"}),
    "parent": text("上级的编码"),
}
POST: dict[str, Schema] = {
    "kind": choice("岗位", PostKind),
    "title": text("职务"),
    "place": text("地点的编码"),
    "from": day("起始"),
    "to": day("截止", "最后一天；还在任就不写"),
}
CADRE: dict[str, Schema] = {
    "number": code("工号"),
    "name": text("姓名"),
    "unit": text("单位编码"),
    "groups": several("群体", text("群体")),
    "posts": several("岗位", table("岗位", roster_file.POST_KEYS, POST, ("kind", "place", "from"))),
}
GROUP: dict[str, Schema] = {
    "groups": several("群体", text("群体")),
    "units": several("单位", text("单位编码")),
    "posts": several("岗位", choice("岗位", PostKind)),
    "cadres": several("个人", text("工号")),
}
MAKE_UP: dict[str, Schema] = {
    "sitting": code("原考代码", "成绩已经公布的一场考试"),
    "for": one_or_several("谁补考", choice("谁补考", MakeUpFor, MAKE_UP_FOR_NAMES), "不写就是不及格和缺考的人"),
    "counting": choice("计分办法", Counting, COUNTING_NAMES, "不写就是取较高的成绩"),
}
SITE: dict[str, Schema] = {
    "name": text("考点名称", limit=NAME_LENGTH),
    "units": several("在这里考试的单位", text("单位编码"), "选一个单位，就包括它下面的全部单位"),
}
SITTING: dict[str, Schema] = {
    "code": code("代码"),
    "title": text("名称"),
    "blueprint": code("命题蓝图"),
    "profile": code("本地资料", "不写就没有本地题"),
    "group": table("参加的人", sitting_file.GROUP_KEYS, GROUP, about="每一项都可以不写；都不写就是所有人"),
    "opens_at": moment("开始时间"),
    "closes_at": moment("结束时间"),
    "minutes": whole("答题分钟数", 1, blueprint_file.MAX_MINUTES, "不写就按蓝图"),
    "forms": whole("试卷套数", 0, sitting_file.MOST_FORMS, "0 每人一卷，1 共用一卷，2 以上为 A、B……卷轮流发"),
    "columns": whole("每排座位数", 1, 20),
    "avoid_last": whole("避开最近几场考过的题", 0, 20),
    "band": number("各卷预计得分相差不超过几分", 0.1, 100),
    "markers": whole("简答题每份由几人评", 1, 2, "1 单评，2 双评"),
    "margin_percent": whole("双评相差超过本题分值的百分之几时由第三人仲裁", 0, 100),
    "appeal_days": whole("异议期天数", 0, MOST_APPEAL_DAYS, "从公布答案算起，0 不受理异议"),
    "delivery_minutes": whole("断网作答的送达时限（分钟）", 0, 240),
    "seb_keys": one_or_several("安全考试浏览器的密钥", text("密钥"), "写了就只有这样配置的浏览器能看到试题"),
    "sites": several("考点", table("考点", sitting_file.SITE_KEYS, SITE, ("name", "units")), "没有写到的单位，按镇、部门各为一个考点"),
    "makes_up": table("补考", sitting_file.MAKE_UP_KEYS, MAKE_UP, ("sitting",)),
    "sample": code("抽样", "这份抽样抽中的人参加"),
    "release": choice("成绩何时公布", Release, {"on_submit": "交卷就公布", "on_close": "考试结束后公布", "manual": "人工公布"}),
}
BLANK: dict[str, Schema] = {
    "answers": one_or_several("答案", ANSWER_TEXT, "几种写法都对就写成列表"),
    "kind": choice("按什么比较", BlankKind, {BlankKind.TEXT: "文字", BlankKind.NUMBER: "数", BlankKind.DATE: "日期"}),
    "unit": text("单位", "如 日、万元"),
    "unit_required": flag("必须写单位", "没写单位的正确数值由人工判定"),
    "group": {"title": "可互换的组", "description": "同一组的空可以互换次序，如 a", "type": SCALAR},
    "tolerance": {"title": "允许误差", "description": "0.5 或 1%", "type": SCALAR, "pattern": f"^{answer.TOLERANCE.pattern}$"},
    "marks": number("分值占比", 0.5, 100),
}
POINT: dict[str, Schema] = {
    "text": text("要点", limit=answer.SENTENCE_LIMIT),
    "marks": number("分值占比", 0.5, 100),
    "keywords": one_or_several("提示词", text("词"), "只供阅卷人参考"),
}
NEEDED_BY_TEMPLATE = {
    QuestionType.SINGLE: ("key",),
    QuestionType.MULTIPLE: ("key", "distractors"),
    QuestionType.TRUE_FALSE: ("claim", "distractors"),
    QuestionType.FILL_IN: ("blanks",),
}
