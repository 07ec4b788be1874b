"""Profile and roster of the fictional county as YAML, written in the order and layout of a hand."""

from tools.demo_county.households import Household
from tools.demo_county.people import Cadre
from tools.demo_county.places import CATEGORIES, DEPARTMENTS, Pair, Place, Township, Village, plus

AS_OF = "2026-06-30"
HEADER = "# fictional; made by tools/make_demo_county.py\n"


def flow(value: object) -> str:
    """A value in YAML's flow style; text is written plain, so it must hold no comma, colon or bracket."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(entry) for entry in value) + "]"
    return str(value)


def block(entries: dict[str, object]) -> str:
    """One item of a list of maps, a line for each key."""
    lines = [f"    {key}: {flow(value)}" if key else str(value) for key, value in entries.items()]
    return "  - " + "\n".join(lines).lstrip() + "\n"


def counted(pair: Pair) -> dict[str, int]:
    return {"households": pair[0], "persons": pair[1]}


def monitored(place: Place) -> str:
    lines = ["    monitored:"]
    for category in CATEGORIES:
        active, removed = place.active[category], place.removed[category]
        counts = {"identified": plus(active, removed), "active": active, "removed": removed}
        lines.append(f"      {category}: {flow(counts)}")
    return "\n".join(lines)


def township_block(township: Township) -> str:
    return block(
        {
            "code": township.code,
            "name": township.name,
            "villages_count": len(township.villages),
            "groups_count": township.groups_count,
            "households": township.households,
            "population": township.population,
            "alleviated": counted(township.alleviated),
            "": monitored(township),
            "dibao": counted(township.dibao),
            "tekun_persons": township.tekun_persons,
            "main_industries": township.industries,
        }
    )


def village_block(village: Village) -> str:
    stationed = {"first_secretary_unit": village.stationed_by} if village.stationed_by else {}
    return block(
        {
            "code": village.code,
            "name": village.name,
            "township": village.township,
            "type": village.kind,
            "groups_count": village.groups_count,
            "households": village.households,
            "population": village.population,
            "party_members": village.party_members,
            "cultivated_mu": village.cultivated_mu,
            "alleviated": counted(village.alleviated),
            "": monitored(village),
            "main_industries": village.industries,
            "collective_income_wan": f"{village.income_tenths // 10}.{village.income_tenths % 10}",
            **stationed,
            "sponsors": village.sponsors,
        }
    )


def profile_text(townships: list[Township], households: list[Household]) -> str:
    head = (
        "# monitored: [households, persons]; a township is the sum of its villages\n"
        "# households: pseudonymous; asked of their helpers alone\n"
        "profile:\n"
        "  id: qinglan-2026h1\n"
        "  county: 青岚县\n"
        f"  as_of: {AS_OF}\n"
        "  source: 青岚县防止返贫致贫监测信息系统导出（虚构样例）\n"
        "  approved_by: 青岚县巩固衔接办\n"
    )
    towns = "\n".join(township_block(township) for township in townships)
    villages = "\n".join(village_block(village) for township in townships for village in township.villages)
    departments = "".join(f"  - {flow({'code': code, 'name': name})}\n" for code, (name, _) in DEPARTMENTS.items())
    homes = "".join(f"  - {flow(household)}\n" for household in households)
    return f"{HEADER}{head}\ndepartments:\n{departments}\ntownships:\n{towns}\nvillages:\n{villages}\nhouseholds:\n{homes}"


def roster_text(townships: list[Township], cadres: list[Cadre], names: list[str]) -> str:
    units = [{"code": "QL", "name": "青岚县", "kind": "county"}]
    for code, (name, _) in DEPARTMENTS.items():
        units.append({"code": code, "name": name, "kind": "department", "parent": "QL"})
    for township in townships:
        units.append({"code": township.code, "name": township.name, "kind": "township", "parent": "QL"})
        for village in township.villages:
            units.append({"code": village.code, "name": village.name, "kind": "village", "parent": township.code})
    lines = [HEADER + "units:", *(f"  - {flow(unit)}" for unit in units), "", "cadres:"]
    for number, (cadre, name) in enumerate(zip(cadres, names, strict=True), 1):
        lines += [
            f"  - number: C{number:04}",
            f"    name: {name}",
            f"    unit: {cadre.unit}",
            f"    groups: {flow(cadre.groups)}",
            "    posts:",
            *(f"      - {flow(entry)}" for entry in cadre.posts),
        ]
    return "\n".join(lines) + "\n"
