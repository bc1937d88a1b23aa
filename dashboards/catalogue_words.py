"""A KPI's definition in words: what is counted, by which columns, and what is expected of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from dashboards import numbers_text
from dashboards.i18n import Lang, catalogue, text
from warehouse.catalogue import Kpi, Target, load_caveats
from warehouse.catalogue.examples import Example
from warehouse.lineage import column_words

Line = tuple[str, str, tuple[str, ...]]
"""Key of the label, words, and names of columns or tables that follow them as code."""

PARTS_OF_RESULT = (
    "numerator",
    "denominator",
    "excluded_count",
    "not_yet_due_count",
)


def say(words: Any, lang: Lang) -> str:
    """A text in the page's language."""
    said: str = getattr(words, lang.value)
    return said


def column(fact: str | None, name: str, lang: Lang) -> str:
    """What a column of a fact is; its name where nothing tells."""
    words = column_words(fact or "").get(name)
    return say(words, lang) if words else name


def definition(kpi: Kpi, lang: Lang) -> list[Line]:
    """How the value comes about, a line each."""
    lines: list[Line] = [
        ("formula", say(kpi.formula, lang), ()),
        ("kind", text(f"catalogue.kind.{kpi.kind}", lang), ()),
    ]
    if kpi.fact:
        lines.append(("table", "", (f"mart.{kpi.fact}",)))
    lines += _counted(kpi, lang)
    if kpi.left_out:
        words = "; ".join(column(kpi.fact, name, lang) for name in kpi.left_out)
        lines.append(("excluded", words, kpi.left_out))
    for key, name in (("not_yet_due", kpi.not_yet_due), ("due_passed", kpi.due_passed)):
        if name:
            lines.append((key, column(kpi.fact, name, lang), (name,)))
    if kpi.date:
        lines.append(("basis", column(kpi.fact, kpi.date, lang), (kpi.date,)))
    return lines


def _counted(kpi: Kpi, lang: Lang) -> Iterator[Line]:
    of_numerator = kpi.numerator_fact or kpi.fact
    of_denominator = kpi.denominator_table or kpi.fact
    named = (
        ("numerator", of_numerator, kpi.numerator),
        ("numerator_date", of_numerator, kpi.numerator_date),
        ("denominator", of_denominator, kpi.denominator),
        ("measure", kpi.fact, kpi.measure),
        ("observed", kpi.fact, kpi.observed),
    )
    for key, fact, name in named:
        if name:
            yield key, column(fact, name, lang), (name,)
    if kpi.per:
        yield "per", numbers_text.number(kpi.per), ()
    if kpi.quantile:
        yield "quantile", f"{kpi.quantile:g}", ()
    if kpi.whole:
        yield "whole", text(f"catalogue.whole.{kpi.whole}", lang), ()
    if kpi.counted:
        yield "counted", text(f"catalogue.counted.{kpi.counted}", lang), ()
    if kpi.leaves:
        words = "; ".join(column(kpi.fact, name, lang) for name in kpi.leaves)
        yield "leaves", words, kpi.leaves
    if kpi.part_value:
        yield "part_value", text(f"catalogue.part_value.{kpi.part_value}", lang), ()


def standing(kpi: Kpi, county_code: str, lang: Lang) -> list[tuple[str, str]]:
    """Unit, direction, baseline, reference, cautions and who answers for it."""
    lines = [
        ("unit", unit(kpi, lang)),
        ("better", text(f"catalogue.better.{kpi.better}", lang)),
        ("reference", say(kpi.reference, lang)),
    ]
    if baseline := kpi.baseline_of(county_code):
        shown = numbers_text.value(baseline.value, kpi, lang)
        lines.append(("baseline", f"{shown} · {say(baseline.reference, lang)}"))
    lines += [("caveats", say(load_caveats()[code], lang)) for code in kpi.caveats]
    if kpi.is_personal:
        lines.append(("small_cells", text("catalogue.small_cells", lang)))
    return [*lines, ("owner", say(kpi.owner, lang))]


def unit(kpi: Kpi, lang: Lang) -> str:
    """Its unit, also where figures carry none."""
    return text(f"unit.{kpi.unit}", lang) or kpi.unit


def targets(kpi: Kpi, county_code: str) -> list[Target]:
    """Targets that hold in a county, the newest first."""
    found = [target for target in kpi.targets if target.county in (None, county_code)]
    return sorted(found, key=lambda target: target.valid_from, reverse=True)


def asked_words(example: Example, lang: Lang) -> str:
    """What an example asks, as far as it is not about all there is."""
    asked = example.asked
    words = [text("catalogue.example.as_of", lang, time=example.as_of)]
    if "from" in asked or "to" in asked:
        words.append(
            text(
                "catalogue.example.period",
                lang,
                first=asked.get("from", "…"),
                last=asked.get("to", "…"),
            )
        )
    if "by" in asked:
        words.append(text("catalogue.example.by", lang, by=", ".join(asked["by"])))
    words += [f"{name} = {code}" for name, code in asked.get("where", {}).items()]
    if "population" in asked:
        count = numbers_text.number(asked["population"])
        words.append(text("catalogue.example.population", lang, count=count))
    return " · ".join(words)


def result_words(kpi: Kpi, expect: Mapping[str, Any], lang: Lang) -> tuple[str, str]:
    """The value an example must have, and the counts that go with it."""
    parts = [
        f"{text(f'catalogue.result.{name}', lang)} {numbers_text.number(expect[name])}"
        for name in PARTS_OF_RESULT
        if expect.get(name) is not None
    ]
    if expect.get("value_due_passed") is not None:
        value = numbers_text.value(expect["value_due_passed"], kpi, lang)
        parts.append(text("tile.due_passed", lang, value=value))
    return _expected(kpi, expect, lang), " · ".join(parts)


def _expected(kpi: Kpi, expect: Mapping[str, Any], lang: Lang) -> str:
    value = expect.get("value")
    if value is None:
        reason = "suppressed" if expect.get("is_suppressed") else "none"
        return text(f"value.{reason}", lang)
    # A case's value as the example has it, whatever the digits a page would show.
    shown = value * 100 if kpi.unit == "percent" else value
    return f"{shown:,.6g} {text(f'unit.{kpi.unit}', lang)}".replace(" %", "%").strip()


def field_name(name: str, words: Mapping[str, Any], lang: Lang) -> str:
    """Title of a field of an example's records."""
    key = f"catalogue.field.{name}"
    if key in catalogue(lang):
        return text(key, lang)
    if name not in words:
        return name
    said = say(words[name], lang)
    for stop in (";", ",", "(", ";", ",", ". ", ":", ":"):
        said = said.split(stop)[0]
    return said.strip()
