"""A sitting file ⇄ `SittingPlan`; refuses windows that end before they begin or are shorter than the attempt; knows no stored blueprint."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta, tzinfo

from quiz.banks.blueprint_file import MAX_MINUTES
from quiz.banks.problems import Loaded, Problems
from quiz.banks.schema import Fields, open_fields, read_choice, read_texts
from quiz.banks.yaml_tree import Node, parse_yaml
from quiz.core.counting import Counting, MakeUp, MakeUpFor
from quiz.core.lockdown import MOST_KEYS, read_keys
from quiz.core.message import say
from quiz.core.plan import SittingPlan
from quiz.core.roster import Group, PostKind
from quiz.core.site import NAME_LENGTH, SitePlan, doubled
from quiz.core.sitting import LONGEST_DELIVERY, MOST_APPEAL_DAYS, Release

KEYS = (
    "code", "title", "blueprint", "profile", "group", "opens_at", "closes_at", "minutes", "release",
    "forms", "columns", "avoid_last", "band", "delivery_minutes", "sites", "appeal_days", "markers", "margin_percent", "seb_keys",
    "makes_up", "sample",
)  # fmt: skip
MOST_FORMS = 26
GROUP_KEYS = ("groups", "units", "posts", "cadres")
SITE_KEYS = ("name", "units")
MAKE_UP_KEYS = ("sitting", "for", "counting")


def load_sitting(content: str | bytes, file_name: str, zone: tzinfo) -> Loaded[SittingPlan]:
    """Return the plan of `content`, its times read in `zone`, or None and why; never raises for bad content."""
    problems = Problems(file_name)
    node = parse_yaml(content, problems)
    plan = None if node is None else read_sitting(node, problems, zone)
    return Loaded(plan, problems.told())


def read_sitting(node: Node, problems: Problems, zone: tzinfo) -> SittingPlan | None:
    """Return the plan of a parsed file, or None after reporting everything that is wrong with it."""
    before = problems.count
    top = open_fields(node, "sitting", problems, ("sitting",))
    fields = top and top.fields("sitting", KEYS)
    if fields is None:
        return None
    code, title, blueprint = fields.code("code"), fields.text("title"), fields.code("blueprint")
    profile = fields.code("profile") if fields.has("profile") else ""
    opens, closes = fields.moment("opens_at"), fields.moment("closes_at")
    minutes = fields.whole("minutes", 1, MAX_MINUTES, required=False)
    release = fields.choice("release", Release, required=False) or Release.ON_CLOSE
    forms = fields.whole("forms", 0, MOST_FORMS, required=False) or 0
    columns = fields.whole("columns", 1, 20, required=False)
    avoid_last = fields.whole("avoid_last", 0, 20, required=False)
    delivery = fields.whole("delivery_minutes", 0, LONGEST_DELIVERY, required=False)
    band = fields.exact("band", "0.1", "100", required=False)
    appeal_days = fields.whole("appeal_days", 0, MOST_APPEAL_DAYS, required=False)
    markers = fields.whole("markers", 1, 2, required=False)
    margin = fields.whole("margin_percent", 0, 100, required=False)
    seb_keys = _seb_keys(fields, problems)
    group, sites = _group(fields, problems), _sites(fields, problems)
    makes_up, sample = _make_up(fields, problems), fields.code("sample") if fields.has("sample") else ""
    if opens and closes and closes <= opens:
        problems.add(fields.at("closes_at"), "S701", say("结束时间要晚于开始时间。请核对这两个时间。"))
    elif opens and closes and minutes and closes - opens < timedelta(minutes=minutes):
        text = say("从开始到结束不足{minutes}分钟，最先进入的人也答不满时间。请推迟结束时间，或者减少答题分钟数。", minutes=minutes)
        problems.add(fields.at("closes_at"), "S702", text)
    if problems.count > before or opens is None or closes is None:
        return None
    opens_at, closes_at = (moment.replace(tzinfo=zone).astimezone(UTC) for moment in (opens, closes))
    plan = SittingPlan(code, title, blueprint, group, opens_at, closes_at, profile, minutes, release, forms)
    return replace(
        plan,
        columns=plan.columns if columns is None else columns,
        avoid_last=plan.avoid_last if avoid_last is None else avoid_last,
        band=plan.band if band is None else band,
        appeal_days=plan.appeal_days if appeal_days is None else appeal_days,
        markers=plan.markers if markers is None else markers,
        margin_percent=plan.margin_percent if margin is None else margin,
        delivery_minutes=plan.delivery_minutes if delivery is None else delivery,
        sites=sites,
        seb_keys=seb_keys,
        makes_up=makes_up,
        sample=sample,
    )


def _make_up(fields: Fields, problems: Problems) -> MakeUp | None:
    found = fields.fields("makes_up", MAKE_UP_KEYS, required=False)
    if found is None:
        return None
    node = found.value("for", required=False)
    given = [] if node is None else read_texts(node, "for", problems)
    people = tuple(why for text, at in given if (why := read_choice(text, at, "for", MakeUpFor, problems)))
    usual = MakeUp(found.code("sitting"))
    return replace(usual, people=people or usual.people, counting=found.choice("counting", Counting, required=False) or usual.counting)


def _seb_keys(fields: Fields, problems: Problems) -> tuple[str, ...]:
    texts = fields.texts("seb_keys", required=False)
    try:
        return read_keys(" ".join(texts))
    except ValueError:
        text = say("这不是安全考试浏览器的密钥：应为64位十六进制，最多{most}个。请从它的配置工具里复制“Config Key”。", most=MOST_KEYS)
        problems.add(fields.at("seb_keys"), "S705", text)
        return ()


def _sites(fields: Fields, problems: Problems) -> tuple[SitePlan, ...]:
    out: list[SitePlan] = []
    for node in fields.items("sites", required=False):
        site = open_fields(node, "sites", problems, SITE_KEYS)
        if site is None:
            continue
        name, units = site.text("name", limit=NAME_LENGTH), site.texts("units")
        again = doubled((*(unit for found in out for unit in found.units), *units))
        if name in {found.name for found in out}:
            problems.add(site.at("name"), "S704", say("考点“{name}”写了两次。请合并成一个，或者换一个名称。", name=name))
        elif again:
            problems.add(site.at("units"), "S704", say("单位{unit}写在了两个考点里。请只留一个。", unit=again[0]))
        elif name and units:
            out.append(SitePlan(name, units))
    return tuple(out)


def _group(fields: Fields, problems: Problems) -> Group:
    group = fields.fields("group", GROUP_KEYS, required=False)
    if group is None:
        return Group()
    node = group.value("posts", required=False)
    given = [] if node is None else read_texts(node, "posts", problems)
    return Group(
        groups=group.texts("groups", required=False),
        units=group.texts("units", required=False),
        posts=tuple(kind for text, at in given if (kind := read_choice(text, at, "posts", PostKind, problems))),
        cadres=group.texts("cadres", required=False),
    )
