"""Which facts a place of each kind may have, and of what kind they are: the table of docs/bank-format.md; holds no values."""

from __future__ import annotations

from enum import StrEnum

from quiz.core.profile import STATES, SUMMED, Scope
from quiz.core.roster import UnitKind


class FactKind(StrEnum):
    """What a fact is; distractors must be of the key's kind."""

    NUMBER = "number"
    TEXT = "text"
    LIST = "list"


_COUNTED = {
    **dict.fromkeys(SUMMED, FactKind.NUMBER),
    **{f"monitored_{state}_{what}": FactKind.NUMBER for state in STATES for what in ("households", "persons")},
    "largest_active_category": FactKind.TEXT,
}

FACTS: dict[UnitKind, dict[str, FactKind]] = {
    UnitKind.TOWNSHIP: {
        **_COUNTED,
        **dict.fromkeys(("villages_count", "groups_count", "dibao_households", "dibao_persons", "tekun_persons"), FactKind.NUMBER),
        **dict.fromkeys(("main_industries", "village_names"), FactKind.LIST),
    },
    UnitKind.VILLAGE: {
        **_COUNTED,
        **dict.fromkeys(("groups_count", "party_members", "cultivated_mu", "collective_income_wan"), FactKind.NUMBER),
        **dict.fromkeys(("village_type", "township_name", "first_secretary_unit"), FactKind.TEXT),
        **dict.fromkeys(("main_industries", "sponsor_names"), FactKind.LIST),
    },
    UnitKind.DEPARTMENT: {
        **_COUNTED,
        "villages_count": FactKind.NUMBER,
        "first_village_name": FactKind.TEXT,
        **dict.fromkeys(("village_names", "township_names"), FactKind.LIST),
    },
    UnitKind.HOUSEHOLD: {
        **dict.fromkeys(("members", "labour"), FactKind.NUMBER),
        **dict.fromkeys(("category_name", "state_name", "village_name", "identified_month"), FactKind.TEXT),
        **dict.fromkeys(("risks", "measures"), FactKind.LIST),
    },
}


def facts_of(scope: Scope) -> dict[str, FactKind]:
    """Return the facts that a template of `scope` may name."""
    return FACTS[scope.kind]
