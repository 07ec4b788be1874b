"""Papers as people really write them, as plain text: each shape of numbers, options and answers, and what is reported of each."""

from __future__ import annotations

import re
from dataclasses import fields
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.draft import Draft, DraftType, Imported
from quiz.formats.question_text import read_text

NAMES = {
    DraftType.SINGLE: "单选",
    DraftType.MULTIPLE: "多选",
    DraftType.TRUE_FALSE: "判断",
    DraftType.FILL_IN: "填空",
    DraftType.ORDERING: "排序",
    DraftType.MATCHING: "连线",
    DraftType.SHORT_ANSWER: "简答",
    DraftType.CASE: "案例",
}


def shown(draft: Draft) -> str:
    """One line for a draft: type, stem, options with a star at the right ones, blanks, answer."""
    parts = [NAMES[draft.type], draft.stem]
    parts += [("*" if i in draft.right else "") + text for i, text in enumerate(draft.options)]
    if draft.type is DraftType.TRUE_FALSE:
        parts.append("对" if draft.right else "错")
    parts += ["[" + "|".join(blank.answers) + "]" for blank in draft.blanks]
    parts += list(draft.items)
    parts += [f"{left}→{right}" for left, right in draft.pairs] + [f"→{text}" for text in draft.extra]
    if draft.model_answer:
        parts.append("答" + draft.model_answer.replace("\n", "/"))
    parts += ["{" + shown(part) + "}" for part in draft.parts]
    return " ".join(part.replace("\n", "/") for part in parts)


def told(found: Imported) -> list[str]:
    return [f"{d.line} {d.rule}" for d in found.diagnostics]


def read(text: str) -> Imported:
    found = read_text(text.encode(), "卷.txt")
    assert all(d.file == "卷.txt" and d.message.render() for d in found.diagnostics)
    return found


# Each: name, the text, the questions, the diagnostics as "line rule".
PAPERS: list[tuple[str, str, list[str], list[str]]] = [
    (
        "a paper with heads, answers under each question",
        """某县应知应会测试卷
姓名：____ 单位：____ 得分：____
得分 评卷人
第 1 页 共 4 页
一、单项选择题（每题2分，共4分）
1．每年集中排查（　　）次。
A．1　　B．2　　C．3　　D．4
答案：B
2、排查由谁组织（   ）
A、村
B、镇
C、县
【答案】C
""",
        ["单选 每年集中排查（　　）次。 1 *2 3 4", "单选 排查由谁组织（　　） 村 镇 *县"],
        ["1 I802"],
    ),
    (
        "keys in the brackets of the stems",
        """一、单选题
1.保障住房安全的责任部门是（ C ）。
A.教育局 B.水利局 C.住建局
2.“两不愁”是（D ）
A.甲 B.乙 C.丙 D.丁
二、多选题
1、“三保障”包括（ABD）。
A、义务教育
B、基本医疗
C、饮水
D、住房安全
2、包括（ A、C ）
A、一  B、二  C、三
三、判断题
1、集中排查每年一次。（×）
2、要公示。（ √ ）
3、要核实。(对)
4．（错）不用公示。
（√）5．要入户。
6. 要评议。√
""",
        [
            "单选 保障住房安全的责任部门是（　　）。 教育局 水利局 *住建局",
            "单选 “两不愁”是（　　） 甲 乙 丙 *丁",
            "多选 “三保障”包括（　　）。 *义务教育 *基本医疗 饮水 *住房安全",
            "多选 包括（　　） *一 二 *三",
            "判断 集中排查每年一次。 错",
            "判断 要公示。 对",
            "判断 要核实。 对",
            "判断 不用公示。 错",
            "判断 要入户。 对",
            "判断 要评议。 对",
        ],
        [],
    ),
    (
        "an answer list at the end, per section, with ranges and pairs",
        """一、单选题
1.甲（ ）
A.1 B.2 C.3
2.乙（ ）
A.1 B.2 C.3
3.丙（ ）
A.1 B.2 C.3
二、多选题
1.丁（ ）
A.1 B.2 C.3
2.戊（ ）
A.1 B.2 C.3
三、判断题
1.己（ ）
2.庚（ ）
四、填空题
1.不少于____天，不超过____天。
参考答案
一、单选题
1-3 CAB
二、多选题
1.ABC 2.AC
三、判断题
1.√ 2.×
四、填空题
1.5；15
""",
        [
            "单选 甲（　　） 1 2 *3",
            "单选 乙（　　） *1 2 3",
            "单选 丙（　　） 1 *2 3",
            "多选 丁（　　） *1 *2 *3",
            "多选 戊（　　） *1 2 *3",
            "判断 己 对",
            "判断 庚 错",
            "填空 不少于____天，不超过____天。 [5] [15]",
        ],
        [],
    ),
    (
        "one list over questions numbered through the paper, without heads",
        """一、单选题
1.甲（ ）
A.1 B.2
2.乙（ ）
A.1 B.2
二、多选题
3.丙（ ）
A.1 B.2 C.3
标准答案：
1—2：BA  3：AC
""",
        ["单选 甲（　　） 1 *2", "单选 乙（　　） *1 2", "多选 丙（　　） *1 2 *3"],
        [],
    ),
    (
        "a list after each section, and keys without numbers",
        """一、单选题
1.甲（ ）
A.1 B.2
2.乙（ ）
A.1 B.2
答案：1.B 2.A
二、判断题
1.丙（ ）
2.丁（ ）
参考答案：1-2 √×
三、单选题
1.戊
A.1 B.2
2.己
A.1 B.2
参考答案
三、BA
""",
        ["单选 甲（　　） 1 *2", "单选 乙（　　） *1 2", "判断 丙 对", "判断 丁 错", "单选 戊 1 *2", "单选 己 *1 2"],
        ["17 I802"],
    ),
    (
        "a list with explanations, item by item",
        """单选题
1. 甲（ ）
A. 一
B. 二
2. 乙（ ）
A. 一
B. 二
答案及解析
1.【答案】B
【解析】因为甲。
2. A 解析：因为乙。
接着说。
""",
        ["单选 甲（　　） 一 *二", "单选 乙（　　） *一 二"],
        [],
    ),
    (
        "an export of a questionnaire site: type tags and (正确答案)",
        """1.[单选题] 甲是什么？ *
A.一
B.二 (正确答案)
C.三
2.[多选题] 乙是什么？
○ 一(正确答案)
○ 二
○ 三（正确答案）
正确答案: AC
(多选)丙是？
A.一(正确答案)
B.二(正确答案)
C.三
(判断)丁是对的
A.对
B.错(正确答案)
(单选)戊?
A.一
B.二(正确答案)
""",
        ["单选 甲是什么？ 一 *二 三", "多选 乙是什么？ *一 二 *三", "多选 丙是？ *一 *二 三", "判断 丁是对的 错", "单选 戊? 一 *二"],
        [],
    ),
    (
        "fill-in items grouped by standard, a mark for each blank",
        """一、填空题（60分，每空1分）
（一）住房安全
1．鉴定分为____、____、____、____四级。
答案：A级、B级、C级、D级
2．C级应__维修加固__，D级应__拆除重建__。
（二）饮水安全
3．人均每天不低于（20）升。
4. 保障（　　　）和（　　　）。
答案：空1：水量 空2：水质
5. 认定不超过____（15）天。
""",
        [
            "填空 鉴定分为____、____、____、____四级。 [A级] [B级] [C级] [D级]",
            "填空 C级应____，D级应____。 [维修加固] [拆除重建]",
            "填空 人均每天不低于____升。 [20]",
            "填空 保障____和____。 [水量] [水质]",
            "填空 认定不超过____天。 [15]",
        ],
        ["5 I802", "7 I802", "10 I802"],
    ),
    (
        "local figures as options, letters in brackets, lower case and full width",
        """1．全县未消除风险的有多少？
(A) 302户613人
(B) 476户971人
(C) 532户1079人
正确答案：C
第2题 省级贫困村有（ a ）个
a) 4 b) 6 c) 8
3、共有（ ）
Ａ．一　　Ｂ．二
Ｃ．三　　Ｄ．四
答案：Ｂ、Ｄ
""",
        [
            "单选 全县未消除风险的有多少？ 302户613人 476户971人 *532户1079人",
            "单选 省级贫困村有（　　）个 *4 6 8",
            "多选 共有（　　） 一 *二 三 *四",
        ],
        ["1 I802", "6 I802", "8 I802"],
    ),
    (
        "combination items keep their circled lines",
        """一、选择题
1、下列正确的有（ ）。
①甲
②乙
③丙
A．①②  B．①③  C．②③  D．①②③
答案：D（见文件）
2、甲（ ）A.1 B.2
答案：A 解析：略 难度：易 知识点：甲
""",
        ["单选 下列正确的有（　　）。/①甲/②乙/③丙 ①② ①③ ②③ *①②③", "单选 甲（　　） *1 2"],
        [],
    ),
    (
        "short answers with numbered points, which are no questions",
        """五、简答题（每题10分）
1. 简述监测对象的范围。
答：1.脱贫不稳定户；
2.边缘易致贫户；
3.突发严重困难户。
2. 简述“三保障”。
参考答案：
1. 义务教育
2. 基本医疗
3. 住房安全
3、什么是“两不愁”？
答案要点：不愁吃；
不愁穿。
""",
        [
            "简答 简述监测对象的范围。 答1.脱贫不稳定户；/2.边缘易致贫户；/3.突发严重困难户。",
            "简答 简述“三保障”。 答1. 义务教育/2. 基本医疗/3. 住房安全",
            "简答 什么是“两不愁”？ 答不愁吃；/不愁穿。",
        ],
        [],
    ),
    (
        "cases with questions of several types",
        """六、案例分析题（共20分）
案例一：某村王某因病住院，自付5万元。
其妻在外务工。
（1）[单选题]应当如何处理？
A. 纳入监测
B. 不管
答案：A
（2）请简述程序。
答案：入户核实；民主评议；
公示。
案例二：某村李某外出务工。
1. 可以不公示。（×）
2. 认定要____天。
答案：15
""",
        [
            "案例 某村王某因病住院，自付5万元。/其妻在外务工。 {单选 应当如何处理？ *纳入监测 不管}"
            " {简答 请简述程序。 答入户核实；民主评议；/公示。}",
            "案例 某村李某外出务工。 {判断 可以不公示。 错} {填空 认定要____天。 [15]}",
        ],
        ["8 I802", "12 I802", "13 I802"],
    ),
    (
        "ordering and matching",
        """二、排序题
1. 监测程序的顺序是（ ）
A. 公示 B. 核实 C. 评议
答案：BCA
2. 顺序（ B、A ）
A. 甲
B. 乙
三、连线题
1. 把部门和职责连起来
（1）教育局
（2）水利局
A. 饮水
B. 上学
C. 住房
答案：1-B 2-A
""",
        ["排序 监测程序的顺序是（　　） 核实 评议 公示", "排序 顺序（　　） 乙 甲", "连线 把部门和职责连起来 教育局→上学 水利局→饮水 →住房"],
        [],
    ),
    (
        "Chinese numbers for questions, and answers as the option's text",
        """一、下列说法正确的是（C）
A.甲
B.乙
C.丙
二、下列说法错误的是（　　）
A.甲
B.乙
C.丙
答案：乙
""",
        ["单选 下列说法正确的是（　　） 甲 乙 *丙", "单选 下列说法错误的是（　　） 甲 *乙 丙"],
        ["1 I802", "5 I802", "5 I802"],
    ),
    (
        "true or false with corrections, and none without an answer",
        """三、判断改错题
1、集中排查每年一次。
答案：错误。应为两次。
2、要公示。
答案：对
3、要核实。
""",
        ["判断 集中排查每年一次。 错", "判断 要公示。 对", "单选 要核实。 正确 错误"],
        ["6 I802"],
    ),
    (
        "numbers with too little space, options run together",
        """1．甲是()。A、一　B、二　C、三
2.2020年以来乙是（）。A.一B.二C.三
3、丙D（ ）A 一 B 二
参考答案：1-3 CBA
""",
        ["单选 甲是（　　）。 一 二 *三", "单选 2020年以来乙是（　　）。 一 *二 三", "填空 丙D____A 一 B 二 [A]"],
        ["1 I802", "2 I802", "3 I802", "3 I802"],
    ),
    (
        "half-written: no answers, conflicts, letters without options",
        """一、单选题
1. 甲（ A ）
A. 一
B. 二
答案：B
2. 乙（ ）
A. 一
B. 二
答案：E
3. 丙（ ）
A. 一
B. 二
5. 丁（ ）
答案：AB
6.
""",
        ["单选 甲（　　） 一 二", "单选 乙（　　） 一 二", "单选 丙（　　） 一 二", "填空 丁____ [AB]"],
        ["2 I808", "9 I808", "10 I802", "13 I802", "13 I802", "13 I802", "15 I804"],
    ),
    (
        "a monitoring bank of 2025: combination items, five options, verdicts before the statement, gaps of spaces",
        """2025年防止返贫监测帮扶知识测试题（102题）
一、单选题
1. 监测范围是什么？（  ）
A.全体农村人口      B.脱贫户
C.监测户            D.低保户
正确答案：A。解析：聚焦全体农村人口。
2. 程序是（  ）①核实②评议③公示
A.①②③  B.①③②  C.②①③
答案：A
二、多选题（每题3分,共60分。多选、少选、错选均不得分）
31、下列情形有（    ）
A、因病 B、因学 C、因灾 D、因意外事故 E、因产业项目失败
答案：A、B、C、D、E
32、“四个不摘”是指：( ABCD )
A、摘帽不摘责任；B、摘帽不摘政策；C、摘帽不摘帮扶；D、摘帽不摘监管。
三、判断题（对的打“√”，错的打“×”）
61、 （ × ）脱贫户可以直接退出。
62、自付超过1.5万元即可纳入。   √
四、填空题
92、申请后（15）日内认定，公示不少于（5）天。
93、“一键申报”应在   日内响应。
答案：3
""",
        [
            "单选 监测范围是什么？（　　） *全体农村人口 脱贫户 监测户 低保户",
            "单选 程序是（　　）①核实②评议③公示 *①②③ ①③② ②①③",
            "多选 下列情形有（　　） *因病 *因学 *因灾 *因意外事故 *因产业项目失败",
            "多选 “四个不摘”是指：（　　） *摘帽不摘责任 *摘帽不摘政策 *摘帽不摘帮扶 *摘帽不摘监管。",
            "判断 脱贫户可以直接退出。 错",
            "判断 自付超过1.5万元即可纳入。 对",
            "填空 申请后____日内认定，公示不少于____天。 [15] [5]",
            "填空 “一键申报”应在____日内响应。 [3]",
        ],
        ["1 I802", "20 I802", "21 I802"],
    ),
    (
        "a bank in parts, essays numbered in Chinese, a list of keys at the end of a page",
        """第一部分 单项选择题
第1题．省级贫困村的数量是（ ）。
A．4个
B．6个
C．8个
［答案］C
2.某镇的“一主”是指(　)(5分)
A光伏 B中药材 C地栽木耳 D菊花
答案 C
第二部分 判断题
1.驻村工作队每月驻村不少于20天。
A.正确
B.错误
答案：A
第三部分 简答题
一、请简述防返贫监测的程序。（15分）
答：（一）农户申请；
（二）村级评议；
（三）乡镇审核。
二、请列举五种风险类型。（10分）
参考答案：因病、因灾、因学、因意外、因产业失败。
评分标准：每点2分。
""",
        [
            "单选 省级贫困村的数量是（　　）。 4个 6个 *8个",
            "单选 某镇的“一主”是指（　　） 光伏 中药材 *地栽木耳 菊花",
            "判断 驻村工作队每月驻村不少于20天。 对",
            "简答 请简述防返贫监测的程序。 答（一）农户申请；/（二）村级评议；/（三）乡镇审核。",
            "简答 请列举五种风险类型。 答因病、因灾、因学、因意外、因产业失败。/每点2分。",
        ],
        ["8 I802"],
    ),
]


@pytest.mark.parametrize(("text", "questions", "notes"), [case[1:] for case in PAPERS], ids=[case[0] for case in PAPERS])
def test_papers_as_people_write_them(text: str, questions: list[str], notes: list[str]) -> None:
    found = read(text)
    assert [shown(draft) for draft in found.drafts] == questions
    assert told(found) == notes


def test_the_texts_around_a_question() -> None:
    text = """一、单选题（每小题1.5分）
1．甲（ ）。（2分）
A．一
B．二
答案：B　　解析：因为甲。
又因为乙。
依据：某办法第三条
【知识点】动态监测
分类：防返贫
难度：易
标签：甲；乙
编号：jc-001
2．乙（ ）。
A．一
B．二
答案：A
"""
    first, second = read(text).drafts
    assert (first.explanation, first.source, first.topic, first.category) == ("因为甲。\n又因为乙。", "某办法第三条", "动态监测", "防返贫")
    assert (first.tags, first.id, first.marks, first.line) == (("甲", "乙", "难度：易"), "jc-001", Decimal(2), 2)
    assert (second.marks, second.line) == (Decimal("1.5"), 13)


def test_explanations_in_a_list_reach_their_questions() -> None:
    text = "1. 甲（ ）\nA. 一\nB. 二\n参考答案及解析\n1.【答案】B\n【解析】因为甲。\n接着说。\n依据：某条\n"
    (draft,) = read(text).drafts
    assert (draft.right, draft.explanation, draft.source) == ((1,), "因为甲。\n接着说。", "某条")


def test_marks_for_each_blank_are_added_up() -> None:
    (draft,) = read("填空题（每空0.5分）\n1. ____和____。\n答案：甲、乙\n").drafts
    assert draft.marks == Decimal("1.0")


def test_words_after_a_key_become_its_explanation() -> None:
    first, second = read("1. 甲\nA. 一\nB. 二\n答案：B。见第三条\n判断题\n1. 乙。\n答案：×（应为15天）\n").drafts
    assert (first.right, first.explanation) == ((1,), "见第三条")
    assert (second.right, second.explanation) == ((), "应为15天")


def test_a_wrong_key_is_never_chosen_between_two() -> None:
    found = read("1. 甲（A）\nA. 一\nB. 二\n答案：B\n")
    assert found.drafts[0].right == ()
    assert any("几处的答案不一样（A、B）" in d.message.render() for d in found.diagnostics)


def test_text_without_a_place_is_quoted() -> None:
    found = read("1. 甲（ ）\nA. 一\nB. 二\n答案：A\n二、判断题\n某县财政局出题组二〇二六年六月印制\n1. 乙。（√）\n")
    assert len(found.drafts) == 2
    assert [d.message.render() for d in found.diagnostics if d.line == 6] == [
        "第6到6段看不出属于哪道题，没有收入：“某县财政局出题组二〇二六年六月印制…”"
    ]


def test_a_jump_in_the_numbers_is_told() -> None:
    found = read("判断题\n1. 甲。（√）\n2. 乙。（√）\n4. 丁。（√）\n")
    assert told(found) == ["4 I802"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, end: str) -> None:
    text = "判断题\n1. 集中排查每年一次。（×）\n2. 要公示。（√）\n".replace("\n", end)
    found = read_text(text.encode(encoding), "卷.txt")
    assert [shown(draft) for draft in found.drafts] == ["判断 集中排查每年一次。 错", "判断 要公示。 对"]
    assert told(found) == (["1 I807"] if encoding == "gb18030" else [])


@pytest.mark.parametrize("content", [b"", b"\n\n", "只有一句话。".encode(), b"\xff\xfe\x00", b"\0\1\2\3", b"PK\x03\x04abc", "\ufeff".encode()])
def test_nothing_to_read_is_told(content: bytes) -> None:
    found = read_text(content, "卷.txt")
    assert found.drafts == ()
    assert "I801" in {d.rule for d in found.diagnostics}


@pytest.mark.parametrize(
    "text",
    [
        "（" * 30_000,
        "1." * 20_000,
        "A." * 20_000,
        "____" * 5_000,
        "答案：" * 10_000,
        "1.甲（ ）\n" + "A.一 B.二 " * 3_000,
        "1.甲\n答案：" + "A、" * 9_000 + "!",
        "参考答案\n1-999 " + "A" * 20_000,
        "1.甲\nA.一\nB.二\n参考答案\n" + "1.A " * 5_000,
        "一、" * 10_000,
        "【" * 10_000 + "答案】",
        " \t\u3000" * 7_000 + "1.甲",
        "单选题（" + "每" * 19_000,
    ],
)
def test_strange_lines_end_soon(text: str) -> None:
    found = read_text(text.encode(), "卷.txt")
    assert found.diagnostics


PIECES = [
    "1．",
    "2.",
    "（1）",
    "一、",
    "A．",
    "B.",
    "C、",
    "答案：",
    "解析：",
    "单选题",
    "判断题",
    "填空题",
    "案例分析题",
    "参考答案",
    "____",
    "（　）",
    "（A）",
]
PIECES += [
    "（√）",
    "1-3 CAB",
    "ABD",
    "√",
    "甲",
    "乙丙",
    "\n",
    "\n\n",
    " ",
    "\u3000",
    "。",
    "（正确答案）",
    "[多选题]",
    "○",
    "①",
    "连线题",
    "排序题",
    "1-B",
]


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_any_mixture_is_read_or_told(pieces: list[str]) -> None:
    found = read_text("".join(pieces).encode(), "卷.txt")
    assert found.drafts or found.diagnostics
    assert {field.name for field in fields(Draft)} >= {"line"}
    for draft in found.drafts:
        assert all(0 <= i < max(len(draft.options), 1) for i in draft.right)
        assert draft.type is not DraftType.FILL_IN or draft.stem.count("____") == len(draft.blanks)


def test_reading_grows_linearly() -> None:
    """3,000 questions in one file are no burden (a time limit would measure the machine; the test would hang if it were quadratic)."""
    text = "单选题\n" + "".join(f"{i}．甲乙丙（ ）。\nA．一\nB．二\nC．三\nD．四\n" for i in range(1, 3001)) + "参考答案\n"
    text += " ".join(f"{i}.B" for i in range(1, 3001))[:19_000]
    found = read_text(text.encode(), "卷.txt")
    assert len(found.drafts) == 3000
    assert found.drafts[99].right == (1,)


@pytest.mark.parametrize(
    ("text", "questions", "notes"),
    [
        pytest.param(
            "案例分析题\n1. 某村王某。\n（1）可以。\n（2）不可以。\n答案：（1）对（2）错\n",
            ["案例 某村王某。 {判断 可以。 对} {判断 不可以。 错}"],
            ["3 I802", "4 I802"],
            id="answers of a case in one line",
        ),
        pytest.param(
            "填空题\n1. 鉴定分____、____级。\n2. ____和____。\n答案：（1）A （2）B\n",
            ["填空 鉴定分____、____级。 [] []", "填空 ____和____。 [A] [B]"],
            ["2 I802"],
            id="letters for blanks are no answer list",
        ),
        pytest.param(
            "一、单选题\n1. 甲（A）\nA.一 B.二\n二、多选题\n1. 乙（ ）\nA.一 B.二 C.三\n参考答案\n1.AC\n",
            ["单选 甲（　　） *一 二", "多选 乙（　　） *一 二 *三"],
            [],
            id="a list for the section that has no answers yet",
        ),
        pytest.param(
            "一、单选题\n1. 甲（ ）\nA.一 B.二\n参考答案\n二、判断题\n1.√\n",
            ["单选 甲（　　） 一 二"],
            ["2 I802", "6 I808"],
            id="a list for a section that is not there",
        ),
        pytest.param(
            "一、单选题\n1. 甲（ ）\nA.一 B.二\n1. 乙（ ）\nA.一 B.二\n参考答案\n一、单选题\n1.A\n",
            ["单选 甲（　　） 一 二", "单选 乙（　　） 一 二"],
            ["2 I802", "4 I802", "8 I808"],
            id="two questions with one number",
        ),
        pytest.param(
            "单选题\n1. 甲（ ）\n答案：B\nA. 一\nB. 二\n第2题 乙（ ）\nA. 一\nB. 二\n参考答案\n第2题：B\n",
            ["单选 甲（　　） 一 *二", "单选 乙（　　） 一 *二"],
            [],
            id="the answer before the options",
        ),
        pytest.param(
            "1. 甲乙丙（ ）\n（1）一是（ ）\nA. 一\nB. 二\n答案：A\n（2）二是（ ）\nA. 一\nB. 二\n答案：B\n",
            ["案例 甲乙丙（ ） {单选 一是（　　） *一 二} {单选 二是（　　） 一 *二}"],
            ["1 I802", "2 I802", "6 I802"],
            id="questions under a question make a case",
        ),
        pytest.param(
            "多选题\n1. 甲（ ）\n☑ 一\n□ 二\n☑ 三\n2. 乙（ ）\n√ A. 一\nB. 二\n",
            ["多选 甲（　　） *一 二 *三", "多选 乙（　　） *一 二"],
            [],
            id="ticked boxes",
        ),
    ],
)
def test_answers_never_reach_another_question(text: str, questions: list[str], notes: list[str]) -> None:
    found = read(text)
    assert [shown(draft) for draft in found.drafts] == questions
    assert told(found) == notes


EXTRA = "夹在中间的一行文字"


def holds(found: Imported, at: int) -> bool:
    """True when the extra line at `at` is in a question, or a message quotes it or names a range of lines that it is in."""
    if EXTRA in repr(found.drafts):
        return True
    messages = [d.message.render() for d in found.diagnostics]
    ranges = [re.match(r"第(\d+)到(\d+)段", message) for message in messages]
    return any(EXTRA[:5] in message for message in messages) or any(int(m[1]) <= at <= int(m[2]) for m in ranges if m)


@pytest.mark.parametrize("text", [case[1] for case in PAPERS], ids=[case[0] for case in PAPERS])
def test_no_line_is_lost_in_silence(text: str) -> None:
    lines = text.split("\n")[:-1]
    lost = [at for at in range(len(lines) + 1) if not holds(read("\n".join([*lines[:at], EXTRA, *lines[at:]])), at + 1)]
    assert lost == []


@pytest.mark.parametrize("text", [case[1] for case in PAPERS], ids=[case[0] for case in PAPERS])
def test_no_question_is_lost_where_a_line_is(text: str) -> None:
    """A line that says nothing may cost one question its key, never a question."""
    lines = text.split("\n")[:-1]
    count = len(read(text).drafts)
    fewer = [at for at in range(len(lines) + 1) if len(read("\n".join([*lines[:at], EXTRA, *lines[at:]])).drafts) < count]
    assert fewer == []
