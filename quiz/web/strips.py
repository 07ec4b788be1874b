"""Small pictures in the cells of a page's tables, in the page's own colours: a figure with its interval on a scale, or as a bar."""

from __future__ import annotations

from markupsafe import Markup

from quiz.core.statistics.strip import Bar, Strip

WIDTH, HEIGHT, MIDDLE, TICK = 100.0, 16.0, 8.0, 4.0


def bar_svg(found: Bar | None) -> Markup:
    """Return a bar beside its figure; nothing for None."""
    if found is None:
        return Markup("")
    return _picture(Markup('<rect class="amount" x="0" y="1" width="{}" height="{}"/>').format(f"{WIDTH * found.share:.1f}", f"{HEIGHT - 2:g}"))


def strip_svg(found: Strip | None) -> Markup:
    """Return a figure's place on its scale, with the interval; nothing for None."""
    if found is None:
        return Markup("")
    lines = [("ends", 0.0, 0.0, MIDDLE - TICK, MIDDLE + TICK), ("ends", 1.0, 1.0, MIDDLE - TICK, MIDDLE + TICK)]
    if found.reference is not None:
        lines.append(("all", found.reference, found.reference, 0.0, HEIGHT))
    lines.append(("range", found.low, found.high, MIDDLE, MIDDLE))
    lines.append(("point", found.point, found.point, MIDDLE - TICK, MIDDLE + TICK))
    drawn = Markup("").join(
        Markup('<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(name, f"{WIDTH * x:.1f}", f"{WIDTH * x2:.1f}", f"{y:g}", f"{y2:g}")
        for name, x, x2, y, y2 in lines
    )
    return _picture(drawn)


def _picture(drawn: Markup) -> Markup:
    """A picture that repeats figures beside it, and is therefore hidden from readers of the screen."""
    head = Markup('<svg class="strip" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true" focusable="false">')
    return head.format(f"{WIDTH:g}", f"{HEIGHT:g}") + drawn + Markup("</svg>")
