"""Findings about data in words: reasons of refusal, rules, states of delivery."""

from collections.abc import Mapping
from datetime import date
from math import log10

from dashboards import numbers_text
from dashboards.data.quality import Delivery, Noted, RuleLine
from dashboards.i18n import Lang, catalogue, text
from warehouse.lineage import column_words, staging_of

Names = Mapping[tuple[str, str], Mapping[str, str]]
"""Meanings of the contracts' rules in both languages, by dataset and rule."""

UNKNOWN = "unknown_"


def rule_words(dataset: str, rule: str, *, names: Names, lang: Lang) -> str:
    """What a rule or a reason of refusal means; the code itself where nothing tells.

    Args:
        names: meanings of the contracts' rules, by dataset and rule.
    """
    if (dataset, rule) in names:
        said = names[dataset, rule][lang.value]
        return said[:1].upper() + said[1:]
    check, _, column = rule.partition(":")
    staging = staging_of(dataset)
    words = column_words(staging.name) if staging else {}
    if not column and rule.startswith(UNKNOWN) and rule.removeprefix(UNKNOWN) in words:
        check, column = "unknown", rule.removeprefix(UNKNOWN)
    key = f"quality.reason.{check}"
    if key not in catalogue(lang):
        return rule
    if not column:
        return text(key, lang)
    return text(key, lang, column=_column(column, words, lang))


def share(ratio: float | None) -> str:
    """A share in percent with as many decimals as it takes to tell it from none.

    >>> share(0.8922), share(0.00015), share(0.0), share(None)
    ('89.2%', '0.015%', '0', '—')
    """
    if ratio is None:
        return "—"
    if not ratio:
        return "0"
    percent = 100 * ratio
    decimals = 1 if percent >= 1 else min(max(1 - int(log10(percent) - 1), 2), 4)
    return f"{numbers_text.number(percent, decimals)}%"


def noted_words(one: Noted, rules: Names, lang: Lang) -> str:
    """A reservation in words, without the dataset's name."""
    values = dict(one.values)
    if one.kind == "late":
        values["days"] = numbers_text.number(values["days"], 1)
    if "first" in values:
        values["days"] = numbers_text.days(values["first"], values["last"], lang)
        values["missing"] = numbers_text.number(values["missing"])
    if "ratio" in values:
        values["ratio"] = share(values["ratio"])
    if "rule" in values:
        values["rule"] = rule_words(one.dataset, values["rule"], names=rules, lang=lang)
    return text(f"quality.noted.{one.kind}", lang, **values)


def state(one: Delivery, lang: Lang) -> str:
    """The same in words."""
    if one.row["is_late"]:
        days = numbers_text.number(one.row["days_late"], 1)
        return text("quality.state.late", lang, days=days)
    if any(gap["is_open"] for gap in one.gaps):
        return text("quality.state.silent", lang)
    if one.row["is_event_driven"]:
        return text("quality.state.event", lang)
    return text("quality.state.in_time", lang)


def promise(one: Delivery, lang: Lang) -> str:
    """How often records were promised, and how late they may be."""
    return text(
        "quality.promise",
        lang,
        every=one.row["promised_every_days"],
        late=one.row["lateness_days"],
    )


def gap_words(gap: Mapping[str, object], lang: Lang) -> str:
    """A spell without records: its days and how many records are missing by the usual rate."""
    first, end = gap["gap_from_date"], gap["gap_to_date"]
    if not isinstance(first, date) or not isinstance(end, date):
        raise TypeError("a gap has its two days")
    missing = gap["missing_record_count"]
    return text(
        "quality.gap",
        lang,
        days=numbers_text.days(first, date.fromordinal(end.toordinal() - 1), lang),
        count=gap["gap_days"],
        missing=numbers_text.number(missing if isinstance(missing, float) else None),
    )


def batch_head(place: int, lang: Lang) -> str:
    """The newest batch, the one before, and so on."""
    return text("quality.batch.newest" if place == 1 else "quality.batch.nth", lang, place=place)


def judged(line: RuleLine, lang: Lang) -> str:
    """When a rule is judged, and what comes of breaking it."""
    return text(f"quality.judged.{line.judged_on}.{line.severity}", lang)


def _column(name: str, words: Mapping[str, object], lang: Lang) -> str:
    """A column's words up to the first stop, else its name.

    Columns about a person end at the loader, so no model describes them.
    """
    if name not in words:
        key = f"quality.personal.{name}"
        return text(key, lang) if key in catalogue(lang) else name
    said: str = getattr(words[name], lang.value)
    for stop in (";", ",", "(", ";", ",", ". ", ":"):
        said = said.split(stop)[0]
    return said.strip() or name
