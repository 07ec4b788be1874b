"""Which units sit at which site of a sitting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from quiz.core.site import SiteMap, SitePlan
from quiz.storage.tables import SittingRow, SittingSiteRow, UnitRow


def save_sites(session: Session, sitting: SittingRow, sites: Sequence[SitePlan], units: Mapping[str, UnitRow]) -> None:
    """Store where the units of a new sitting sit."""
    rows = [{"sitting_id": sitting.id, "unit_id": units[code].id, "name": site.name} for site in sites for code in site.units]
    if rows:
        session.execute(insert(SittingSiteRow), rows)


def site_map(session: Session, sitting_id: int) -> SiteMap:
    """Return where every unit sits."""
    units = {path: (code, name) for path, code, name in session.execute(select(UnitRow.path, UnitRow.code, UnitRow.name))}
    query = select(UnitRow.path, SittingSiteRow.name).join(UnitRow, UnitRow.id == SittingSiteRow.unit_id)
    named = session.execute(query.where(SittingSiteRow.sitting_id == sitting_id))
    return SiteMap({row[0]: row[1] for row in named}, units)
