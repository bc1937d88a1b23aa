"""Whether data can be quoted, and what findings are called."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from dashboards.components.quality import heat
from dashboards.data.quality import Delivery, RuleLine, verdict
from dashboards.i18n import Lang
from dashboards.quality_words import rule_words, share, state

AS_OF = date(2026, 11, 15)
NONE_REFUSED = pl.DataFrame(
    {"dataset": [], "file_name": []}, schema_overrides={"dataset": pl.String}
)


def delivery(dataset: str = "city_cases", *gaps: dict[str, Any], **more: Any) -> Delivery:
    row = {
        "dataset": dataset,
        "is_event_driven": False,
        "is_late": False,
        "days_late": 0.0,
        "rows_read": 1000,
        "rows_refused": 1,
        **more,
    }
    return Delivery(row, tuple({"dataset": dataset, **gap} for gap in gaps))


def gap(first: date, end: date, *, is_open: bool = False) -> dict[str, Any]:
    return {
        "gap_from_date": first,
        "gap_to_date": end,
        "gap_days": (end - first).days,
        "is_open": is_open,
        "missing_record_count": 12.0,
    }


def rule(failed: int, checked: int, judged_on: str = "build") -> RuleLine:
    check = {"failed_count": failed, "checked_count": checked, "failed_ratio": failed / checked}
    seen = datetime(2026, 11, 1, tzinfo=UTC)
    return RuleLine("city_cases", "unknown_gauge", judged_on, "error", seen, {1: check})


def test_data_in_time_are_fit() -> None:
    found = verdict([delivery()], refused=NONE_REFUSED, lines=[], as_of=AS_OF)
    assert (found.grade, found.noted) == ("fit", ())


def test_one_late_of_three_is_a_reservation() -> None:
    late = delivery("grid_events", is_late=True, days_late=2.5)
    found = verdict(
        [late, delivery(), delivery("followups")], refused=NONE_REFUSED, lines=[], as_of=AS_OF
    )
    assert found.grade == "reserved"
    assert [(one.kind, one.dataset) for one in found.noted] == [("late", "grid_events")]


def test_half_of_all_late_is_unfit_and_so_is_nothing() -> None:
    late = delivery("grid_events", is_late=True, days_late=2.5)
    found = verdict([late, delivery()], refused=NONE_REFUSED, lines=[], as_of=AS_OF)
    assert found.grade == "unfit"
    assert verdict([], refused=NONE_REFUSED, lines=[], as_of=AS_OF).grade == "unfit"


@pytest.mark.parametrize(
    ("spell", "kinds"),
    [
        (gap(date(2026, 9, 14), date(2026, 9, 21)), ["recent_gap"]),
        (gap(date(2026, 11, 9), AS_OF, is_open=True), ["open_gap"]),
        (gap(date(2026, 1, 9), date(2026, 1, 12)), []),
    ],
)
def test_silence_counts_while_it_touches_the_last_months(
    spell: dict[str, Any], kinds: list[str]
) -> None:
    found = verdict([delivery("city_cases", spell)], refused=NONE_REFUSED, lines=[], as_of=AS_OF)
    assert [one.kind for one in found.noted] == kinds


def test_refused_rows_and_rules_are_told_from_a_hundredth_on() -> None:
    refused = pl.DataFrame({"dataset": ["city_cases"], "file_name": ["late.csv"]})
    found = verdict(
        [delivery(rows_refused=10)],
        refused=refused,
        lines=[rule(1, 100), rule(1, 101), rule(50, 100, judged_on="load")],
        as_of=AS_OF,
    )
    assert [one.kind for one in found.noted] == ["refused", "refused_rows", "rule"]


def test_a_state_is_told_in_words() -> None:
    assert state(delivery(), Lang.ZH) == "按期"
    assert state(delivery(is_late=True, days_late=10.38), Lang.EN) == "10.4 days late"
    assert state(delivery(is_event_driven=True), Lang.EN) == "On event"


@pytest.mark.parametrize(
    ("rule_", "zh", "en"),
    [
        ("closed_before_reported", "结案早于上报", "Closed before it was reported"),
        ("not_a_date:reported_at", "上报的时刻:不是日期", "When the case was reported: not a date"),
        (
            "unknown_category_code",
            "事件小类代码:不在代码表内",
            "Code of the category: not on the code list",
        ),
        ("too_few_fields", "该行列数不足", "Too few fields in the line"),
        ("something_new:x", "something_new:x", "something_new:x"),
    ],
)
def test_a_reason_is_told_in_both_languages(rule_: str, zh: str, en: str) -> None:
    names = {
        ("city_cases", "closed_before_reported"): {
            "zh": "结案早于上报",
            "en": "closed before it was reported",
        }
    }
    assert rule_words("city_cases", rule_, names=names, lang=Lang.ZH) == zh
    assert rule_words("city_cases", rule_, names=names, lang=Lang.EN) == en


def test_a_column_about_a_person_has_a_name_though_no_model_has_it() -> None:
    said = rule_words(
        "health_followups", "invalid_identity_number:id_number", names={}, lang=Lang.ZH
    )
    assert said == "证件号码:不是有效的身份证号码"


@pytest.mark.parametrize(
    ("ratio", "said"),
    [(None, "—"), (0.0, "0"), (0.8922, "89.2%"), (0.0041, "0.41%"), (0.00015, "0.015%")],
)
def test_a_small_share_is_not_rounded_to_none(ratio: float | None, said: str) -> None:
    assert share(ratio) == said


def test_a_cell_is_darker_for_a_higher_power_of_ten() -> None:
    assert heat(0.0) < heat(1e-6) < heat(1e-3) < heat(0.05) < heat(1) <= 40
