"""Check that every text of the product is translated: `python -m tools.check_messages`, or `--update` to add what is missing to the catalogues.

The source language is Chinese, so a text is its own key. Texts are found by the names in KEYWORDS, in quiz/ and templates/; catalogues are
quiz/**/LANGUAGE/LC_MESSAGES/*.po. A missing or fuzzy translation, a translation with other {places} or with wide quotation marks, a text that
nobody uses any more and a .mo file that is missing or says something else than its .po (the product reads only the .mo) are all faults. Needs Babel,
which only developers have.
"""

from __future__ import annotations

import io
import re
import sys
from os import PathLike
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark_text": None, "say": None, "lazy_gettext": None}
PLACE = re.compile(r"\{\w*\}|%\(\w+\)s")
QUOTED = re.compile("“[^“”]+”")
"""In fonts that hold Chinese these marks are as wide as a character, which tears a line of Latin letters apart; a text may tell of them: “”."""

APART = re.compile(r"(\d|\}|\)s) %%?(?![0-9A-Za-z(])")
"""A percent sign may begin a line when a space stands before it, and every other one here stands at its number."""


def main(arguments: list[str]) -> int:
    """Print every fault as `file: text`, and return 1 when there is one."""
    template = texts_of_the_product()
    paths = sorted(ROOT.glob("quiz/**/LC_MESSAGES/*.po"))
    if not paths:
        print("没有找到译文目录 no catalogue found: quiz/**/LC_MESSAGES/*.po")
        return 1
    faults = []
    for path in paths:
        if "--update" in arguments:
            update(path, template)
        catalogue = read(path)
        faults += [f"{path.relative_to(ROOT)}: {fault}" for fault in faults_of(catalogue, template) + faults_of_compiled(path, catalogue)]
    print("\n".join(faults) or f"{len(template)} 条文字，{len(paths)} 份译文，没有问题 / {len(template)} texts, all translated")
    return 1 if faults else 0


def texts_of_the_product() -> Catalog:
    """Collect every marked text, with where it stands."""
    template = Catalog()
    for folder, methods in (("quiz", [("**.py", "python")]), ("templates", [("**.html", "jinja2")])):
        options = {"**.html": {"silent": "false"}}
        found = extract_from_dir(ROOT / folder, methods, keywords=KEYWORDS, options_map=options, directory_filter=_is_ours)
        for name, line, text, _comments, context in found:
            if str(text).isascii():
                continue  # a key in a call, as in say(NAMES["img"])
            template.add(text, locations=[(f"{folder}/{name}", line)], context=context)
    return template


def _is_ours(path: str | PathLike[str]) -> bool:
    """True for every folder but caches: left alone, Babel passes over names that begin with `_`, and so over templates/_macros."""
    return Path(path).name != "__pycache__"


def faults_of(catalogue: Catalog, template: Catalog) -> list[str]:
    """Return what is missing, fuzzy, differently placed or no longer used in one catalogue."""
    faults = []
    for wanted in template:
        if not wanted.id:
            continue
        have = catalogue.get(wanted.id, wanted.context)
        if have is None or not all(strings(have.string)):
            faults.append(f"没有译文 not translated: {wanted.id!r} ({wanted.locations[0][0]}:{wanted.locations[0][1]})")
        elif have.fuzzy:
            faults.append(f"译文待核对 fuzzy: {wanted.id!r}")
        elif any(set(PLACE.findall(text)) - places(wanted.id) for text in strings(have.string)):
            faults.append(f"占位符不一致 other places: {wanted.id!r}")
        elif any(QUOTED.search(text) for text in strings(have.string)):
            faults.append(f"译文的引号应为半角 quotation marks of Chinese: {wanted.id!r}")
        elif any(APART.search(text) for text in strings(have.string)):
            faults.append(f"百分号前不留空格 percent sign apart from its number: {wanted.id!r}")
    unused = [message.id for message in catalogue if message.id and template.get(message.id, message.context) is None]
    return faults + [f"已不再使用 no longer used: {text!r}" for text in unused]


def strings(value: str | tuple[str, ...] | list[str] | None) -> list[str]:
    """Return the forms of a text: one, or one for each plural; a text without translation has an empty one."""
    return [value or ""] if isinstance(value, str | None) else list(value)


def places(value: str | tuple[str, ...] | list[str]) -> set[str]:
    """Return the {places} of a text in any of its forms."""
    return {place for text in strings(value) for place in PLACE.findall(text)}


def faults_of_compiled(path: Path, catalogue: Catalog) -> list[str]:
    """Return a fault when the compiled catalogue is missing or says something else than its source."""
    compiled = path.with_suffix(".mo")
    if compiled.exists():
        with compiled.open("rb") as file:
            if contents(read_mo(file)) == contents(catalogue):
                return []
    return ["与 .mo 不一致，请运行 compiled file is missing or differs, run: python -m tools.check_messages --update"]


def contents(catalogue: Catalog) -> dict[object, object]:
    """Return the translated texts of a catalogue, for comparing."""
    return {str(message.id): message.string for message in catalogue if message.id and any(strings(message.string)) and not message.fuzzy}


def update(path: Path, template: Catalog) -> None:
    """Add new texts with an empty translation, drop unused ones, and compile again."""
    catalogue = read(path)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    text = io.BytesIO()
    write_po(text, catalogue, width=0, sort_output=True, include_lineno=False)
    path.write_bytes(text.getvalue())
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def read(path: Path) -> Catalog:
    """Read one .po file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name, abort_invalid=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
