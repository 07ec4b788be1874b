"""Monitored households of the demo county, with the cadres who help them; none is real.

They are drawn from the village's own figures, so a village never has more households of a category and state, nor more persons in them,
than the profile counts. They have a stream of chance of their own: adding them changed neither the other figures nor the roster.
"""

from __future__ import annotations

from collections import Counter
from random import Random

from tools.demo_county.people import Cadre
from tools.demo_county.places import Pair, Township, Village

SEED = 20260630
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢"
PER_VILLAGE = (2, 3, 3, 3, 4)
MOST_PER_HELPER = 3
LARGEST = 6
HELPING_POSTS = ("first_secretary", "team_member", "township_staff", "department_staff")

RISKS = {  # category: the risks that are usual in it
    "unstable": ("因病", "因学", "因务工就业不稳", "因产业项目失败", "因残", "缺劳动力"),
    "marginal": ("因病", "因残", "因学", "因务工就业不稳", "缺劳动力"),
    "sudden": ("因灾", "因意外事故", "因病"),
}
MEASURES = {
    "因病": ("医疗救助", "参保资助", "家庭医生签约"),
    "因学": ("教育资助", "技能培训"),
    "因务工就业不稳": ("公益性岗位", "劳务输出", "技能培训"),
    "因产业项目失败": ("产业奖补", "帮扶小额信贷", "农技指导"),
    "因残": ("残疾人两项补贴", "无障碍改造", "公益性岗位"),
    "缺劳动力": ("最低生活保障", "土地流转", "资产收益分红"),
    "因灾": ("临时救助", "农房修缮", "产业奖补"),
    "因意外事故": ("临时救助", "医疗救助", "公益性岗位"),
}

Household = dict[str, object]


def make_households(townships: list[Township], cadres: list[Cadre]) -> list[Household]:
    """Return two to four households of each village, each with its helpers; in the order of the villages."""
    random = Random(SEED)
    codes = [f"H-{number:04X}" for number in random.sample(range(0x1000, 0x10000), 400)]
    helpers_of = _helpers(townships, cadres)
    out: list[Household] = []
    for township in townships:
        for village in township.villages:
            helpers = helpers_of[village.code]
            chosen = _choose(random, village, most=MOST_PER_HELPER * len(helpers))
            surnames = random.sample(SURNAMES, len(chosen))
            for i, (category, state, members) in enumerate(chosen):
                code, label = codes[len(out)], f"{surnames[i]}某家"
                own = [helpers[k % len(helpers)] for k in range(i, max(len(chosen), len(helpers)), len(chosen))]
                out.append(_household(random, code, village.code, label, category, state, members, own))
    return out


def _choose(random: Random, village: Village, most: int) -> list[tuple[str, str, int]]:
    """Category, state and size of some households, those still at risk before the others."""
    active = _sizes(random, village.active, "active")
    removed = _sizes(random, village.removed, "removed")
    wanted = min(random.choice(PER_VILLAGE), most, len(active) + len(removed))
    at_risk = random.sample(active, min(len(active), max(1, wanted - 1)))
    return at_risk + random.sample(removed, wanted - len(at_risk))


def _sizes(random: Random, counts: dict[str, Pair], state: str) -> list[tuple[str, str, int]]:
    """Every household of a state: the persons of each category shared out, at least one and seldom more than six to a household."""
    out = []
    for category, (households, persons) in counts.items():
        sizes = [1] * households
        for _ in range(persons - households):
            room = [i for i in range(households) if sizes[i] < LARGEST] or range(households)
            sizes[random.choice(room)] += 1
        out += [(category, state, size) for size in sizes]
    return out


def _helpers(townships: list[Township], cadres: list[Cadre]) -> dict[str, list[str]]:
    """Staff numbers by village: those stationed there, the township's staff in contact with it, and staff of a department that sponsors it."""
    out: dict[str, list[str]] = {village.code: [] for township in townships for village in township.villages}
    sponsored: Counter[str] = Counter()
    for number, cadre in enumerate(cadres, 1):
        held = [post for post in cadre.posts if "to" not in post]
        kind = held[0]["kind"]
        if kind not in HELPING_POSTS:
            continue
        if kind == "department_staff":
            villages = [v.code for township in townships for v in township.villages if cadre.unit in v.sponsors]
            place = villages[sponsored[cadre.unit] % len(villages)]  # colleagues help in different villages
            sponsored[cadre.unit] += 1
        else:
            place = held[-1]["place"]  # of township staff the contact, which stands last
        out[place].append(f"C{number:04}")
    return out


def _household(random: Random, code: str, village: str, label: str, category: str, state: str, members: int, helpers: list[str]) -> Household:
    usual = [risk for risk in RISKS[category] if members > 1 or risk != "因学"]
    risks = random.sample(usual, 1 if random.random() < 0.7 else 2)
    if "缺劳动力" in risks:
        risks, labour = ["缺劳动力"], random.randint(0, members // 3)
    else:
        labour = random.randint(1, max(1, members - 1))
    measures = list(dict.fromkeys(random.choice(MEASURES[risk]) for risk in risks * 2))
    first, last = (2024, 2025) if state == "active" else (2021, 2024)
    month = f"{random.randint(first, last)}-{random.randint(1, 12):02}"
    return {
        "code": code,
        "village": village,
        "label": label,
        "members": members,
        "labour": labour,
        "category": category,
        "state": state,
        "identified": month,
        "risks": risks,
        "measures": measures,
        "helpers": helpers,
    }
