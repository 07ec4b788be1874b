"""The documented rules of the files, by code; docs/lint-rules.md shows an example of each and how to mend it (a test compares the two)."""

from __future__ import annotations

from quiz.core.message import Severity, mark_text

RULES: dict[str, str] = {
    # Y: the text of a file
    "Y001": mark_text("YAML 语法不对"),
    "Y002": mark_text("用制表符缩进"),
    "Y003": mark_text("键写了两次"),
    "Y004": mark_text("用了锚点或引用"),
    "Y005": mark_text("用了标签或指令"),
    "Y006": mark_text("一个文件里有两个文档"),
    "Y007": mark_text("键不是文字"),
    "Y008": mark_text("嵌套太深"),
    "Y009": mark_text("文件太大"),
    "Y010": mark_text("文件不是 UTF-8 编码"),
    "Y011": mark_text("有看不见的字符"),
    "Y012": mark_text("文件是空的"),
    "Y013": mark_text("键后面用了全角冒号"),
    "Y014": mark_text("冒号或短横后面少了空格"),
    "Y015": mark_text("引号后面还有文字"),
    "Y016": mark_text("文字以特殊符号开头而没有引号"),
    "Y017": mark_text("文字里有冒号加空格而没有引号"),
    "Y018": mark_text("引号或括号没有收尾"),
    "Y019": mark_text("文件打不开"),
    "Y020": mark_text("问题太多，没有全部列出"),
    # F: fields, in every kind of file
    "F101": mark_text("不认识的键"),
    "F102": mark_text("缺少必填的键"),
    "F103": mark_text("内容的类型不对"),
    "F104": mark_text("内容不在允许的范围内"),
    "F105": mark_text("文字太长或列表为空"),
    "F106": mark_text("日期或时间不对"),
    "F107": mark_text("看不出是哪一种文件"),
    "F108": mark_text("数字超出范围"),
    "F109": mark_text("编号的写法不对"),
    # Q: questions
    "Q201": mark_text("选项字母不对"),
    "Q202": mark_text("答案不是已有的选项"),
    "Q203": mark_text("两个选项相同"),
    "Q204": mark_text("空格数与答案数不等"),
    "Q205": mark_text("判断为错的题缺少正确表述"),
    "Q206": mark_text("题目编号重复"),
    "Q207": mark_text("题干的括号不对"),
    "Q208": mark_text("引用的文件没有列出"),
    "Q209": mark_text("失效日期早于生效日期"),
    "Q210": mark_text("选项个数不对"),
    "Q211": mark_text("答案的写法与题型不符"),
    "Q212": mark_text("这种题型不用这个键"),
    "Q213": mark_text("类别与文件位置不符"),
    "Q214": mark_text("填空答案与类型不符"),
    "Q215": mark_text("图片的路径不对"),
    "Q216": mark_text("找不到图片"),
    "Q217": mark_text("不是能用的图片"),
    "Q218": mark_text("图片太大"),
    "Q219": mark_text("图片没有文字说明"),
    # T: templates of local questions
    "T301": mark_text("没有这项本地资料"),
    "T302": mark_text("花括号的写法不对"),
    "T303": mark_text("干扰项与答案不是同一类"),
    "T304": mark_text("判断模板缺少待判断的值"),
    "T305": mark_text("模板的答案与题型不符"),
    # B: blueprints
    "B401": mark_text("各大题分值之和不等于总分"),
    "B402": mark_text("及格线超过总分"),
    "B403": mark_text("计分规则与题型或分值不符"),
    "B404": mark_text("蓝图编号重复"),
    "B405": mark_text("“instead”用错了地方"),
    "B406": mark_text("全卷要求不完整"),
    "B407": mark_text("不能同卷的题不足两道"),
    "B408": mark_text("岗位比例的写法不对"),
    # P: profiles
    "P501": mark_text("同一地方的数字互相矛盾"),
    "P502": mark_text("镇的数字不等于各村之和"),
    "P503": mark_text("引用的镇、村或部门不存在"),
    "P504": mark_text("地点编码重复"),
    "P505": mark_text("本地资料编号重复"),
    "P506": mark_text("农户写了姓名"),
    # R: rosters, from YAML, CSV and Excel
    "R601": mark_text("单位或地点不存在"),
    "R602": mark_text("工号重复"),
    "R603": mark_text("任职日期不对"),
    "R604": mark_text("不认识的岗位"),
    "R605": mark_text("岗位与地点的类型不符"),
    "R606": mark_text("缺少必填的内容"),
    "R607": mark_text("单位编码重复"),
    "R608": mark_text("单位的类型或上级不对"),
    "R609": mark_text("文字太长或有看不见的字符"),
    "R610": mark_text("找不到表头"),
    "R611": mark_text("表格文件打不开"),
    "R612": mark_text("表格太大"),
    "R613": mark_text("表格不是 UTF-8 编码，已按 GBK 读取"),
    "R614": mark_text("单元格里是公式"),
    "R615": mark_text("单位名称与编码对不上"),
    "R616": mark_text("一个村同时有两位第一书记"),
    # C: craft, whether a question is fair and its key defensible
    "C901": mark_text("题干近似重复"),
    "C902": mark_text("两个选项实质相同"),
    "C903": mark_text("两个选项只差虚词"),
    "C904": mark_text("答案长短泄露"),
    "C905": mark_text("答案位置不匀"),
    "C906": mark_text("题干或写法泄露答案"),
    "C907": mark_text("用了“以上都对”"),
    "C908": mark_text("双重否定"),
    "C909": mark_text("“现行”没有日期或文件"),
    "C910": mark_text("问数字而没有年份、地方或文件"),
    "C911": mark_text("依据已失效"),
    "C912": mark_text("依据即将失效"),
    "C913": mark_text("依据不全"),
    "C914": mark_text("干扰项按另一标准是对的"),
    "C915": mark_text("本地资料没有用到"),
    "C916": mark_text("判断题对错不匀"),
    "C917": mark_text("绝对化词语只在错题里"),
    # S: sittings
    "S701": mark_text("结束时间不晚于开始时间"),
    "S702": mark_text("开放时间短于答题时间"),
    "S703": mark_text("考试代码重复"),
    # I: questions in other people's files, on their way in or out
    "I801": mark_text("文件读不了"),
    "I802": mark_text("按猜测读入，请核对"),
    "I803": mark_text("这种格式写不下"),
    "I804": mark_text("有一道题没有读入"),
    "I805": mark_text("去掉了格式、图片或看不见的字符"),
    "I806": mark_text("文件或压缩包太大、不安全"),
    "I807": mark_text("文件不是 UTF-8 编码，已按 GBK 读取题目"),
    "I808": mark_text("题目读入了，有一项内容没有读入"),
}
"""Code → what the rule is about, in one line."""

SEVERITIES: dict[str, Severity] = {
    **{code: Severity.WARNING for code in RULES if code.startswith("C") and code != "C902"},  # C902 leaves two right answers
    **dict.fromkeys(("C913", "C915"), Severity.NOTE),
}
"""Rules that refuse nothing: a warning is worth a setter's look, a note is good to know. Every other rule is an error."""

NOTICES = frozenset({"R613", "I802", "I803", "I805", "I807", "I808"})
"""Rules that tell something and refuse nothing."""
