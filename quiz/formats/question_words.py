"""The words and marks by which papers written by people show what is what: heads, numbers, options, labels, keys. Patterns only."""

from __future__ import annotations

import re
import unicodedata

from quiz.core.draft import DraftType

BRACKET = "（　　）"
"""The answer bracket of a choice question, as the bank writes it."""

CHINESE = "零〇一二三四五六七八九十百"
GAP = r"[ \t\u3000\u00a0]*"

TYPE_WORDS: tuple[tuple[str, DraftType | None], ...] = (
    (r"单项?选择?题?|单选题?", DraftType.SINGLE),
    (r"(?:多项?|不定项|双项?)选择?题?|多选题?|不定项题?", DraftType.MULTIPLE),
    (r"(?:是非|对错|正误)?判断(?:正误|对错|改错)?题?|是非题|对错题|正误题", DraftType.TRUE_FALSE),
    (r"(?:多项)?填空题?|填充题", DraftType.FILL_IN),
    (r"排序题?|顺序题", DraftType.ORDERING),
    (r"(?:匹配|连线|配对|配伍)题?", DraftType.MATCHING),
    (r"(?:案例|材料|情景|情境|综合)(?:分析|处置|应用|选择|模拟)*题?", DraftType.CASE),
    (r"(?:简答|问答|论述|简述|名词解释|主观|简要回答|解答|实务)题?", DraftType.SHORT_ANSWER),
    (r"选择题", None),
)
"""Words for a type; 选择题 says only that there are options."""

ANY_TYPE = "|".join(f"(?:{words})" for words, _ in TYPE_WORDS)

HEAD = re.compile(
    rf"^(?:(?P<order>第{GAP}[{CHINESE}\d]+{GAP}(?:部分|大题|题|单元|类)|[（(]?[{CHINESE}]{{1,3}}[）)、.．:：]|[{CHINESE}]{{1,3}}[ \t\u3000]+"
    rf"|[IVXⅠ-Ⅻ]{{1,4}}[、.．]|[【\[])|\d{{1,2}}[、.．])?"
    rf"{GAP}[:：、.．]?{GAP}(?P<type>{ANY_TYPE}){GAP}[】\]]?(?P<tail>.*)$"
)
"""A head of a section that names a type; what follows the type must be a bracket, a colon or nothing."""

HEAD_TAIL = re.compile(r"^(?:部分|类)?(?:参考)?(?:答案)?(?:[（(\[【［].*|[:：,，、.．。—\-].*|共.*|每.*|\d+{0}分.*)?$".replace("{0}", GAP))
TOPIC_HEAD = re.compile(
    rf"^(?:第{GAP}[{CHINESE}\d]+{GAP}(?:部分|单元|章|节|类|篇)|[（(][{CHINESE}]{{1,3}}[）)]|[{CHINESE}]{{1,3}}[、.．]){GAP}[、.．:：]?{GAP}(?P<title>.{{1,40}})$"
)
ORDINAL = re.compile(rf"^[（(第]?{GAP}([{CHINESE}]{{1,3}}){GAP}(?:[）)、.．:：]|[ \t\u3000])")

EACH_MARK = re.compile(r"每(?P<what>小题|题|空|道题?|个)[为得计]?\s*(?P<marks>\d+(?:\.\d+)?)\s*分")
OWN_MARK = re.compile(r"[（(\[【［]\s*(?:本题|分值|满分|共|计)*\s*[:：]?\s*(?P<marks>\d+(?:\.\d+)?)\s*分\s*[）)\]】］]")

NUMBER = re.compile(
    r"^(?:(?P<nth>第\s*(\d{1,4})\s*(?:小题|题)\s*[.．、:：,，]?)|(?P<paren>[（(]\s*(\d{1,3})\s*[）)]\s*[.．、]?)|(?P<dot>(\d{1,4})\s*(?:\.(?!\d)|[．、)）]|[:：](?!\d)))"
    rf"|(?P<han>([{CHINESE}]{{1,3}})[、.．]))\s*"
)
"""The number of a question; its groups are named by how it is written."""

LEADING_VERDICT = re.compile(r"^[（(]\s*(?P<mark>[√×✓✔✗✘☑☒╳対对错vVxXTF]|正确|错误)?\s*[）)]\s*(?=\S)")
TYPE_TAG = re.compile(rf"[\[【（(<《［]\s*(?P<type>{ANY_TYPE})\s*[\]】）)>》］]\s*\*?\s*")
TYPE_PREFIX = re.compile(rf"^(?P<type>{ANY_TYPE})\s*[:：]\s*(?=\S)")

OPTION = re.compile(
    r"(?:(?P<open>[（(\[【［])[ \t]*)?(?P<letter>[A-Za-zＡ-Ｚａ-ｚ])(?:[ \t\u3000]*(?P<close>[.．、)）\]】:：,，。])|(?=[ \t\u3000]+\S))[ \t\u3000]*"
)
BULLET = re.compile(r"^(?P<mark>[○◯●◉□☐■☑☒✓✔√◎])[ \t\u3000]*(?=\S)")
CHOSEN_BULLETS = "●◉■☑✓✔√"
RIGHT_SUFFIX = re.compile(r"[ \t\u3000]*[（(\[【［]\s*(?:正确答案|正确选项|标准答案|正确|答案|正解|√|✓|✔)\s*[）)\]】］][ \t\u3000]*$")
TICK_SUFFIX = re.compile(r"[ \t\u3000]*[√✓✔☑][ \t\u3000]*$")

LABELS: dict[str, str] = {
    "answer": r"(?:正确|参考|标准|本题|试题)?答案|正确选项|答案要点|参考要点|答题要点|评分标准|答",
    "explanation": r"(?:答案|试题|本题|题目)?解析|解释|详解|说明|解答",
    "source": r"(?:政策|文件|法律|法规|答案|命题|出题)?依据|出处|来源|题目来源|条款",
    "topic": r"知识点|考点|考查点|考察点|考核点",
    "category": r"分类|类别|所属分类|题目分类",
    "marks": r"分值|分数|题目分值",
    "difficulty": r"难度|难易度|难易程度|难度系数",
    "tags": r"标签|关键[字词]",
    "id": r"编号|题目编号|试题编号",
}
"""Labels of the texts around a question, by the field they fill; the first has the answer."""

_NAMED = "|".join(f"(?P<{field}>{words})" for field, words in LABELS.items())
_NAMED_TOO = "|".join(f"(?P<b_{field}>{words})" for field, words in LABELS.items())
LABEL = re.compile(rf"(?:(?:^|(?<=[\s\u3000。；;）)]))(?:{_NAMED}){GAP}[:：]|[【\[〔［]{GAP}(?:{_NAMED_TOO}){GAP}[】\]〕］]{GAP}[:：]?){GAP}")
BRACKETED_ANSWER = re.compile(r"[（(\[【［]\s*(?:正确|参考|标准)?答案\s*(?:为|是)?\s*[:：]?\s*(?P<value>[^（）()\[\]【】]{1,80}?)\s*[）)\]】］]")
BARE_ANSWER = re.compile(r"^(?:正确|参考|标准)?答案(?:为|是)?[ \t\u3000]*(?P<value>[A-HＡ-Ｈ][A-HＡ-Ｈ、，, ]*|[√×✓✗]|正确|错误|对|错)[。.]?$")

ANSWER_HEAD = re.compile(
    r"^(?:附[录件]?\d*[:：、]?|第.{1,3}部分|[一二三四五六七八九十]+[、.．])?[ \t\u3000]*[【（(\[]?(?P<what>[^。？?：:]{0,24}?)"
    r"(?:参考答案|标准答案|答案)(?:解析|部分)?(?:[及与和](?:解析|评分标准|评分细则|说明))?[ \t\u3000]*[）)】\]]?(?P<colon>[:：]?)$"
)

KEY_BRACKET = re.compile(r"[（(\[【［]([ \t\u3000]*[A-Za-zＡ-Ｚａ-ｚ](?:[ \t\u3000、，,;；/]*[A-Za-zＡ-Ｚａ-ｚ])*[ \t\u3000]*)[）)\]】］]")
EMPTY_BRACKET = re.compile(r"[（(][ \t\u3000\u00a0_]*[）)]|【[ \t\u3000]*】")
KEY_UNDERLINE = re.compile(r"[_＿]+[ \t\u3000]*([A-HＡ-Ｈ](?:[ 、，,]*[A-HＡ-Ｈ])*)[ \t\u3000]*[_＿]+")
LETTERS = re.compile(r"[A-Z](?:[\s、,;/.和&+]*[A-Z])*[.。;,]?")
BLANK_RUN = re.compile(r"[_＿]{2,}|﹍{2,}|‗{2,}")

RIGHT_WORDS = ("正确", "对", "√", "✓", "✔", "☑", "T", "TRUE", "Y", "YES", "是", "V", "対", "RIGHT")
WRONG_WORDS = ("错误", "错", "×", "✗", "✘", "☒", "╳", "F", "FALSE", "N", "NO", "否", "X", "不正确", "不对", "不是", "WRONG", "╳", "✕", "✖", "Ⅹ")
VERDICTS = {**dict.fromkeys(RIGHT_WORDS, True), **dict.fromkeys(WRONG_WORDS, False)}
_VERDICT_WORDS = "|".join(sorted(map(re.escape, VERDICTS), key=len, reverse=True))
VERDICT = re.compile(rf"^(?:是|为|答)?(?P<word>{_VERDICT_WORDS})(?:的)?(?:$|[。.，,；;:：、（(\s])(?P<rest>.*)$", re.DOTALL | re.IGNORECASE)
VERDICT_BRACKET = re.compile(rf"[（(\[【［][ \t\u3000]*(?P<word>{_VERDICT_WORDS})[ \t\u3000]*[）)\]】］]", re.IGNORECASE)
TRAILING_VERDICT = re.compile(r"[ \t\u3000]*(?P<word>[√×✓✔✗✘])[ \t\u3000]*$")

CASE_START = re.compile(
    rf"^[【\[]?(?:案例|材料|情景|情境|背景)(?:分析)?{GAP}(?:[{CHINESE}\d]+|[（(][{CHINESE}\d]+[）)])?{GAP}[】\]]?{GAP}(?:[:：.、．]|$){GAP}"
)
CASE_PART = re.compile(rf"^(?:问题?|小题|提问){GAP}(?:[{CHINESE}\d]+)?{GAP}[:：.、．]{GAP}(?=\S)")
FURNITURE = re.compile(
    r"^(?:(?:得\s*分|(?:评|阅)\s*卷\s*人|(?:核|登|复)\s*(?:分|核)\s*人|总\s*分|题\s*号|[\s|])+"
    r"|[-—－]*\s*第?\s*\d+\s*页.*|共\s*\d+\s*页.*|(?:姓\s*名|单\s*位|部\s*门|职\s*务|准考证号|考号)[:：_\s].*"
    r"|[-—=_*＿·.…\s]{3,}|(?:试卷|试题)?(?:到此)?(?:完|结束)[。！]?)$"
)
"""Lines that a paper has around its questions and that no bank needs: score boxes, page numbers, rules."""


def type_of(words: str) -> DraftType | None:
    """Return the type that the words name; None for a plain 选择题."""
    return next((kind for pattern, kind in TYPE_WORDS if re.fullmatch(pattern, words)), None)


def letters(text: str) -> str | None:
    """Return the letters of a key such as `A、c，Ｄ` in capitals, or None when the text is something else."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    return re.sub("[^A-Z]", "", plain) if LETTERS.fullmatch(plain) else None


def verdict(text: str) -> tuple[bool, str] | None:
    """Return what a text says of a statement, and the words after it (as a rule the correction), or None."""
    match = VERDICT.match(text.strip())
    if match is None:
        return None
    return VERDICTS[match["word"].upper()], match["rest"].strip(" 。.，,；;:：、")


def is_verdict_pair(options: list[str]) -> bool:
    """True when two options only say right and wrong, in this order or the other."""
    said = [verdict(text.strip(" 。.")) for text in options]
    return len(said) == 2 and all(found is not None and not found[1] for found in said) and said[0] != said[1]
